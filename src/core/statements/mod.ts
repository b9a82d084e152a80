/** statements: from a request's body to its response's bytes: parsed, bound, run on a connection, written as JSON. */
export { analyse } from "./analyse.ts";
export { parseBody } from "./body-parser.ts";
export { errorBody, withRaftIndex } from "./envelope.ts";
export type { BodyFormat, StatementEndpoint, StatementOptions } from "./options.ts";
export type { Parameter, ParameterValue, ParsedBody, ParsedStatement } from "./parsed-body.ts";
export type { ReadRun, ReadStep } from "./read-step.ts";
export type { Due, GroupRunResult, RunLimit, RunResult, Surroundings } from "./run.ts";
export { type DumpStep, SqlDump } from "./sql-dump.ts";
export { StatementRunner } from "./statement-runner.ts";

/** statements: from a request's body to its response's bytes: parsed, bound, run on a connection, written as JSON. */
export type { BodyFormat, StatementEndpoint, StatementOptions } from "./options.ts";
export type { Due, GroupRunResult, RunLimit, RunResult, Surroundings } from "./run.ts";

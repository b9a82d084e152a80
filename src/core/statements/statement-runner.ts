import { unreachable } from "../base/mod.ts";
import type { Clock } from "../ports/mod.ts";
import type { SqlConnection } from "../sqlite/mod.ts";
import type { StatementEndpoint, StatementOptions } from "./options.ts";
import type { ParsedBody } from "./parsed-body.ts";
import type { ReadRun } from "./read-step.ts";
import type { GroupRunResult, RunLimit, Surroundings } from "./run.ts";

/** Runs requests' statements on one connection, one request at a time, and writes their responses. */
export class StatementRunner {
  constructor(_connection: SqlConnection, _clock: Clock) {}

  /** Runs a request through the writer (http-api §8.3, §8.7 step 3, §13.2). */
  runWrite(
    endpoint: StatementEndpoint,
    _body: ParsedBody,
    _options: StatementOptions,
    _surroundings: Surroundings,
    _limit: RunLimit,
  ): GroupRunResult {
    return unreachable(endpoint as never);
  }

  /** Begins a read (§8.4). `not-read-only`: a `request` that holds a write; nothing was run. */
  startRead(
    endpoint: "query" | "request",
    _body: ParsedBody,
    _options: StatementOptions,
    _limit: RunLimit,
  ): ReadRun | "not-read-only" {
    return unreachable(endpoint as never);
  }
}

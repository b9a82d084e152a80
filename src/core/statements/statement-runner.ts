import type { Clock } from "../ports/mod.ts";
import type { SqlConnection } from "../sqlite/mod.ts";
import type { StatementEndpoint, StatementOptions } from "./options.ts";
import type { ParsedBody } from "./parsed-body.ts";
import type { ReadRun } from "./read-step.ts";
import type { GroupRunResult, RunLimit, Surroundings } from "./run.ts";
import { RunContext } from "./run-context.ts";
import { StatementsRead } from "./statements-read.ts";
import { WriteRunner } from "./write-runner.ts";

/** Runs requests' statements on one connection, one request at a time, and writes their responses. */
export class StatementRunner {
  readonly #context: RunContext;
  readonly #writer: WriteRunner;

  /** Whenever it runs something, the connection's interrupt is the runner's. */
  constructor(connection: SqlConnection, clock: Clock) {
    this.#context = new RunContext(connection, clock);
    this.#writer = new WriteRunner(this.#context);
  }

  /**
   * Runs a request through the writer (http-api §8.3, §8.7 step 3, §13.2; `query` for reads that go through the log).
   * Alone, it leaves the connection as it found it but for the counters; in a group, see `GroupRunResult`.
   */
  runWrite(
    endpoint: StatementEndpoint,
    body: ParsedBody,
    options: StatementOptions,
    surroundings: Surroundings,
    limit: RunLimit,
  ): GroupRunResult {
    return this.#writer.run(endpoint, body, options, surroundings, limit);
  }

  /** Begins a read (§8.4). `not-read-only`: a `request` that holds a write; nothing was run (§8.7). */
  startRead(
    endpoint: "query" | "request",
    body: ParsedBody,
    options: StatementOptions,
    limit: RunLimit,
  ): ReadRun | "not-read-only" {
    if (endpoint === "request" && !body.disallowedPragma && !this.#isReadOnly(body)) return "not-read-only";
    return new StatementsRead(this.#context, body, options, limit);
  }

  /** By each text's first statement; what can't be prepared counts as a write. */
  #isReadOnly({ statements }: ParsedBody): boolean {
    const { connection } = this.#context;
    const readOnly = statements.every(({ sql }) => {
      if (sql.length === 0) return true;
      const prepared = connection.prepare(sql, 0);
      if (!prepared.ok) return false;
      const { statement } = prepared.value;
      if (statement === null) return true;
      const isRead = statement.readonly || statement.explain !== 0;
      statement.release();
      return isRead;
    });
    // Some PRAGMAs take effect as they are prepared.
    if (!readOnly) connection.resetState();
    return readOnly;
  }
}

import type { Outcome } from "../base/mod.ts";
import type { Clock } from "../ports/mod.ts";
import type { SqlConnection, SqlError } from "../sqlite/mod.ts";
import { ResponseWriter } from "./response-writer.ts";
import { RowsRun } from "./rows-run.ts";
import type { Due, RunLimit } from "./run.ts";

/** What every run on one connection uses, one run after the other. */
export class RunContext {
  readonly connection: SqlConnection;
  readonly response: ResponseWriter;
  readonly rows: RowsRun;
  readonly #isDue = (): boolean => this.due() !== null;
  #limit: RunLimit | null = null;

  constructor(connection: SqlConnection, clock: Clock) {
    this.connection = connection;
    this.response = new ResponseWriter(clock);
    this.rows = new RowsRun(connection, this.response.output);
  }

  /** From now on this limit stops statements; null: nothing does. */
  limitBy(limit: RunLimit | null): void {
    this.#limit = limit;
    if (limit !== null) this.connection.setInterrupt(this.#isDue);
  }

  due(): Due | null {
    return this.#limit === null ? null : this.#limit.due();
  }

  /** Begins or ends a transaction, whatever the limit says: what has begun must be brought to an end. */
  control(sql: string): Outcome<null, SqlError> {
    const limit = this.#limit;
    this.#limit = null;
    const outcome = this.connection.run(sql);
    this.#limit = limit;
    return outcome;
  }

  /** Rolls back whatever transaction is open. */
  rollback(): void {
    if (this.connection.inTransaction) this.control("ROLLBACK");
  }
}

/** The top-level error of a request that leaves its transaction open. */
export const leftOpen = "transaction left open at the end of the request: rolled back";
export const disallowedPragma = "disallowed pragma";
/** Time was up before the first statement. */
export const deadlineExceeded = "context deadline exceeded";

import type { Clock } from "../ports/mod.ts";
import type { ChangeCounters, ConnectionOptions, SqlConnection, Sqlite, WritablePageStore } from "../sqlite/mod.ts";
import { StatementRunner } from "../statements/mod.ts";

interface Opened {
  readonly connection: SqlConnection;
  readonly runner: StatementRunner;
}

/**
 * The one writing connection, and how to get a fresh one: whatever SQLite holds in memory is gone after `close` and
 * `reopen`. A closed one is opened when it is used next.
 */
export class Writer {
  readonly #sqlite: Sqlite;
  readonly #store: WritablePageStore;
  readonly #options: ConnectionOptions;
  readonly #clock: Clock;
  #opened: Opened | null;

  constructor(sqlite: Sqlite, store: WritablePageStore, options: ConnectionOptions, clock: Clock) {
    this.#sqlite = sqlite;
    this.#store = store;
    this.#options = options;
    this.#clock = clock;
    this.#opened = this.#open();
  }

  get connection(): SqlConnection {
    return this.#get().connection;
  }

  get runner(): StatementRunner {
    return this.#get().runner;
  }

  close(): void {
    this.#opened?.connection.close();
    this.#opened = null;
  }

  /** A connection that knows nothing but what the store holds now. `counters`: what clients are to see of the past. */
  reopen(counters: ChangeCounters): void {
    this.close();
    this.connection.restoreCounters(counters);
  }

  #open(): Opened {
    const connection = this.#sqlite.openWriter(this.#store, this.#options);
    return { connection, runner: new StatementRunner(connection, this.#clock) };
  }

  #get(): Opened {
    this.#opened ??= this.#open();
    return this.#opened;
  }
}

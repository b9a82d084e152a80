import type { LogIndex } from "../base/mod.ts";
import type { Clock } from "../ports/mod.ts";
import type { SqlConnection, Sqlite } from "../sqlite/mod.ts";
import { StatementRunner } from "../statements/mod.ts";
import { SnapshotPages } from "./storage-snapshot.ts";
import type { PageVersions } from "./storage-versions.ts";

/** One reading connection with the snapshot that it shows. */
export interface SnapshotConnection {
  readonly pages: SnapshotPages;
  readonly connection: SqlConnection;
  readonly runner: StatementRunner;
  /** How many databases had been loaded when it was opened. */
  readonly era: number;
}

export interface SnapshotConnectionsOptions {
  readonly foreignKeys: boolean;
  /** Connections at once: each costs a page cache in WASM memory. */
  readonly connectionsMax: number;
}

/** Idle connections that are kept for the next who needs one: their schema is parsed and their cache warm. */
const idleMax = 2;

/** A reader's connections: usually one, and one more for every long result under way. */
export class SnapshotConnections {
  readonly #sqlite: Sqlite;
  readonly #clock: Clock;
  readonly #versions: PageVersions;
  readonly #options: SnapshotConnectionsOptions;
  readonly #idle: SnapshotConnection[] = [];
  #taken = 0;
  #era = 0;

  constructor(sqlite: Sqlite, clock: Clock, versions: PageVersions, options: SnapshotConnectionsOptions) {
    this.#sqlite = sqlite;
    this.#clock = clock;
    this.#versions = versions;
    this.#options = options;
  }

  /** A connection that shows the snapshot `at`, to be given back; null when all are in use. */
  take(at: LogIndex): SnapshotConnection | null {
    const taken = this.#idle.pop() ?? this.#open();
    if (taken === null) return null;
    this.#taken++;
    taken.pages.target(at);
    return taken;
  }

  give(connection: SnapshotConnection): void {
    this.#taken--;
    if (connection.era === this.#era && this.#idle.length < idleMax) this.#idle.push(connection);
    else connection.connection.close();
  }

  /**
   * Another database takes the place of the one before. SQLite would go by the number of the schema's version, and two
   * databases may have the same: what it knows of tables and their pages must not outlive this.
   */
  beginEra(): void {
    this.#era++;
    for (const { connection } of this.#idle.splice(0)) connection.close();
  }

  #open(): SnapshotConnection | null {
    if (this.#taken === this.#options.connectionsMax) return null;
    const pages = new SnapshotPages(this.#versions);
    const connection = this.#sqlite.openReader(pages, { foreignKeys: this.#options.foreignKeys });
    return { pages, connection, runner: new StatementRunner(connection, this.#clock), era: this.#era };
  }
}

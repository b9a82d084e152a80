import type { Outcome } from "../base/mod.ts";
import type { Clock, Entropy } from "../ports/mod.ts";

/**
 * Where a database's pages live, as the VFS sees them. The VFS turns SQLite's byte offsets into pages; a store never
 * sees a part of a page. Page size 512..65536; 0 pages = an empty database (page size is then what the store says).
 */
export interface PageStore {
  readonly pageSize: number;
  readonly pageCount: number;
  /** Fills `into` (exactly `pageSize` bytes, often a view of WASM memory) with page `pgno`, 1-based, ≤ pageCount. */
  readPage(pgno: number, into: Uint8Array): void;
}

/** The writer's store: catches what a transaction changes. */
export interface WritablePageStore extends PageStore {
  /** Takes a copy of `bytes` (a view of WASM memory, `pageSize` long). May grow the database by any number of pages. */
  writePage(pgno: number, bytes: Uint8Array): void;
  /** Sets the number of pages. */
  truncate(pageCount: number): void;
}

/** A reader's store: one pinned snapshot at a time. `stamp` tells snapshots apart (it stands in for the file change
 * counter, so SQLite drops its cache exactly when the stamp differs from the last one it saw). */
export interface SnapshotStore extends PageStore {
  /** Called when SQLite takes the SHARED lock; the store must show one snapshot until `release`. */
  pin(): void;
  release(): void;
  /** 32-bit number derived from the pinned snapshot. */
  readonly stamp: number;
}

/** What SQLite said, in its own words; `code` is the extended result code. */
export interface SqlError {
  readonly code: number;
  readonly message: string;
}

/** The five storage classes, by SQLite's own numbers. */
export const StorageClass = { integer: 1, real: 2, text: 3, blob: 4, null: 5 } as const;

/**
 * One prepared statement. Column values hold after `step` answered "row", until the next `step` or `reset`. Number,
 * names and types of columns are those of the schema the statement ran on once it was stepped: SQLite prepares it anew
 * inside the first `step` when the schema has changed, so ask for them after it.
 */
export interface SqlStatement {
  /** `sqlite3_stmt_readonly`. */
  readonly readonly: boolean;
  /** `sqlite3_stmt_isexplain`: 0 no, 1 EXPLAIN, 2 EXPLAIN QUERY PLAN. */
  readonly explain: 0 | 1 | 2;
  /** True for INSERT/UPDATE/DELETE … RETURNING: not read-only, yet with result columns. */
  readonly returning: boolean;
  /**
   * It can't run inside somebody else's transaction, or would act on it: VACUUM, BEGIN, COMMIT, ROLLBACK, SAVEPOINT,
   * RELEASE, and PRAGMAs that a transaction turns into no-ops or that outlive a statement (`foreign_keys`,
   * `defer_foreign_keys`, …).
   */
  readonly outsideTransaction: boolean;
  /** A top-level INSERT, UPDATE, DELETE or REPLACE: what sets `changes()`. DDL is not. */
  readonly countsChanges: boolean;
  readonly parameterCount: number;
  /** Name of parameter `index` (1-based) with its prefix character, or null for a plain `?`. */
  parameterName(index: number): string | null;
  bindNull(index: number): void;
  bindInteger(index: number, value: number | bigint): void;
  bindReal(index: number, value: number): void;
  /** UTF-8 bytes; copied. */
  bindText(index: number, utf8: Uint8Array): void;
  bindBlob(index: number, bytes: Uint8Array): void;
  /** "row", "done", or the error. After an error or "done", `reset` before the next run. */
  step(): "row" | "done" | SqlError;
  reset(): void;
  clearBindings(): void;
  columnCount(): number;
  /** UTF-8 bytes (a copy); never fails. */
  columnName(column: number): Uint8Array;
  /** Declared type as in the schema, or null for expressions. */
  columnDeclaredType(column: number): string | null;
  /** Origin table's name, or null for expressions. */
  columnTableName(column: number): string | null;
  columnType(column: number): number;
  /** INTEGER as a double: exact when it is a safe integer; else use `columnBigInt`. */
  columnNumber(column: number): number;
  columnBigInt(column: number): bigint;
  /** TEXT or BLOB bytes: a VIEW of WASM memory, valid only until the next call into SQLite. */
  columnBytes(column: number): Uint8Array;
  /** Gives the statement back (to the connection's cache, or finalizes it). Do not use it afterwards. */
  release(): void;
}

export interface PreparedText {
  /** null: the text from here on holds no statement (blank, comment, `;`). */
  readonly statement: SqlStatement | null;
  /** Byte offset in the text after the prepared statement (SQLite's `pzTail`). */
  readonly tail: number;
}

/** What `last_insert_rowid()` and `changes()` say; http-api §6.1 shows them to clients. */
export interface ChangeCounters {
  readonly lastInsertRowid: bigint;
  readonly changes: number;
}

/**
 * One connection. Synchronous; used by one thread. What a store throws comes out of the method that led to it as it was
 * thrown. Anything else thrown is WASM's own (its stack overflowed, a trap) and final: the instance writes nothing more,
 * every later call throws it again, and the thread must end.
 */
export interface SqlConnection {
  /**
   * Prepares the first statement of `sql` (UTF-8) at byte offset `from`; whole texts are cached by content. What SQL may
   * not do here (ATTACH, files, engine pragmas, …) fails with a message that says why. The bytes must not change while
   * the caller goes on through the same text from `tail` to `tail`. A PRAGMA may take effect here already.
   */
  prepare(sql: Uint8Array, from: number): Outcome<PreparedText, SqlError>;
  /** Runs a text of our own to its end, ignoring rows. The authorizer does not apply. Short texts stay prepared. */
  run(sql: string): Outcome<null, SqlError>;
  /** True inside BEGIN … COMMIT or a SAVEPOINT (`!sqlite3_get_autocommit`). */
  readonly inTransaction: boolean;
  counters(): ChangeCounters;
  /** Makes `counters` (and SQL's `last_insert_rowid()`) say this until statements of their own change them. */
  restoreCounters(counters: ChangeCounters): void;
  /** `SQLITE_DBSTATUS_DEFERRED_FKS`: true while a COMMIT would fail for a deferred foreign key. */
  readonly hasDeferredViolations: boolean;
  /** Makes running and later statements stop with SQLITE_INTERRUPT once `due()` is true; null turns it off.
   * Asked every few thousand VM steps from the progress handler. */
  setInterrupt(due: (() => boolean) | null): void;
  /**
   * Rolls back an open transaction and puts every connection setting that SQL can change back to its default (not the
   * counters). Cheap when nothing was touched. True if a transaction was open.
   */
  resetState(): boolean;
  close(): void;
}

export interface ConnectionOptions {
  /** `-fk`. */
  readonly foreignKeys: boolean;
  /**
   * Bound of the page cache, which is also what a sort holds before it spills; default 64 MiB for the writer, 16 MiB for
   * a reader. To set it SQLite reads the schema, so a reader that is given one pins while it opens.
   */
  readonly cacheBytes?: number;
}

/** One instance of SQLite over WebAssembly: one per thread, any number of connections. */
export interface Sqlite {
  readonly version: string;
  readonly compileOptions: readonly string[];
  /**
   * The writer: exclusive, journal in memory, never syncing; what it changes lands in the store. Throws an error with
   * SQLite's words when the database can't be opened.
   */
  openWriter(store: WritablePageStore, options: ConnectionOptions): SqlConnection;
  /** A reader: `query_only`, one snapshot per transaction, pinned through the store. */
  openReader(store: SnapshotStore, options: ConnectionOptions): SqlConnection;
}

/** What SQLite takes from us instead of from the system. */
export interface SqlitePorts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  /** What all temporary files of the instance may hold together before SQLITE_FULL; default 1 GiB. */
  readonly scratchBytesMax?: number;
}

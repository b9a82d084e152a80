import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  loadSqlite,
  type SqlConnection,
  type SqlError,
  type Sqlite,
  type SqlitePorts,
  type SqlStatement,
  StorageClass,
} from "../../../src/core/sqlite/mod.ts";
import { MemorySnapshots, MemoryStore } from "./memory-store.ts";

/** SQLite's WASM, as bytes. */
export const wasmBytes = new Uint8Array(
  readFileSync(join(import.meta.dirname, "../../../node_modules/@sqlite.org/sqlite-wasm/dist/sqlite3.wasm")),
);

/** 2024-02-03 04:05:06.789 UTC, and dice that always fall the same way. */
export const nowMs = 1_706_933_106_789;

export function fixedPorts(): SqlitePorts {
  let state = 1;
  return {
    clock: { nowMs: () => nowMs, monotonicMs: () => 0 },
    entropy: {
      fill(into) {
        for (let at = 0; at < into.length; at += 1) {
          state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
          into[at] = state >> 16;
        }
      },
    },
  };
}

/** An instance of its own. */
export const startSqlite = (ports: Partial<SqlitePorts> = {}): Promise<Sqlite> =>
  loadSqlite(wasmBytes, { ...fixedPorts(), ...ports });

export type Value = number | bigint | string | Uint8Array | null;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
export const utf8 = (text: string): Uint8Array => encoder.encode(text);

/** The first statement of a text; fails the test when it doesn't prepare. */
export function prepare(connection: SqlConnection, sql: string): SqlStatement {
  const prepared = connection.prepare(utf8(sql), 0);
  if (!prepared.ok) throw new Error(`${prepared.error.message} (${prepared.error.code}): ${sql}`);
  if (prepared.value.statement === null) throw new Error(`no statement: ${sql}`);
  return prepared.value.statement;
}

export function columnValue(statement: SqlStatement, column: number): Value {
  switch (statement.columnType(column)) {
    case StorageClass.integer: {
      const number = statement.columnNumber(column);
      return Number.isSafeInteger(number) ? number : statement.columnBigInt(column);
    }
    case StorageClass.real:
      return statement.columnNumber(column);
    case StorageClass.text:
      return decoder.decode(statement.columnBytes(column));
    case StorageClass.blob:
      return statement.columnBytes(column).slice();
    default:
      return null;
  }
}

export function bind(statement: SqlStatement, values: readonly Value[]): void {
  for (const [at, value] of values.entries()) {
    if (value === null) statement.bindNull(at + 1);
    else if (typeof value === "string") statement.bindText(at + 1, utf8(value));
    else if (value instanceof Uint8Array) statement.bindBlob(at + 1, value);
    else if (typeof value === "bigint" || Number.isInteger(value)) statement.bindInteger(at + 1, value);
    else statement.bindReal(at + 1, value);
  }
}

/** Steps to the end: the rows, or what went wrong. */
export function stepAll(statement: SqlStatement): Value[][] | SqlError {
  const rows: Value[][] = [];
  for (;;) {
    const result = statement.step();
    if (result === "done") return rows;
    if (result !== "row") return result;
    rows.push(Array.from({ length: statement.columnCount() }, (_, column) => columnValue(statement, column)));
  }
}

/** Runs all statements of a text as SQL would from outside: the last one's rows, or the first error. */
export function run(connection: SqlConnection, sql: string, ...values: readonly Value[]): Value[][] | SqlError {
  const bytes = utf8(sql);
  let last: Value[][] = [];
  for (let from = 0; ; ) {
    const prepared = connection.prepare(bytes, from);
    if (!prepared.ok) return prepared.error;
    const { statement, tail } = prepared.value;
    if (statement === null) return last;
    bind(statement, values);
    const result = stepAll(statement);
    statement.release();
    if (!Array.isArray(result)) return result;
    last = result;
    from = tail;
  }
}

/** As `run`, and an error fails the test. */
export function rows(connection: SqlConnection, sql: string, ...values: readonly Value[]): Value[][] {
  const result = run(connection, sql, ...values);
  if (!Array.isArray(result)) throw new Error(`${result.message} (${result.code}): ${sql.slice(0, 200)}`);
  return result;
}

/** As `run`, and anything but an error fails the test. */
export function refusal(connection: SqlConnection, sql: string): SqlError {
  const result = run(connection, sql);
  if (Array.isArray(result)) throw new Error(`it worked: ${sql}`);
  return result;
}

export interface Database {
  readonly store: MemoryStore;
  readonly writer: SqlConnection;
  /** A new reader of what was published. */
  reader(): { readonly connection: SqlConnection; readonly snapshots: MemorySnapshots };
}

/** A database in memory with its writer, after `sql`. */
export function database(sqlite: Sqlite, sql = "", options = { foreignKeys: false }, pageSize = 4096): Database {
  const store = new MemoryStore(pageSize);
  const writer = sqlite.openWriter(store, options);
  rows(writer, sql);
  store.publish();
  return {
    store,
    writer,
    reader() {
      const snapshots = new MemorySnapshots(store);
      return { connection: sqlite.openReader(snapshots, { foreignKeys: false }), snapshots };
    },
  };
}

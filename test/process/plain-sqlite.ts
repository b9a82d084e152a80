/**
 * The yardstick of the differential test: the same WASM SQLite on a plain in-memory database, through its own high-level
 * interface, with the slowest and plainest possible writer of the contract's JSON (http-api §5-§7).
 */
import sqlite3InitModule, { type Database, type PreparedStatement, type Sqlite3Static } from "@sqlite.org/sqlite-wasm";

const textLike = /^(?:$|text$|json$|varchar|varying character|nchar|native character|nvarchar|clob)/;
const timeTypes = new Set(["date", "datetime", "timestamp"]);

/** Bytes as Go prints them: each byte that is not part of valid UTF-8 becomes U+FFFD by itself. */
function decodeBytes(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] ?? 0;
    const length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    try {
      if (length === 0 || at + length > bytes.length) throw new TypeError("not UTF-8");
      text += new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes.subarray(at, at + length));
      at += length;
    } catch {
      text += "\ufffd";
      at += 1;
    }
  }
  return text;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const special = /[\u0000-\u001f<>&\u2028\u2029\ufffd]/g;
const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f" };

function string(text: string): string {
  const quoted = text.replace(/["\\]/g, "\\$&");
  return `"${quoted.replace(special, (c) => short[c] ?? (c === "\ufffd" ? "\\ufffd" : `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`))}"`;
}

const number = (value: number): string => (Object.is(value, -0) ? "-0" : String(value));

type StatementPointer = NonNullable<PreparedStatement["pointer"]>;

class TimeError extends Error {}

function timeText(date: Date, fraction: string, offset: string): string {
  const year = date.getUTCFullYear();
  if (year < 0 || year > 9999) throw new TimeError("Time.MarshalText: year outside of range [0,9999]");
  const digits = fraction.slice(0, 9).replace(/0+$/, "");
  return `${date.toISOString().replace(/\.\d+Z$/, "")}${digits === "" ? "" : `.${digits}`}${offset}`;
}

function timeOfInteger(value: bigint): string {
  const inMs = value > 1_000_000_000_000n || value < -1_000_000_000_000n;
  const ms = inMs ? Number(value) : Number(value) * 1000;
  if (!Number.isFinite(new Date(ms).getTime())) throw new TimeError("Time.MarshalText: year outside of range [0,9999]");
  const date = new Date(Math.floor(ms / 1000) * 1000);
  return timeText(date, String(((ms % 1000) + 1000) % 1000).padStart(3, "0"), "Z");
}

/** Enough for the texts that the generator draws. */
function timeOfText(text: string): string {
  const match = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d:\d\d:\d\d)(?:\.(\d+))?([+-]\d\d:\d\d)?)?Z?$/.exec(text);
  const date = new Date(`${match?.[1]}T${match?.[2] ?? "00:00:00"}Z`);
  if (match === null || Number.isNaN(date.getTime())) return "0001-01-01T00:00:00Z";
  return timeText(date, match[3] ?? "", match[4] === undefined || match[4] === "+00:00" ? "Z" : match[4]);
}

export class PlainSqlite {
  readonly #sqlite: Sqlite3Static;
  readonly #db: Database;

  private constructor(sqlite: Sqlite3Static) {
    this.#sqlite = sqlite;
    this.#db = new sqlite.oo1.DB(":memory:");
    const { capi } = sqlite;
    for (const option of [capi.SQLITE_DBCONFIG_DQS_DML, capi.SQLITE_DBCONFIG_DQS_DDL])
      capi.sqlite3_db_config(this.#pointer, option, 1, 0);
  }

  static async create(): Promise<PlainSqlite> {
    return new PlainSqlite(await sqlite3InitModule());
  }

  get #pointer(): number {
    const { pointer } = this.#db;
    if (typeof pointer !== "number") throw new Error("the database is closed");
    return pointer;
  }

  /** The entry that `/db/request` owes for one statement. */
  entry(sql: string): string {
    const { capi } = this.#sqlite;
    let statement: PreparedStatement;
    try {
      statement = this.#db.prepare(sql);
    } catch {
      return `{"error":${string(capi.sqlite3_errmsg(this.#pointer))}}`;
    }
    const pointer = statement.pointer;
    if (pointer === undefined) throw new Error("no statement");
    try {
      const isRead = capi.sqlite3_stmt_readonly(pointer) !== 0;
      if (isRead && statement.columnCount > 0) return this.#rows(statement, pointer);
      if (statement.columnCount > 0) return this.#returned(statement, pointer);
      this.#step(pointer);
      const rowid = BigInt(capi.sqlite3_last_insert_rowid(this.#pointer));
      const changes = BigInt(capi.sqlite3_changes(this.#pointer));
      return `{${[rowid === 0n ? "" : `"last_insert_id":${rowid}`, changes === 0n ? "" : `"rows_affected":${changes}`].filter((part) => part !== "").join(",")}}`;
    } catch (error) {
      if (error instanceof Error) return `{"error":${string(error.message)}}`;
      throw error;
    } finally {
      statement.finalize();
    }
  }

  close(): void {
    this.#db.close();
  }

  /** True for a row. Not the interface's own `step`, which prints each error. */
  #step(pointer: StatementPointer): boolean {
    const { capi } = this.#sqlite;
    const code = capi.sqlite3_step(pointer);
    if (code === capi.SQLITE_ROW || code === capi.SQLITE_DONE) return code === capi.SQLITE_ROW;
    throw new Error(capi.sqlite3_errmsg(this.#pointer));
  }

  /** Rows of a change. One whose rows can't be told must not stay: its client hears that it failed. */
  #returned(statement: PreparedStatement, pointer: StatementPointer): string {
    const { capi } = this.#sqlite;
    this.#db.exec("SAVEPOINT returned");
    try {
      return this.#rows(statement, pointer);
    } catch (error) {
      if (!(error instanceof TimeError)) throw error;
      capi.sqlite3_reset(pointer);
      this.#db.exec("ROLLBACK TO returned");
      return `{"error":${string(error.message)}}`;
    } finally {
      capi.sqlite3_reset(pointer);
      if (capi.sqlite3_get_autocommit(this.#pointer) === 0) this.#db.exec("RELEASE returned");
    }
  }

  #rows(statement: PreparedStatement, pointer: StatementPointer): string {
    const { capi, wasm } = this.#sqlite;
    const count = statement.columnCount;
    const columns = Array.from({ length: count }, (_, column) => capi.sqlite3_column_name(pointer, column) ?? "");
    const types = columns.map((_, column) => (capi.sqlite3_column_decltype(pointer, column) ?? "").toLowerCase());
    const rows: string[] = [];
    while (this.#step(pointer)) {
      const first = rows.length === 0;
      const row = columns.map((_, column) => {
        const storage = capi.sqlite3_column_type(pointer, column);
        const type = types[column] ?? "";
        const bytes = (): Uint8Array => {
          const at = Number(capi.sqlite3_column_blob(pointer, column));
          return wasm.heap8u().slice(at, at + capi.sqlite3_column_bytes(pointer, column));
        };
        const fill = (name: string): void => {
          if (first && type === "") types[column] = name;
        };
        switch (storage) {
          case capi.SQLITE_NULL:
            return "null";
          case capi.SQLITE_INTEGER: {
            const value = BigInt(capi.sqlite3_column_int64(pointer, column));
            fill("integer");
            if (type === "boolean") return value > 0n ? "true" : "false";
            return timeTypes.has(type) ? `"${timeOfInteger(value)}"` : String(value);
          }
          case capi.SQLITE_FLOAT:
            fill("real");
            return number(capi.sqlite3_column_double(pointer, column));
          case capi.SQLITE_TEXT: {
            const text = decodeBytes(bytes());
            fill("text");
            return timeTypes.has(type) ? `"${timeOfText(text)}"` : string(text);
          }
          default: {
            if (textLike.test(type)) {
              fill("text");
              return string(decodeBytes(bytes()));
            }
            return `"${Buffer.from(bytes()).toString("base64")}"`;
          }
        }
      });
      rows.push(`[${row.join(",")}]`);
    }
    const values = rows.length === 0 ? "" : `,"values":[${rows.join(",")}]`;
    return `{"columns":[${columns.map(string).join(",")}],"types":[${types.map(string).join(",")}]${values}}`;
  }
}

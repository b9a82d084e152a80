import { createHasher, type Hasher } from "../../../src/core/base/mod.ts";
import { decodeCheckpointRecord, decodeSlots, SlotKind } from "../../../src/core/log/mod.ts";
import { databaseChecksum } from "../../../src/core/pages/mod.ts";
import { loadSqlite, type SqlConnection, type Sqlite } from "../../../src/core/sqlite/mod.ts";
import { MemorySnapshots, MemoryStore } from "../../core/sqlite/memory-store.ts";
import type { FaultyFiles } from "../faulty-files.ts";
import { sqliteModule } from "../world/wasm.ts";
import { Violation } from "../world/world.ts";

/** Looks into database files and makes some, with a SQLite of its own. */
export class Inspector {
  readonly #sqlite: Sqlite;
  readonly #hasher: Hasher;

  private constructor(sqlite: Sqlite, hasher: Hasher) {
    this.#sqlite = sqlite;
    this.#hasher = hasher;
  }

  static async start(): Promise<Inspector> {
    const clock = { nowMs: () => 0, monotonicMs: () => 0 };
    const sqlite = await loadSqlite(sqliteModule(), { clock, entropy: { fill: (into) => into.fill(1) } });
    return new Inspector(sqlite, await createHasher());
  }

  /** A database file that these statements make. */
  make(pageSize: number, statements: readonly string[]): Uint8Array<ArrayBuffer> {
    return this.#fill(pageSize, statements).image();
  }

  /** Checks a database file: whole for SQLite, and every audit says 0. */
  checkFile(image: Uint8Array, audits: readonly string[], what: string): void {
    const text = new TextDecoder().decode(image.subarray(0, 15));
    if (text !== "SQLite format 3") throw new Violation("a backup is a database file", `${what} begins with ${text}`);
    const { pageSize, store } = storeOf(image);
    if (image.length % pageSize !== 0)
      throw new Violation("a backup is a database file", `${what} has ${image.length} bytes, pages have ${pageSize}`);
    this.#check(store, audits, what);
  }

  /** Checks a database as SQL text. */
  checkText(sql: string, audits: readonly string[], what: string): void {
    const store = this.#fill(4096, [sql]);
    store.publish();
    this.#check(store, audits, what);
  }

  /**
   * After a clean stop: `db.sqlite` is the whole database, and its checksum is what every entry has led to. `hadRoom`:
   * the disk was not full, which is the one reason to leave the last checkpoint unfinished.
   */
  checkFolder(files: FaultyFiles, folder: string, audits: readonly string[], hadRoom: boolean): void {
    const property = "a clean stop leaves the whole database in db.sqlite";
    const slot = decodeSlots(SlotKind.checkpoint, files.bytes(`${folder}/checkpoint`), this.#hasher);
    const record = slot.ok && slot.value !== null ? decodeCheckpointRecord(slot.value.payload) : null;
    if (record === null && !hadRoom) return;
    if (record === null || !record.ok) throw new Violation(property, "there is no record of a checkpoint");
    const { pageSize, pageCount, checksum, base, index, target } = record.value;
    if (!hadRoom && (index < target || base !== "db.sqlite")) return;
    if (index < target) throw new Violation(property, `the checkpoint to entry ${target} is not finished`);
    const bytes = files.bytes(`${folder}/db.sqlite`);
    if (base !== "db.sqlite" || bytes.length !== pageSize * pageCount)
      throw new Violation(property, `${base} has ${pageCount} pages of ${pageSize}, db.sqlite ${bytes.length} bytes`);
    const store = new MemoryStore(pageSize, bytes);
    if (databaseChecksum(this.#hasher, store) !== checksum)
      throw new Violation("the rolling checksum is that of the pages", `at entry ${index}`);
    this.#check(store, audits, "db.sqlite");
  }

  #check(store: MemoryStore, audits: readonly string[], what: string): void {
    const reader = this.#sqlite.openReader(new MemorySnapshots(store), { foreignKeys: false });
    try {
      const integrity = firstValue(reader, "PRAGMA integrity_check(3)");
      if (integrity !== "ok") throw new Violation("databases are sound", `${what}: ${integrity}`);
      for (const audit of audits) {
        const value = firstValue(reader, audit);
        if (value !== "0") throw new Violation("every snapshot is consistent", `${what}: ${audit} gives ${value}`);
      }
    } finally {
      reader.close();
    }
  }

  #fill(pageSize: number, statements: readonly string[]): MemoryStore {
    const store = new MemoryStore(pageSize);
    const writer = this.#sqlite.openWriter(store, { foreignKeys: false });
    try {
      for (const sql of statements) {
        const outcome = writer.run(sql);
        if (!outcome.ok) throw new Violation("SQL of ours works", `${outcome.error.message}: ${sql.slice(0, 200)}`);
      }
    } finally {
      writer.close();
    }
    return store;
  }
}

function storeOf(image: Uint8Array): { readonly pageSize: number; readonly store: MemoryStore } {
  const header = new DataView(image.buffer, image.byteOffset, image.byteLength).getUint16(16);
  const pageSize = header === 1 ? 65_536 : header;
  const bytes = image.slice();
  // As if it had never been in WAL mode: there is no WAL.
  bytes[18] = 1;
  bytes[19] = 1;
  return { pageSize, store: new MemoryStore(pageSize, bytes) };
}

/** First column of the first row, as text. */
function firstValue(connection: SqlConnection, sql: string): string {
  const prepared = connection.prepare(new TextEncoder().encode(sql), 0);
  if (!prepared.ok || prepared.value.statement === null) return prepared.ok ? "nothing to run" : prepared.error.message;
  const { statement } = prepared.value;
  const step = statement.step();
  const text = step === "row" ? new TextDecoder().decode(statement.columnBytes(0)) : JSON.stringify(step);
  statement.release();
  return text;
}

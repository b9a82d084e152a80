import { done, failed, type Outcome } from "../base/mod.ts";
import type { SqlConnection, SqlError, SqlStatement } from "../sqlite/mod.ts";
import { ByteOutput } from "./byte-output.ts";
import { quotedName, SqlLiterals } from "./sql-literal.ts";
import { isDerived, keepsNoContent, moduleOf } from "./virtual-table.ts";

/** The next bytes of a dump; `broken`: it cannot be finished, with the reason. */
export type DumpStep =
  | { readonly type: "chunk"; readonly bytes: Uint8Array<ArrayBuffer>; readonly state: "more" | "done" }
  | { readonly type: "broken"; readonly reason: string };

/** Stops in between are where there are enough bytes; what is returned is the error that broke it. */
type Writing = Generator<undefined, SqlError | null>;

interface Table {
  readonly name: string;
  readonly sql: string;
  readonly kind: "table" | "virtual" | "shadow";
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const sequenceTable = "sqlite_sequence";
const statisticsTable = "sqlite_stat1";
/** How the tables are made that SQLite makes itself, as the contract wants it. */
const ownTables = new Map([
  [sequenceTable, `DELETE FROM "${sequenceTable}";`],
  [statisticsTable, 'ANALYZE "sqlite_master";'],
]);

/**
 * The database of a connection as SQL text (http-api §13.1), one snapshot, bit by bit. Virtual tables are made anew and
 * filled through themselves, so their shadow tables are left out: SQL may not write to those. SQLite's own tables come
 * last of the tables, because the others bring them into being.
 */
export class SqlDump {
  readonly #connection: SqlConnection;
  readonly #tables: ReadonlySet<string>;
  readonly #output = new ByteOutput();
  readonly #literals: SqlLiterals;
  readonly #writing: Writing;
  #bytesMax = 0;
  #closed = false;

  /** `tables`: only these, by exact name; empty = all. */
  constructor(connection: SqlConnection, tables: readonly string[]) {
    this.#connection = connection;
    this.#tables = new Set(tables);
    this.#literals = new SqlLiterals(connection, this.#output);
    this.#writing = this.#write();
  }

  /** About `bytesMax` bytes more. Not to be called after "done" or "broken". */
  next(bytesMax: number): DumpStep {
    this.#bytesMax = bytesMax;
    const step = this.#writing.next();
    if (step.done !== true) return { type: "chunk", bytes: this.#output.take(), state: "more" };
    if (step.value !== null) return { type: "broken", reason: step.value.message };
    return { type: "chunk", bytes: this.#output.take(), state: "done" };
  }

  /** Ends its transaction, at whatever point it is. May be called twice. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#writing.return(null);
    this.#literals.release();
    this.#connection.resetState();
  }

  *#write(): Writing {
    this.#line("PRAGMA foreign_keys=OFF;");
    this.#line("BEGIN TRANSACTION;");
    const begun = this.#connection.run("BEGIN");
    if (!begun.ok) return begun.error;
    const tables = this.#listTables();
    if (!tables.ok) return tables.error;
    for (const table of tables.value) {
      const error = yield* this.#writeTable(table);
      if (error !== null) return error;
    }
    const error = yield* this.#writeRest();
    if (error === null) this.#line("COMMIT;");
    return error;
  }

  #listTables(): Outcome<readonly Table[], SqlError> {
    const kinds = this.#read("PRAGMA main.table_list");
    if (!kinds.ok) return kinds;
    const kindOf = new Map(kinds.value.map(([, name, kind]) => [name, kind]));
    const schema = this.#read(
      "SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql NOT NULL ORDER BY name",
    );
    if (!schema.ok) return schema;
    const tables = schema.value.flatMap(([name = "", sql = ""]): Table[] => {
      if (name.startsWith("sqlite_") && !ownTables.has(name)) return [];
      if (this.#tables.size > 0 && !this.#tables.has(name)) return [];
      const kind = kindOf.get(name);
      return kind === "shadow" ? [] : [{ name, sql, kind: kind === "virtual" ? "virtual" : "table" }];
    });
    return done([
      ...tables.filter(({ name }) => !ownTables.has(name)),
      ...tables.filter(({ name }) => ownTables.has(name)),
    ]);
  }

  *#writeTable({ name, sql, kind }: Table): Writing {
    this.#line(`${ownTables.get(name) ?? sql};`);
    const columns = this.#contentColumns(name);
    if (!columns.ok) return columns.error;
    const quoted = columns.value.map(quotedName);
    if (kind === "table" || moduleOf(sql)?.startsWith("rtree")) {
      return yield* this.#writeRows(`${quotedName(name)} VALUES(`, quoted, name);
    }
    if (isDerived(sql)) return null;
    const settings = this.#writeSettings(name);
    if (settings !== null) return settings;
    if (keepsNoContent(sql)) {
      this.#line(`-- ${JSON.stringify(name)} keeps no content of its own: its index can't be dumped`);
      return null;
    }
    const list = ["rowid", ...quoted];
    return yield* this.#writeRows(`${quotedName(name)}(${list.join(",")}) VALUES(`, list, name);
  }

  /** What an FTS5 table is set to, by its own way of setting it. */
  #writeSettings(name: string): SqlError | null {
    const settings = this.#read(`SELECT quote(k), quote(v) FROM ${quotedName(`${name}_config`)} WHERE k <> 'version'`);
    if (!settings.ok) return settings.error;
    const table = quotedName(name);
    for (const [key, value] of settings.value)
      this.#line(`INSERT INTO ${table}(${table},rank) VALUES(${key},${value});`);
    return null;
  }

  *#writeRows(head: string, columns: readonly string[], name: string): Writing {
    const prepared = this.#prepare(`SELECT ${columns.join(",")} FROM ${quotedName(name)}`);
    if (!prepared.ok) return prepared.error;
    const statement = prepared.value;
    const insert = encoder.encode(`INSERT INTO ${head}`);
    const output = this.#output;
    try {
      for (;;) {
        const step = statement.step();
        if (typeof step === "object") return step;
        if (step === "done") return null;
        output.raw(insert);
        for (let column = 0; column < columns.length; column++) {
          if (column > 0) output.byte(0x2c);
          this.#literals.write(statement, column);
        }
        output.ascii(");\n");
        if (output.length >= this.#bytesMax) yield;
      }
    } finally {
      statement.release();
    }
  }

  /** Indexes, triggers and views, in the order in which they were made. */
  *#writeRest(): Writing {
    const rest = this.#read(
      "SELECT sql FROM sqlite_schema WHERE sql NOT NULL AND type IN ('index', 'trigger', 'view') ORDER BY rowid",
    );
    if (!rest.ok) return rest.error;
    for (const [sql] of rest.value) {
      this.#line(`${sql};`);
      if (this.#output.length >= this.#bytesMax) yield;
    }
    return null;
  }

  /** Columns that are stored: neither generated nor hidden. */
  #contentColumns(table: string): Outcome<readonly string[], SqlError> {
    const columns = this.#read(`PRAGMA main.table_xinfo(${quotedName(table)})`);
    if (!columns.ok) return columns;
    return done(columns.value.filter((column) => column[6] === "0").map(([, name = ""]) => name));
  }

  /** All rows of a small result, as texts; NULL is the empty text. */
  #read(sql: string): Outcome<readonly (readonly string[])[], SqlError> {
    const prepared = this.#prepare(sql);
    if (!prepared.ok) return prepared;
    const statement = prepared.value;
    const rows: string[][] = [];
    for (;;) {
      const step = statement.step();
      if (step === "row") {
        const count = statement.columnCount();
        rows.push(Array.from({ length: count }, (_, column) => decoder.decode(statement.columnBytes(column))));
        continue;
      }
      statement.release();
      return step === "done" ? done(rows) : failed(step);
    }
  }

  #prepare(sql: string): Outcome<SqlStatement, SqlError> {
    const prepared = this.#connection.prepare(encoder.encode(sql), 0);
    if (!prepared.ok) return prepared;
    const { statement } = prepared.value;
    return statement === null ? failed({ code: 1, message: `not a statement: ${sql}` }) : done(statement);
  }

  #line(text: string): void {
    this.#output.raw(encoder.encode(`${text}\n`));
  }
}

import { beforeAll, describe, expect, test } from "vitest";
import type { SqlConnection, Sqlite } from "../../../src/core/sqlite/mod.ts";
import { type PragmaRule, pragmaRules } from "../../../src/core/sqlite/pragma-rules.ts";
import { type Database, database, refusal, rows, startSqlite } from "./sqlite-fixture.ts";

let sqlite: Sqlite;
let made: Database;
let writer: SqlConnection;
let reader: SqlConnection;
beforeAll(async () => {
  sqlite = await startSqlite();
  made = database(sqlite, "CREATE TABLE t(a); INSERT INTO t VALUES(1); CREATE VIRTUAL TABLE f USING fts5(x)");
  writer = made.writer;
  reader = made.reader().connection;
});

const named = (kind: PragmaRule["kind"]): string[] =>
  Object.entries(pragmaRules)
    .filter(([, rule]) => rule.kind === kind)
    .map(([name]) => name);

describe("PRAGMAs", () => {
  test("the table has a rule for each one of this build, and for no other", () => {
    const known = rows(writer, "SELECT name FROM pragma_pragma_list ORDER BY name").map(([name]) => name);
    expect(Object.keys(pragmaRules).sort()).toEqual(known);
  });

  for (const name of named("reading")) {
    test(`${name}: may be read, not set`, () => {
      for (const connection of [writer, reader]) {
        rows(connection, `PRAGMA ${name}`);
        rows(connection, `PRAGMA main.${name.toUpperCase()}`);
        const before = rows(connection, `PRAGMA ${name}`);
        for (const form of [
          `PRAGMA ${name}=1`,
          `PRAGMA ${name}(1)`,
          `PRAGMA main.${name} = -1`,
          `PRAGMA "main"."${name.toUpperCase()}"='off'`,
          `EXPLAIN PRAGMA ${name}=1`,
          `/* x */ pragma\n${name} /* y */ = OFF`,
        ]) {
          const { code, message } = refusal(connection, form);
          expect(code).toBe(23);
          expect(message).toMatch(
            new RegExp(`^PRAGMA ${name} can't be set: the |^PRAGMA ${name} can't be set: whether`),
          );
        }
        expect(rows(connection, `PRAGMA ${name}`)).toEqual(before);
      }
    });
  }

  for (const name of named("refused")) {
    test(`${name}: refused`, () => {
      for (const form of [
        `PRAGMA ${name}`,
        `PRAGMA ${name}=1`,
        `PRAGMA main.${name}(full)`,
        `EXPLAIN PRAGMA ${name}`,
      ]) {
        for (const connection of [writer, reader]) {
          expect(refusal(connection, form).message).toBe(
            `PRAGMA ${name} is not supported: the Raft log is this database's journal`,
          );
        }
      }
    });
  }

  for (const name of [...named("plain"), ...named("setting"), ...named("database")]) {
    test(`${name}: may be read`, () => {
      rows(writer, `PRAGMA ${name}`);
      rows(writer, `PRAGMA main.${name}`);
      rows(reader, `PRAGMA ${name === "incremental_vacuum" || name === "optimize" ? "user_version" : name}`);
    });
  }

  for (const name of named("database")) {
    test(`${name}: set under the transaction, and kept`, () => {
      rows(writer, `PRAGMA ${name}=7`);
      expect(writer.resetState()).toBe(false);
      if (name === "incremental_vacuum") return;
      expect(rows(writer, `PRAGMA ${name}`)).toEqual([[7]]);
      rows(writer, `BEGIN; PRAGMA ${name}=8; ROLLBACK`);
      expect(rows(writer, `PRAGMA ${name}`)).toEqual([[7]]);
      expect(refusal(reader, `PRAGMA ${name}=9`).code & 0xff).toBe(8);
    });
  }

  test("their table-valued forms are judged too", () => {
    expect(rows(writer, "SELECT * FROM pragma_journal_mode")).toEqual([["memory"]]);
    expect(rows(writer, "SELECT name FROM pragma_table_info('t')")).toEqual([["a"]]);
    expect(refusal(writer, "SELECT * FROM pragma_wal_checkpoint").message).toMatch(/no such table|not supported/);
  });

  test("an unknown one does nothing, as in SQLite", () => {
    expect(rows(writer, "PRAGMA encoding='UTF-16'; PRAGMA no_such_thing=1")).toEqual([]);
  });
});

describe("databases and files", () => {
  for (const sql of [
    "ATTACH 'other.db' AS other",
    "ATTACH DATABASE ':memory:' AS other",
    "ATTACH '' AS other",
    "ATTACH 'file:x?vfs=kvvfs&mode=memory' AS other",
    "ATTACH ? AS other",
    "EXPLAIN ATTACH 'other.db' AS other",
    "-- a comment\nATTACH 'other.db' AS other",
  ]) {
    test(sql, () => {
      for (const connection of [writer, reader]) {
        expect(refusal(connection, sql)).toEqual({
          code: 23,
          message: "ATTACH is not supported: a node has one database",
        });
      }
    });
  }

  test("DETACH", () => {
    expect(refusal(writer, "DETACH main").message).toBe("DETACH is not supported: a node has one database");
  });

  test("VACUUM works, VACUUM INTO doesn't", () => {
    rows(writer, "VACUUM; VACUUM main");
    for (const sql of ["VACUUM INTO 'copy.db'", "VACUUM main INTO '/tmp/copy.db'", "VACUUM INTO 'file:x?vfs=memdb'"]) {
      expect(refusal(writer, sql)).toEqual({
        code: 23,
        message: "VACUUM INTO is not supported: SQL can't write files; a backup is what /db/backup gives",
      });
      expect(refusal(reader, sql).code & 0xff).toBeOneOf([8, 23]);
    }
    expect(refusal(reader, "VACUUM").code & 0xff).toBe(8);
    expect(refusal(writer, "ATTACH '' AS still").message).toContain("ATTACH is not supported");
  });

  for (const call of [
    "readfile('/etc/passwd')",
    "writefile('x', 'y')",
    "edit('x')",
    "fsdir('/')",
    "zipfile('a', 'b')",
    "sqlar_compress('x')",
    "lsmode(0)",
    "load_extension('x')",
    "fts3_tokenizer('simple')",
    "fts3_tokenizer('simple', x'00')",
    "fileio_read('x')",
  ]) {
    test(call, () => expect(refusal(writer, `SELECT ${call}`).message).toContain("no such function"));
  }

  for (const table of [
    "fsdir('/')",
    "zipfile('x.zip')",
    "sqlite_stmt",
    "sqlite_dbpage",
    "bytecode('SELECT 1')",
    "tables_used('SELECT 1')",
    "sqlite_memstat",
    "completion('s')",
  ]) {
    test(`FROM ${table}`, () => expect(refusal(writer, `SELECT * FROM ${table}`).message).toContain("no such table"));
  }

  for (const module of ["csv(filename='/etc/passwd')", "zipfile('x.zip')", "sqlite_dbpage", "fts3(a)", "bytecode"]) {
    test(`USING ${module}`, () => {
      expect(refusal(writer, `CREATE VIRTUAL TABLE x USING ${module}`).message).toContain("no such module");
    });
  }

  test("what rqlite's build has stays", () => {
    rows(writer, "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1); INSERT INTO r VALUES(1, 2, 3)");
    expect(rows(writer, "SELECT * FROM r WHERE x0 > 1")).toEqual([[1, 2, 3]]);
    rows(writer, "CREATE VIRTUAL TABLE terms USING fts5vocab(f, 'row'); INSERT INTO f VALUES('one two')");
    expect(rows(writer, "SELECT term FROM terms")).toEqual([["one"], ["two"]]);
    expect(rows(writer, "SELECT count(*) > 0 FROM dbstat")).toEqual([[1]]);
  });
});

describe("the schema", () => {
  for (const sql of [
    "INSERT INTO sqlite_schema VALUES('table', 'x', 'x', 0, 'CREATE TABLE x(a)')",
    "UPDATE sqlite_master SET sql = 'CREATE TABLE t(b)'",
    "DELETE FROM sqlite_schema",
    "UPDATE f_data SET block = x'00'",
    "DROP TABLE f_data",
  ]) {
    test(sql, () => expect(refusal(writer, sql).message).toMatch(/may not be (modified|dropped)/));
  }
});

describe("temporary objects", () => {
  const forms = [
    "CREATE TEMP TABLE x(a)",
    "CREATE TEMPORARY TABLE x AS SELECT 1",
    "CREATE TABLE temp.x(a)",
    "CREATE TEMP VIEW x AS SELECT 1",
    "CREATE VIEW temp.x AS SELECT 1",
    "CREATE TRIGGER temp.x AFTER INSERT ON t BEGIN SELECT 1; END",
    "CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END",
    "CREATE VIRTUAL TABLE temp.x USING fts5(a)",
    "EXPLAIN CREATE TEMP TABLE x(a)",
  ];
  for (const sql of forms) {
    test(sql, () => {
      expect(refusal(writer, sql)).toEqual({
        code: 23,
        message:
          "temporary objects are not supported: all writes share one connection, and it keeps nothing between requests",
      });
      // A reader can write nothing, and says so as for any write.
      if (!sql.startsWith("EXPLAIN")) expect(refusal(reader, sql).code & 0xff).toBe(8);
    });
  }
});

test("a reader writes nothing", () => {
  for (const sql of [
    "INSERT INTO t VALUES(1)",
    "UPDATE t SET a = 2",
    "DELETE FROM t RETURNING a",
    "CREATE TABLE x(a)",
    "DROP TABLE t",
    "CREATE INDEX x ON t(a)",
    "REINDEX",
    "ANALYZE",
    "INSERT INTO f VALUES('x')",
    "BEGIN IMMEDIATE",
  ]) {
    expect(refusal(reader, sql)).toEqual({ code: 8, message: "attempt to write a readonly database" });
  }
  expect(rows(reader, "CREATE TABLE IF NOT EXISTS t(a); DROP TABLE IF EXISTS missing")).toEqual([]);
  expect(rows(reader, "EXPLAIN INSERT INTO t VALUES(1)").length).toBeGreaterThan(3);
});

test("what we run ourselves is not judged", () => {
  const { writer: own } = database(sqlite);
  expect(own.run("PRAGMA cache_size=100")).toEqual({ ok: true, value: null });
  expect(rows(own, "PRAGMA cache_size")).toEqual([[100]]);
  expect(own.run("CREATE TEMP TABLE x(a); INSERT INTO x VALUES(1)")).toEqual({ ok: true, value: null });
  expect(rows(own, "SELECT a FROM x")).toEqual([[1]]);
  expect(own.run("SELECT * FROM nowhere; SELECT 1")).toEqual({
    ok: false,
    error: { code: 1, message: "no such table: nowhere" },
  });
  expect(refusal(own, "PRAGMA cache_size=200").code).toBe(23);
});

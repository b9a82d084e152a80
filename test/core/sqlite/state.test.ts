import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { SqlConnection, Sqlite } from "../../../src/core/sqlite/mod.ts";
import { pragmaRules } from "../../../src/core/sqlite/pragma-rules.ts";
import { database, prepare, refusal, rows, startSqlite, type Value } from "./sqlite-fixture.ts";

let sqlite: Sqlite;
beforeAll(async () => {
  sqlite = await startSqlite();
});

/** How to see a setting where reading the PRAGMA doesn't show it. */
const probes: Readonly<Record<string, string>> = {
  case_sensitive_like: "SELECT 'a' LIKE 'A'",
};
/** A value other than the initial one. */
const others: Readonly<Record<string, string>> = {
  analysis_limit: "100",
  automatic_index: "0",
  auto_vacuum: "1",
  busy_timeout: "77",
  secure_delete: "FAST",
  short_column_names: "0",
  trusted_schema: "0",
};
/** SQLite ignores these in this build, so nothing can be seen. */
const unseen = new Set(["threads"]);

const settings = Object.entries(pragmaRules)
  .filter(([, rule]) => rule.kind === "setting")
  .map(([name]) => name);

describe("resetState puts back what SQL set", () => {
  for (const foreignKeys of [false, true]) {
    describe(`with foreign keys ${foreignKeys ? "on" : "off"} by default`, () => {
      let writer: SqlConnection;
      let reader: SqlConnection;
      beforeEach(() => {
        const made = database(sqlite, "CREATE TABLE t(a)", { foreignKeys });
        writer = made.writer;
        reader = made.reader().connection;
      });
      for (const name of settings) {
        test(name, () => {
          for (const connection of [writer, reader]) {
            const see = (): Value[][] => rows(connection, probes[name] ?? `PRAGMA ${name}`);
            const before = see();
            const isForeignKeys = name === "foreign_keys" && connection === writer && foreignKeys;
            const other = isForeignKeys ? "0" : (others[name] ?? "1");
            // An existing database has no pointer map to turn on.
            const changes = !unseen.has(name) && name !== "auto_vacuum";
            rows(connection, `PRAGMA ${name}=${other}`);
            if (changes) expect(see()).not.toEqual(before);
            expect(connection.resetState()).toBe(false);
            expect(see()).toEqual(before);
            // Being prepared is enough for a PRAGMA to act.
            prepare(connection, `PRAGMA main.${name.toUpperCase()}(${other})`).release();
            connection.resetState();
            expect(see()).toEqual(before);
            rows(connection, `BEGIN; PRAGMA ${name}=${other}`);
            expect(connection.resetState()).toBe(true);
            expect(see()).toEqual(before);
          }
        });
      }
    });
  }
});

test("auto_vacuum lasts as long as the request: for its own VACUUM, not for the next one's", () => {
  const { writer } = database(sqlite, "CREATE TABLE t(a)");
  rows(writer, "PRAGMA auto_vacuum=FULL");
  writer.resetState();
  rows(writer, "VACUUM");
  expect(rows(writer, "PRAGMA auto_vacuum")).toEqual([[0]]);
  rows(writer, "PRAGMA auto_vacuum=FULL; VACUUM");
  writer.resetState();
  expect(rows(writer, "PRAGMA auto_vacuum")).toEqual([[1]]);
  rows(writer, "PRAGMA auto_vacuum=INCREMENTAL");
  writer.resetState();
  expect(rows(writer, "PRAGMA auto_vacuum; PRAGMA incremental_vacuum; PRAGMA integrity_check")).toEqual([["ok"]]);
});

test("auto_vacuum on an empty database is a write: it makes the database", () => {
  const { writer, store } = database(sqlite);
  rows(writer, "PRAGMA auto_vacuum=FULL");
  writer.resetState();
  expect(store.pageCount).toBe(1);
  rows(writer, "CREATE TABLE t(a)");
  expect(rows(writer, "PRAGMA auto_vacuum")).toEqual([[1]]);
});

test("an open transaction is rolled back, savepoints too", () => {
  const { writer } = database(sqlite, "CREATE TABLE t(a)");
  for (const begin of ["BEGIN", "SAVEPOINT s", "BEGIN EXCLUSIVE; SAVEPOINT a; SAVEPOINT b"]) {
    rows(writer, `${begin}; INSERT INTO t VALUES(1)`);
    expect(writer.inTransaction).toBe(true);
    expect(writer.resetState()).toBe(true);
    expect(writer.inTransaction).toBe(false);
    expect(rows(writer, "SELECT count(*) FROM t")).toEqual([[0]]);
  }
  expect(writer.resetState()).toBe(false);
});

test("nothing is in temp, and nothing attached", () => {
  const { writer } = database(sqlite, "CREATE TABLE t(a)");
  refusal(writer, "CREATE TEMP TABLE x(a)");
  refusal(writer, "ATTACH '' AS x");
  expect(rows(writer, "SELECT name FROM pragma_database_list WHERE name <> 'temp'")).toEqual([["main"]]);
  expect(rows(writer, "SELECT count(*) FROM sqlite_temp_schema")).toEqual([[0]]);
});

test("recursive triggers are off, trusted schema and double-quoted strings on, foreign keys as told", () => {
  const { writer } = database(sqlite, "CREATE TABLE t(a)", { foreignKeys: true });
  const read = ["recursive_triggers", "trusted_schema", "foreign_keys", "synchronous", "temp_store"];
  expect(read.map((name) => rows(writer, `PRAGMA ${name}`)[0]?.[0])).toEqual([0, 1, 1, 0, 1]);
  expect(rows(writer, "PRAGMA journal_mode")).toEqual([["memory"]]);
  expect(rows(writer, "PRAGMA locking_mode")).toEqual([["exclusive"]]);
});

describe("counters", () => {
  test("are SQLite's, and stay over what doesn't count", () => {
    const { writer } = database(sqlite, "CREATE TABLE t(a INTEGER PRIMARY KEY, b UNIQUE)");
    expect(writer.counters()).toEqual({ lastInsertRowid: 0n, changes: 0 });
    const countersOf = (sql: string) => {
      rows(writer, sql);
      const { lastInsertRowid, changes } = writer.counters();
      return [lastInsertRowid, changes];
    };
    expect(countersOf("INSERT INTO t VALUES(5, 1), (6, 2)")).toEqual([6n, 2]);
    expect(countersOf("CREATE TABLE u(a)")).toEqual([6n, 2]);
    expect(countersOf("SELECT * FROM t")).toEqual([6n, 2]);
    expect(countersOf("UPDATE t SET b = b + 10")).toEqual([6n, 2]);
    expect(countersOf("DELETE FROM t WHERE a = 5")).toEqual([6n, 1]);
    expect(countersOf("BEGIN; INSERT INTO u VALUES(1); ROLLBACK")).toEqual([1n, 1]);
    refusal(writer, "INSERT INTO t VALUES(7, 12)");
    expect(writer.counters()).toEqual({ lastInsertRowid: 1n, changes: 0 });
    writer.resetState();
    expect(writer.counters()).toEqual({ lastInsertRowid: 1n, changes: 0 });
    expect(countersOf("INSERT INTO t VALUES(9223372036854775807, 0)")).toEqual([2n ** 63n - 1n, 1]);
  });

  test("restored ones hold, also in SQL, until a statement counts again", () => {
    const { writer } = database(sqlite, "CREATE TABLE t(a INTEGER PRIMARY KEY); INSERT INTO t VALUES(1)");
    const seen = () => rows(writer, "SELECT last_insert_rowid(), changes()");
    writer.restoreCounters({ lastInsertRowid: 77n, changes: 5 });
    expect(writer.counters()).toEqual({ lastInsertRowid: 77n, changes: 5 });
    expect(seen()).toEqual([[77, 5]]);
    rows(writer, "CREATE TABLE u(a); BEGIN; COMMIT; PRAGMA user_version=1; WITH c(x) AS (SELECT 1) SELECT * FROM c");
    expect(seen()).toEqual([[77, 5]]);
    rows(writer, "INSERT INTO u SELECT changes()");
    expect(rows(writer, "SELECT a FROM u")).toEqual([[5]]);
    expect(writer.counters()).toEqual({ lastInsertRowid: 1n, changes: 1 });
    writer.restoreCounters({ lastInsertRowid: 8n, changes: 3 });
    rows(writer, "UPDATE u SET a = 1 WHERE 0");
    expect(writer.counters()).toEqual({ lastInsertRowid: 8n, changes: 0 });
    writer.restoreCounters({ lastInsertRowid: 8n, changes: 3 });
    refusal(writer, "INSERT INTO t VALUES(1)");
    expect(writer.counters().changes).toBe(0);
    writer.restoreCounters({ lastInsertRowid: 8n, changes: 3 });
    refusal(writer, "INSERT INTO nowhere VALUES(1)");
    expect(writer.counters().changes).toBe(3);
    const statement = prepare(writer, "INSERT INTO t VALUES(2), (3) RETURNING a");
    expect(writer.counters().changes).toBe(3);
    expect(statement.step()).toBe("row");
    statement.release();
    expect(writer.counters()).toEqual({ lastInsertRowid: 3n, changes: 2 });
  });
});

test("deferred foreign keys are reported while a COMMIT would fail", () => {
  const { writer } = database(
    sqlite,
    "CREATE TABLE p(a PRIMARY KEY); CREATE TABLE c(a REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
    { foreignKeys: true },
  );
  expect(writer.hasDeferredViolations).toBe(false);
  rows(writer, "BEGIN; INSERT INTO c VALUES(1)");
  expect(writer.hasDeferredViolations).toBe(true);
  expect(refusal(writer, "COMMIT").message).toBe("FOREIGN KEY constraint failed");
  rows(writer, "INSERT INTO p VALUES(1)");
  expect(writer.hasDeferredViolations).toBe(false);
  rows(writer, "COMMIT; BEGIN; DELETE FROM p");
  expect(writer.hasDeferredViolations).toBe(true);
  writer.resetState();
  expect(writer.hasDeferredViolations).toBe(false);
});

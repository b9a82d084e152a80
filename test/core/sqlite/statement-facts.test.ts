import { beforeAll, describe, expect, test } from "vitest";
import type { SqlConnection } from "../../../src/core/sqlite/mod.ts";
import { statementKind } from "../../../src/core/sqlite/statement-kind.ts";
import { database, prepare, startSqlite, utf8 } from "./sqlite-fixture.ts";

let writer: SqlConnection;
beforeAll(async () => {
  writer = database(
    await startSqlite(),
    `CREATE TABLE t(a INTEGER PRIMARY KEY, b); CREATE VIEW v AS SELECT * FROM t;
     CREATE TRIGGER v_insert INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES(new.a, new.b); END;
     CREATE VIRTUAL TABLE f USING fts5(x); CREATE VIRTUAL TABLE r USING rtree(id, x0, x1)`,
  ).writer;
});

/** Letters: `r` read-only, `x` EXPLAIN, `q` EXPLAIN QUERY PLAN, `g` RETURNING, `o` outside, `c` counts changes. */
const table: readonly [string, string][] = [
  ["SELECT 1", "r"],
  ["VALUES(1)", "r"],
  ["SELECT * FROM r", "r"],
  ["SELECT * FROM f", "r"],
  ["WITH c(x) AS (SELECT 1) SELECT * FROM c", "r"],
  ["INSERT INTO t(b) VALUES(1)", "c"],
  ["INSERT OR ROLLBACK INTO t(b) VALUES(1)", "c"],
  ["REPLACE INTO t(b) VALUES(1)", "c"],
  ["UPDATE t SET b = 1", "c"],
  ["DELETE FROM t", "c"],
  ["INSERT INTO v VALUES(1, 2)", "c"],
  ["INSERT INTO f VALUES('x')", "c"],
  ["INSERT INTO r VALUES(1, 2, 3)", "c"],
  ["INSERT INTO t(b) VALUES(1) RETURNING a", "gc"],
  ["UPDATE t SET b = 1 RETURNING *", "gc"],
  ["DELETE FROM t RETURNING a, b", "gc"],
  ["WITH c(x) AS (SELECT 1) INSERT INTO t(b) SELECT x FROM c", "c"],
  ["WITH c(x) AS (SELECT 1) DELETE FROM t WHERE a IN c RETURNING a", "gc"],
  ["  ;; -- insert\n /* delete */ uPdAtE t SET b = 1", "c"],
  ["\u{feff}INSERT INTO t(b) VALUES(1)", "c"],
  ["CREATE TABLE x(a)", ""],
  ["CREATE TABLE x AS SELECT * FROM t", ""],
  ["CREATE INDEX x ON t(b)", ""],
  ["CREATE VIRTUAL TABLE x USING fts5(a)", ""],
  ["DROP TABLE t", ""],
  ["ALTER TABLE t ADD COLUMN c", ""],
  ["REINDEX", ""],
  ["ANALYZE", ""],
  ["VACUUM", "o"],
  ["vacuum main", "o"],
  ["BEGIN", "ro"],
  ["BEGIN IMMEDIATE", "o"],
  ["COMMIT", "ro"],
  ["END TRANSACTION", "ro"],
  ["ROLLBACK", "ro"],
  ["SAVEPOINT s", "ro"],
  ["RELEASE s", "ro"],
  ["ROLLBACK TO s", "ro"],
  ["/* x */ begin", "ro"],
  ["PRAGMA foreign_keys", "r"],
  ["PRAGMA foreign_keys=0", "ro"],
  ["PRAGMA defer_foreign_keys(0)", "ro"],
  ["PRAGMA main.recursive_triggers = 0", "ro"],
  ["PRAGMA case_sensitive_like=0", "ro"],
  ["PRAGMA user_version", "r"],
  ["PRAGMA user_version=4", ""],
  ["PRAGMA table_info('t')", "r"],
  ["PRAGMA journal_mode", ""],
  ["EXPLAIN SELECT 1", "rx"],
  ["EXPLAIN INSERT INTO t(b) VALUES(1)", "x"],
  ["EXPLAIN QUERY PLAN DELETE FROM t", "q"],
  ["EXPLAIN BEGIN", "rx"],
  ["EXPLAIN VACUUM", "x"],
];

describe("what is known of a statement before it runs", () => {
  for (const [sql, letters] of table) {
    test(sql.trim(), () => {
      // Twice: once new, once from the cache.
      for (let time = 0; time < 2; time += 1) {
        const statement = prepare(writer, sql);
        const found = [
          statement.readonly ? "r" : "",
          ["", "x", "q"][statement.explain],
          statement.returning ? "g" : "",
          statement.outsideTransaction ? "o" : "",
          statement.countsChanges ? "c" : "",
        ];
        statement.release();
        writer.resetState();
        expect(found.join("")).toBe(letters);
      }
    });
  }

  test("also when the first use of a virtual table prepares writes of its own", async () => {
    const { store } = database(await startSqlite(), "CREATE VIRTUAL TABLE r USING rtree(id, x0, x1)");
    const sqlite = await startSqlite();
    const fresh = sqlite.openWriter(store, { foreignKeys: false });
    const statement = prepare(fresh, "SELECT * FROM r");
    expect([statement.readonly, statement.countsChanges, statement.outsideTransaction]).toEqual([true, false, false]);
  });
});

test("the keyword is found behind all that SQLite skips", () => {
  const kind = (sql: string, from = 0) => statementKind(utf8(sql), from);
  expect(kind("INSERT")).toBe("change");
  expect(kind("\t\r\n\f insert into")).toBe("change");
  expect(kind("/* INSERT */ SELECT")).toBe("other");
  expect(kind("/**/--\n/* * / */DELETE")).toBe("change");
  expect(kind("-- no end")).toBe("other");
  expect(kind("/* no end")).toBe("other");
  expect(kind("")).toBe("other");
  expect(kind("SELECT 1; VACUUM", 9)).toBe("vacuum");
  expect(kind("(INSERT")).toBe("other");
  expect(kind("inserted")).toBe("other");
  expect(kind("INSERTINSERTINSERTINSERT")).toBe("other");
});

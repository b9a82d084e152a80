import { beforeAll, expect, test } from "vitest";
import type { SqlConnection, Sqlite } from "../../../src/core/sqlite/mod.ts";
import { database, prepare, rows, startSqlite } from "./sqlite-fixture.ts";

let sqlite: Sqlite;
beforeAll(async () => {
  sqlite = await startSqlite();
});

/** Names and declared types as a user of the contract reads them: after the first step. */
function shape(connection: SqlConnection, sql: string): (string | null)[] {
  const statement = prepare(connection, sql);
  statement.step();
  const columns: (string | null)[] = [];
  for (let at = 0; at < statement.columnCount(); at += 1) {
    columns.push(new TextDecoder().decode(statement.columnName(at)), statement.columnDeclaredType(at));
  }
  statement.release();
  return columns;
}

test("a statement kept from before a change of schema has the columns of the schema it runs on", () => {
  const { store, writer, reader } = database(sqlite, "CREATE TABLE t(a INTEGER)");
  const { connection } = reader();
  const all = "SELECT * FROM t";
  for (const row of ["", "INSERT INTO t(a) VALUES(1)"]) {
    const changes: [string, (string | null)[]][] = [
      ["", ["a", "INTEGER"]],
      ["ALTER TABLE t ADD COLUMN b TEXT", ["a", "INTEGER", "b", "TEXT"]],
      ["ALTER TABLE t RENAME COLUMN b TO c", ["a", "INTEGER", "c", "TEXT"]],
      ["ALTER TABLE t DROP COLUMN c", ["a", "INTEGER"]],
      ["DROP TABLE t; CREATE TABLE t(x BLOB, a REAL, y)", ["x", "BLOB", "a", "REAL", "y", null]],
      ["DROP TABLE t; CREATE VIEW t AS SELECT 1 AS a, 'x' AS b", ["a", null, "b", null]],
      ["DROP VIEW t; CREATE TABLE t(a INTEGER)", ["a", "INTEGER"]],
    ];
    for (const [change, columns] of changes) {
      rows(writer, `${change}; ${change.includes("CREATE TABLE t(a INTEGER)") ? row : ""}`);
      store.publish();
      expect(shape(writer, all), change).toEqual(columns);
      expect(shape(connection, all), change).toEqual(columns);
    }
  }
});

test("a table that has come or gone is seen at once by a reader that knew better", () => {
  const { store, writer, reader } = database(sqlite);
  const { connection } = reader();
  expect(connection.prepare(new TextEncoder().encode("SELECT * FROM t"), 0).ok).toBe(false);
  rows(writer, "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
  store.publish();
  expect(rows(connection, "SELECT * FROM t")).toEqual([[1]]);
  rows(writer, "DROP TABLE t");
  store.publish();
  const statement = prepare(connection, "SELECT 1");
  statement.release();
  expect(() => rows(connection, "SELECT * FROM t")).toThrow("no such table: t");
});

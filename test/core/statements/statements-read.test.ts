import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bodyOf, startSqlite, TestDatabase } from "./database.ts";

const sqlite = await startSqlite();
let database: TestDatabase;
beforeAll(() => {
  database = new TestDatabase(sqlite);
  database.execute(["CREATE TABLE t(id INTEGER PRIMARY KEY, v)", "INSERT INTO t VALUES(1, 'a')"]);
});
afterAll(() => database.close());

const refused = '{"error":"attempt to change database via query operation"}';

describe("reads refuse to write (http-api §8.4)", () => {
  test.each([
    "INSERT INTO t VALUES(2, 'b')",
    "UPDATE t SET v = 1",
    "DELETE FROM t RETURNING id",
    "CREATE TABLE u(x)",
    "CREATE TEMP TABLE u(x)",
    "DROP TABLE t",
    "PRAGMA user_version=4",
    "ANALYZE",
  ])("%s", (sql) => {
    expect(database.query([sql])).toBe(`{"results":[${refused}]}`);
    expect(database.query([sql], { associative: true })).toBe(`{"results":[${refused.replace("{", '{"rows":[],')}]}`);
  });

  test.each([
    "CREATE TABLE IF NOT EXISTS t(x)",
    "DROP TABLE IF EXISTS nosuch",
    "PRAGMA foreign_keys=ON",
    "INSERT INTO t VALUES(2, 'b'); -- nothing left to run",
  ])("%s does nothing", (sql) => {
    expect(database.query([sql])).toBe('{"results":[{}]}');
  });

  test("EXPLAIN of a write, and errors that stop nothing", () => {
    expect(database.query(["EXPLAIN INSERT INTO t VALUES(2, 'b')"])).toContain('"columns":["addr","opcode"');
    expect(database.query(["nonsense", "DELETE FROM t", "SELECT id FROM t"])).toContain(`${refused},{"columns":["id"]`);
    expect(database.query(["nonsense", "DELETE FROM t", "SELECT id FROM t"], { transaction: true })).toContain(
      `${refused},{"columns":["id"],"types":["integer"],"values":[[1]]}]}`,
    );
  });
});

describe("which requests are reads (http-api §8.7)", () => {
  test.each<[statements: readonly string[], isRead: boolean]>([
    [["SELECT 1", "", "-- nothing", "PRAGMA user_version", "BEGIN", "COMMIT"], true],
    [["EXPLAIN INSERT INTO t VALUES(3, 'c')"], true],
    [["EXPLAIN QUERY PLAN DELETE FROM t"], true],
    [["SELECT 1; DELETE FROM t"], true],
    [["PRAGMA synchronous=1", "DELETE FROM t"], true], // refused as it is
    [["SELECT 1", "DELETE FROM t"], false],
    [["DELETE FROM t; SELECT 1"], false],
    [["SELECT * FROM nosuch"], false],
    [["nonsense"], false],
    [["BEGIN IMMEDIATE"], false],
    [["VACUUM"], false],
    [["PRAGMA user_version=4"], false],
    [["PRAGMA journal_mode"], false],
    [["CREATE TEMP TABLE x(y)"], false],
    [["INSERT INTO t VALUES(3, 'c') RETURNING id"], false],
  ])("%j: %s", (statements, isRead) => {
    const run = database.startRead("request", bodyOf(statements));
    if (run !== "not-read-only") run.close();
    expect(run !== "not-read-only").toBe(isRead);
  });

  test("their failures are reads' failures", () => {
    expect(database.request(["SELECT abs(-9223372036854775808)"], { associative: true })).toBe(
      '{"results":[{"rows":[],"error":"integer overflow"}]}',
    );
    expect(database.request(["PRAGMA synchronous=1"])).toBe('{"results":[],"error":"disallowed pragma"}');
  });
});

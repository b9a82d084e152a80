import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { SqlConnection } from "../../../src/core/sqlite/mod.ts";
import { bind, database, prepare, rows, startSqlite, utf8, type Value } from "./sqlite-fixture.ts";

let writer: SqlConnection;
beforeAll(async () => {
  writer = database(await startSqlite(), "CREATE TABLE v(id INTEGER PRIMARY KEY, a)").writer;
});

const value: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.integer(),
  fc.maxSafeInteger(),
  fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .map((big) => (big >= -(2n ** 53n) + 1n && big < 2n ** 53n ? Number(big) : big)),
  fc.double({ noNaN: true }).filter((real) => !Number.isInteger(real)),
  fc.string({ unit: "grapheme", maxLength: 50 }),
  fc.uint8Array({ maxLength: 100 }),
);

test("what is bound comes back, value for value", () => {
  const statement = prepare(writer, "SELECT ?, ?, ?");
  fc.assert(
    fc.property(fc.tuple(value, value, value), (values) => {
      bind(statement, values);
      expect(statement.step()).toBe("row");
      const read = rows(writer, "SELECT ?, ?, ?", ...values);
      statement.reset();
      expect(read).toEqual([values]);
    }),
  );
  statement.release();
});

test("64-bit integers are exact, also at the edges of doubles", () => {
  const edges = [0n, 1n, -1n, 2n ** 31n, -(2n ** 31n), 2n ** 53n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
  for (const edge of edges) {
    const statement = prepare(writer, "SELECT ?, typeof(?1), CAST(?1 AS TEXT)");
    statement.bindInteger(1, edge);
    expect(statement.step()).toBe("row");
    expect(statement.columnBigInt(0)).toBe(edge);
    expect(new TextDecoder().decode(statement.columnBytes(1))).toBe("integer");
    expect(new TextDecoder().decode(statement.columnBytes(2))).toBe(edge.toString());
    statement.release();
  }
});

test("a real without a fraction stays a real", () => {
  const statement = prepare(writer, "SELECT typeof(?), typeof(?)");
  statement.bindReal(1, 3);
  statement.bindInteger(2, 3);
  statement.step();
  expect(new TextDecoder().decode(statement.columnBytes(0))).toBe("real");
  expect(new TextDecoder().decode(statement.columnBytes(1))).toBe("integer");
  statement.release();
});

test("empty, long and zero-holding text and blobs", () => {
  const long = "ä".repeat(300_000);
  const blob = new Uint8Array(5_000_000).fill(7);
  expect(rows(writer, "SELECT ?, typeof(?1), length(CAST(?1 AS BLOB))", "a\0b")).toEqual([["a\0b", "text", 3]]);
  expect(rows(writer, "SELECT ?, typeof(?1)", "")).toEqual([["", "text"]]);
  expect(rows(writer, "SELECT ?, typeof(?1)", new Uint8Array(0))).toEqual([[new Uint8Array(0), "blob"]]);
  expect(rows(writer, "SELECT ?", long)).toEqual([[long]]);
  expect(rows(writer, "SELECT length(?), ?1 = zeroblob(3)", blob)).toEqual([[5_000_000, 0]]);
  expect(rows(writer, "SELECT zeroblob(4)")).toEqual([[new Uint8Array(4)]]);
});

test("bytes are a view that is right also after memory has grown", () => {
  rows(writer, "DELETE FROM v; INSERT INTO v(a) VALUES(randomblob(1000000)), ('x')");
  const statement = prepare(writer, "SELECT a, hex(a) FROM v ORDER BY id");
  for (let at = 0; at < 3; at += 1) {
    rows(writer, "SELECT length(zeroblob(?))", 1);
    rows(writer, "SELECT hex(randomblob(?))", 20_000_000 * (at + 1));
    expect(statement.step()).toBe("row");
    expect(statement.columnBytes(0).length).toBe(1_000_000);
    expect(statement.columnBytes(1).length).toBe(2_000_000);
    statement.reset();
  }
  statement.release();
});

test("what is too long is SQLite's own error, from the step", () => {
  expect(rows(writer, "SELECT length(zeroblob(268435456))")).toEqual([[268_435_456]]);
  const { length } = rows(writer, "SELECT 1");
  expect(length).toBe(1);
  for (const sql of [
    "SELECT zeroblob(268435457)",
    "SELECT randomblob(1000000000)",
    "SELECT printf('%*s', 2000000000, '')",
  ]) {
    const statement = prepare(writer, sql);
    expect(statement.step()).toEqual({ code: 18, message: "string or blob too big" });
    statement.release();
  }
  const statement = prepare(writer, "SELECT ?");
  statement.bindInteger(2, 1);
  expect(statement.step()).toMatchObject({ code: 25 });
  statement.reset();
  statement.bindInteger(1, 1);
  expect(statement.step()).toBe("row");
  statement.release();
});

test("parameters are counted and named", () => {
  const statement = prepare(writer, "SELECT ?, :a, @b, $c, ?7, :a");
  expect(statement.parameterCount).toBe(7);
  expect(Array.from({ length: 7 }, (_, at) => statement.parameterName(at + 1))).toEqual([
    null,
    ":a",
    "@b",
    "$c",
    null,
    null,
    "?7",
  ]);
  expect(statement.parameterName(8)).toBeNull();
  statement.release();
});

test("bindings don't outlive a release", () => {
  const statement = prepare(writer, "SELECT ?");
  statement.bindText(1, utf8("secret"));
  statement.step();
  statement.release();
  expect(rows(writer, "SELECT ?")).toEqual([[null]]);
});

test("columns tell name, declared type and table", () => {
  rows(writer, "CREATE TABLE typed(a VARCHAR(36), b TEXT, c); CREATE VIEW seen AS SELECT a AS x, b FROM typed");
  const facts = (sql: string) => {
    const statement = prepare(writer, sql);
    statement.step();
    const columns = Array.from({ length: statement.columnCount() }, (_, at) => [
      new TextDecoder().decode(statement.columnName(at)),
      statement.columnDeclaredType(at),
      statement.columnTableName(at),
    ]);
    statement.release();
    return columns;
  };
  expect(facts("SELECT * FROM typed AS t")).toEqual([
    ["a", "VARCHAR(36)", "typed"],
    ["b", "TEXT", "typed"],
    ["c", null, "typed"],
  ]);
  expect(facts('SELECT x, b, +b, 1 AS [ä"], CAST(x AS TEXT) FROM seen')).toEqual([
    ["x", "VARCHAR(36)", "typed"],
    ["b", "TEXT", "typed"],
    ["+b", null, null],
    ['ä"', null, null],
    ["CAST(x AS TEXT)", null, null],
  ]);
  expect(facts("INSERT INTO typed VALUES(1,2,3)")).toEqual([]);
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startSqlite, TestDatabase } from "./database.ts";

const sqlite = await startSqlite();
let database: TestDatabase;
beforeAll(() => {
  database = new TestDatabase(sqlite);
  database.execute(["CREATE TABLE t(a, b, c)"]);
});
afterAll(() => database.close());

/** The values of a query's only row, or the entry's error. */
function row(...statement: readonly unknown[]): string {
  const text = database.query([statement]);
  return /"values":\[(.*)\]\}\]/.exec(text)?.[1] ?? /"error":"(.*)"\}\]/.exec(text)?.[1] ?? text;
}

describe("binding (http-api §4.4)", () => {
  test.each<[name: string, statement: readonly unknown[], shown: string]>([
    ["positions", ["SELECT ?, ?, ?", 1, "x", null], '[1,"x",null]'],
    [
      "values of each kind",
      ["SELECT typeof(?), typeof(?), typeof(?), ?", 1, 1.5, [65], true],
      '["integer","real","blob",1]',
    ],
    ["a number's literal", ["SELECT ?, ?", 9007199254740991, -1], "[9007199254740991,-1]"],
    ["numbered", ["SELECT ?2, ?1", 1, 2], "[2,1]"],
    ["named placeholders by position", ["SELECT :a, @b, $c", 1, 2, 3], "[1,2,3]"],
    ["by name, each prefix", ["SELECT :v, @v, $v, :w", { v: 1, w: 2, x: 3, y: 4 }], "[1,1,1,2]"],
    ["mixed", ["SELECT :v, ?", { v: 1 }, 2], "[1,2]"],
    ["a name where a position is", ["SELECT ?, ?", { a: 1, b: 2 }], "[null,null]"],
    ["counted by number", ["SELECT ?, ?", { a: 1, b: 2, c: 3 }], "[null,null]"],
    ["names are case-sensitive", ["SELECT :v", { V: 1 }], "[null]"],
    ["the empty name is a position", ["SELECT ?, :v", { "": 7, v: 8 }], "[7,8]"],
    ["more than needed", ["SELECT ?", 1, 2, 3], "[1]"],
    ["too few", ["SELECT ?, ?", 1], "not enough args to execute query: want 2 got 1"],
    ["none", ["SELECT ?"], "not enough args to execute query: want 1 got 0"],
    ["gaps count", ["SELECT ?3", 1, 2], "not enough args to execute query: want 3 got 2"],
    ["a bad name", ["SELECT 1", { ":id": 1 }], String.raw`name \":id\" does not begin with a letter`],
    [
      "a bad name comes before a syntax error",
      ["SELEC", { _id: 1 }],
      String.raw`name \"_id\" does not begin with a letter`,
    ],
    ["statements in turn", ["SELECT ?; SELECT ?, ?", 1, 2, 3], "[2,3]"],
    ["too few for the last", ["SELECT ?; SELECT ?, ?", 1, 2], "not enough args to execute query: want 2 got 1"],
    ["too few for one before", ["SELECT ?, ?; SELECT 1", 1], "not enough args to execute query: want 2 got 1"],
    ["names outside the slice", ["SELECT :v; SELECT :v", { v: 1, w: 2 }], "[1]"],
    ["names outside win", ["SELECT ?, ?; SELECT ?, :v", 0, { v: 1 }, 2, 3, { v: 9 }], "[2,9]"],
  ])("%s", (_name, statement, shown) => {
    expect(row(...statement)).toBe(shown);
  });

  test("nothing bound before is seen again", () => {
    expect(row("SELECT :a AS x, ? AS y", 1, 2)).toBe("[1,2]");
    expect(row("SELECT :a AS x, ? AS y", { q: 1 }, { r: 1 })).toBe("[null,null]");
  });

  test("long values and many", () => {
    const long = "é".repeat(100_000);
    expect(row("SELECT length(?), ? = ?", long, long, long)).toBe("[100000,1]");
    const many = Array.from({ length: 2000 }, (_, i) => i);
    expect(row(`SELECT sum(column1) FROM (VALUES ${many.map(() => "(?)").join()})`, ...many)).toBe(`[${1000 * 1999}]`);
  });
});

describe("writes", () => {
  const insert = "INSERT INTO t VALUES(?, ?, :v)";
  const last = (): string => row("SELECT a, b, c FROM t ORDER BY rowid DESC LIMIT 1");

  test("without a list nothing is counted", () => {
    expect(database.execute([insert])).toContain("rows_affected");
    expect(last()).toBe("[null,null,null]");
    expect(database.execute([[insert]])).toContain("rows_affected");
    expect(database.execute([[insert, {}]])).toContain("rows_affected");
    expect(database.request([insert])).toContain("rows_affected");
  });

  test("but it is with db_timeout, for RETURNING and for reads", () => {
    const error = "not enough args to execute query: want 3 got 0";
    expect(database.execute([insert], { dbTimeoutMs: 1000 })).toContain(error);
    expect(database.execute([`${insert} RETURNING a`])).toContain(error);
    expect(database.request(["SELECT ?", insert])).toContain("want 1 got 0");
  });

  test("too short a list: the whole list's length is told", () => {
    expect(database.execute([[`${insert}; INSERT INTO t VALUES(?, ?, ?)`, 1, 2, 3, 4]])).toContain("want 3 got 4");
    expect(last()).toBe("[1,2,3]");
  });

  test("each statement of a text takes its own", () => {
    expect(database.execute([[`${insert}; INSERT INTO t VALUES(?, :w, ?)`, 1, 2, 3, 4, 5, 6, { w: "w" }]])).toContain(
      "affected",
    );
    expect(last()).toBe('[4,"w",6]');
  });
});

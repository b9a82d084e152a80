import { beforeAll, expect, test } from "vitest";
import type { SqlConnection } from "../../../src/core/sqlite/mod.ts";
import { StatementCache } from "../../../src/core/sqlite/statement-cache.ts";
import { database, prepare, rows, startSqlite, utf8 } from "./sqlite-fixture.ts";

let writer: SqlConnection;
beforeAll(async () => {
  writer = database(await startSqlite(), "CREATE TABLE t(a)").writer;
});

test("a text prepared again is the same statement; used twice at once it is two", () => {
  const one = prepare(writer, "SELECT 1 AS one");
  const two = prepare(writer, "SELECT 1 AS one");
  expect(two).not.toBe(one);
  one.release();
  expect(prepare(writer, "SELECT 1 AS one")).toBe(one);
  expect(prepare(writer, "SELECT 1 AS two")).not.toBe(one);
  one.release();
  two.release();
  expect(prepare(writer, "SELECT 1 AS one")).toBe(one);
  one.release();
});

test("each statement of a longer text is found again, by what follows it", () => {
  const bytes = utf8("SELECT 1; SELECT 2;");
  const second = writer.prepare(bytes, 9);
  if (!second.ok || second.value.statement === null) throw new Error("not prepared");
  second.value.statement.release();
  const again = writer.prepare(utf8("SELECT 9; SELECT 2;"), 9);
  expect(again).toEqual({ ok: true, value: { statement: second.value.statement, tail: 19 } });
  second.value.statement.release();
});

test("a PRAGMA is prepared each time, since that is when it acts", () => {
  for (let time = 0; time < 2; time += 1) {
    rows(writer, "PRAGMA recursive_triggers=1");
    expect(rows(writer, "PRAGMA recursive_triggers")).toEqual([[1]]);
    rows(writer, "EXPLAIN PRAGMA recursive_triggers=0");
    expect(rows(writer, "PRAGMA recursive_triggers")).toEqual([[0]]);
  }
  writer.resetState();
});

test("more texts than the cache holds go through", () => {
  for (let round = 0; round < 2; round += 1) {
    for (let at = 0; at < 600; at += 1) expect(rows(writer, `SELECT ${at}`)).toEqual([[at]]);
  }
});

test("the bounds hold: by number and by bytes, the longest unused goes first", () => {
  const cache = new StatementCache<{ text: Uint8Array }>();
  const statement = (text: string) => ({ text: utf8(text) });
  const statements = Array.from({ length: 256 }, (_, at) => statement(`number ${at}`));
  for (const one of statements) expect(cache.put(one)).toEqual([]);
  expect(cache.take(utf8("number 0"), 0)).toBe(statements[0]);
  expect(cache.take(utf8("number 0"), 0)).toBeNull();
  expect(cache.put(statements[0] ?? statement(""))).toEqual([]);
  expect(cache.put(statement("one more"))).toEqual([statements[1]]);
  expect(cache.size).toBe(256);
  expect(cache.put(statement("one more"))).toEqual([statement("one more")]);
  const big = Array.from({ length: 128 }, (_, at) => statement(`${at}`.padEnd(8_192, "x")));
  for (const one of big) cache.put(one);
  expect(cache.size).toBe(128);
  expect(cache.take(utf8("one more"), 0)).toBeNull();
  expect(cache.take(big[127]?.text ?? utf8(""), 0)).toBe(big[127]);
});

import { beforeAll, describe, expect, test } from "vitest";
import type { Sqlite } from "../../../src/core/sqlite/mod.ts";
import { database, prepare, refusal, rows, startSqlite } from "./sqlite-fixture.ts";

let sqlite: Sqlite;
beforeAll(async () => {
  sqlite = await startSqlite();
});

describe("an interrupt", () => {
  const endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c)";
  for (const [name, sql] of [
    ["a recursive query", `${endless} SELECT count(*) FROM c`],
    ["a sort", `${endless} SELECT x FROM c ORDER BY -x`],
    ["a query that materialises", `${endless} SELECT DISTINCT x % 1000000007, hex(x) FROM c`],
    ["an aggregate by group", `${endless} SELECT x, count(*) FROM c GROUP BY x % 1000000007`],
    ["a write", `${endless} INSERT INTO t SELECT x FROM c`],
    ["a join without end", "SELECT count(*) FROM big a, big b, big c, big d"],
  ] as const) {
    test(`stops ${name}, and what comes after works`, () => {
      const { writer } = database(
        sqlite,
        `CREATE TABLE t(a); CREATE TABLE big(a); ${endless} INSERT INTO big SELECT x FROM c LIMIT 1000`,
      );
      const deadlineMs = performance.now() + 50;
      writer.setInterrupt(() => performance.now() > deadlineMs);
      expect(refusal(writer, sql)).toEqual({ code: 9, message: "interrupted" });
      expect(performance.now() - deadlineMs).toBeLessThan(2_000);
      // Later statements stop too, until it is turned off; short ones may get through.
      expect(refusal(writer, `${endless} SELECT count(*) FROM c`).code).toBe(9);
      writer.setInterrupt(null);
      expect(rows(writer, "SELECT count(*) FROM t")).toEqual([[0]]);
      rows(writer, "INSERT INTO t VALUES(1)");
      expect(rows(writer, "PRAGMA integrity_check")).toEqual([["ok"]]);
    });
  }

  test("in a write rolls back the whole transaction around it", () => {
    const { writer } = database(sqlite, "CREATE TABLE t(a)");
    rows(writer, "BEGIN; INSERT INTO t VALUES(1)");
    writer.setInterrupt(() => true);
    expect(refusal(writer, `${endless} INSERT INTO t SELECT x FROM c`).code).toBe(9);
    writer.setInterrupt(null);
    expect(writer.inTransaction).toBe(false);
    expect(rows(writer, "SELECT count(*) FROM t")).toEqual([[0]]);
  });

  test("is asked for anew: another question takes the place of the last, each connection has its own", () => {
    const { writer, reader } = database(sqlite, "CREATE TABLE t(a)");
    const { connection } = reader();
    writer.setInterrupt(() => true);
    writer.setInterrupt(() => false);
    const count = `${endless} SELECT count(*) FROM (SELECT x FROM c LIMIT 20000)`;
    expect(rows(writer, count)).toEqual([[20_000]]);
    writer.setInterrupt(() => true);
    expect(rows(connection, count)).toEqual([[20_000]]);
    expect(refusal(writer, count).code).toBe(9);
    writer.setInterrupt(null);
    writer.setInterrupt(null);
    expect(rows(writer, count)).toEqual([[20_000]]);
  });

  test("whose question throws comes out as thrown", () => {
    const { writer } = database(sqlite, "CREATE TABLE t(a)");
    const failure = new Error("no clock");
    writer.setInterrupt(() => {
      throw failure;
    });
    expect(() => rows(writer, `${endless} SELECT count(*) FROM c`)).toThrow(failure);
    writer.setInterrupt(null);
    expect(rows(writer, "SELECT 1")).toEqual([[1]]);
  });
});

test("texts and patterns too deep for the stack are refused", () => {
  const { writer } = database(sqlite, "CREATE TABLE t(a)");
  const nested = (open: string, close: string, depth: number) => `SELECT ${open.repeat(depth)}1${close.repeat(depth)}`;
  for (const sql of [
    nested("(", ")", 5_000),
    nested("(SELECT ", ")", 900),
    nested("abs(", ")", 900),
    nested("NOT ", "", 5_000),
    `SELECT 1${"+1".repeat(100_000)}`,
    `SELECT 'a' LIKE '${"%a".repeat(20_000)}'`,
    `SELECT json('${"[".repeat(100_000)}')`,
  ]) {
    expect(refusal(writer, sql).code).toBe(1);
  }
  expect(rows(writer, `SELECT 'ab' LIKE '${"%".repeat(1_000)}b'`)).toEqual([[1]]);
  expect(rows(writer, `SELECT 0${"+1".repeat(900)}`)).toEqual([[900]]);
});

test("a stack that overflows all the same breaks the instance: nothing is written, every call throws", async () => {
  const { writer, store, reader } = database(await startSqlite(), "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
  // Views in views: SQLite measures each, not what they come to.
  for (let at = 0; at < 60; at += 1) {
    rows(writer, `CREATE VIEW v${at} AS SELECT a${"+1".repeat(400)} AS a FROM ${at === 0 ? "t" : `v${at - 1}`}`);
  }
  const before = store.image();
  const statement = prepare(writer, "INSERT INTO t VALUES(2)");
  const { connection } = reader();
  expect(() => rows(writer, "SELECT a FROM v59")).toThrow();
  expect(() => rows(writer, "INSERT INTO t VALUES(2)")).toThrow();
  expect(() => statement.step()).toThrow();
  expect(() => rows(connection, "SELECT 1")).toThrow();
  expect(store.image()).toEqual(before);
  writer.close();
  connection.close();
});

describe("triggers that fire triggers", () => {
  const chain = (name: string, links: number): string => {
    const parts: string[] = [];
    for (let at = 0; at <= links; at++) parts.push(`CREATE TABLE ${name}${at}(a)`);
    for (let at = 0; at < links; at++) {
      const body = `INSERT INTO ${name}${at + 1} VALUES(new.a)`;
      parts.push(`CREATE TRIGGER on_${name}${at} AFTER INSERT ON ${name}${at} BEGIN ${body}; END`);
    }
    return `BEGIN;${parts.join(";")};COMMIT`;
  };

  test("nest as deep as SQLite lets them, and never write over its memory", async () => {
    // What an overflow leaves behind would be there for all connections of an instance.
    const own = await startSqlite();
    const { writer } = database(own, `${chain("few", 900)};${chain("many", 1200)}`);
    rows(writer, "INSERT INTO few0 VALUES(7)");
    expect(rows(writer, "SELECT a FROM few900")).toEqual([[7]]);
    expect(refusal(writer, "INSERT INTO many0 VALUES(7)").message).toBe("triggers nested too deep");
    expect(rows(writer, "SELECT count(*) FROM many0")).toEqual([[0]]);
    expect(rows(writer, "PRAGMA integrity_check")).toEqual([["ok"]]);
  });
});

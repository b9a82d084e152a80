import { beforeAll, describe, expect, test } from "vitest";
import { FileError } from "../../../src/core/ports/mod.ts";
import type { Sqlite } from "../../../src/core/sqlite/mod.ts";
import { FailingStore, MemorySnapshots, MemoryStore } from "./memory-store.ts";
import { database, prepare, refusal, rows, startSqlite } from "./sqlite-fixture.ts";

let sqlite: Sqlite;
beforeAll(async () => {
  sqlite = await startSqlite();
});

test("a reader pins for as long as SQLite holds its lock, and sees one snapshot", () => {
  const { store, writer, reader } = database(sqlite, "CREATE TABLE t(a); INSERT INTO t VALUES(1), (2), (3)");
  const { connection, snapshots } = reader();
  expect(snapshots.pins).toBe(0);
  const statement = prepare(connection, "SELECT a FROM t");
  expect(snapshots.pins).toBe(0);
  expect(statement.step()).toBe("row");
  expect(snapshots.pins).toBe(1);
  rows(writer, "DELETE FROM t; INSERT INTO t VALUES(9)");
  store.publish();
  expect(statement.step()).toBe("row");
  expect(statement.columnNumber(0)).toBe(2);
  expect(rows(connection, "SELECT count(*) FROM t")).toEqual([[3]]);
  statement.release();
  expect(snapshots.pins).toBe(0);
  expect(rows(connection, "SELECT a FROM t")).toEqual([[9]]);
  rows(connection, "BEGIN; SELECT * FROM t");
  expect(snapshots.pins).toBe(1);
  rows(writer, "DELETE FROM t");
  store.publish();
  expect(rows(connection, "SELECT count(*) FROM t")).toEqual([[1]]);
  expect(connection.resetState()).toBe(true);
  expect(snapshots.pins).toBe(0);
  prepare(connection, "SELECT * FROM sqlite_schema").step();
  expect(snapshots.pins).toBe(1);
  connection.close();
  expect(snapshots.pins).toBe(0);
});

test("the page cache is kept exactly while the stamp stays", () => {
  const { store, writer, reader } = database(
    sqlite,
    "CREATE TABLE t(a); WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c LIMIT 5000) INSERT INTO t SELECT x FROM c",
  );
  const { connection, snapshots } = reader();
  rows(connection, "SELECT sum(a) FROM t");
  const cold = snapshots.pagesRead;
  expect(cold).toBeGreaterThan(5);
  for (let time = 0; time < 3; time += 1) rows(connection, "SELECT sum(a) FROM t");
  // Only the header, to compare the stamp.
  expect(snapshots.pagesRead - cold).toBeLessThanOrEqual(3);
  rows(writer, "INSERT INTO t VALUES(1)");
  store.publish();
  const before = snapshots.pagesRead;
  expect(rows(connection, "SELECT count(*) FROM t")).toEqual([[5001]]);
  expect(snapshots.pagesRead - before).toBeGreaterThan(5);
});

describe("page sizes", () => {
  for (const pageSize of [512, 1024, 4096, 8192, 65536]) {
    test(`${pageSize}`, () => {
      const { store, writer, reader } = database(
        sqlite,
        `CREATE TABLE t(a INTEGER PRIMARY KEY, b);
         WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c LIMIT 500)
         INSERT INTO t SELECT x, randomblob(x * 20) FROM c`,
        { foreignKeys: false },
        pageSize,
      );
      const { connection } = reader();
      expect(rows(connection, "PRAGMA page_size")).toEqual([[pageSize]]);
      expect(rows(connection, "PRAGMA integrity_check")).toEqual([["ok"]]);
      expect(rows(connection, "SELECT count(*), sum(length(b)) FROM t")).toEqual([[500, 20 * 125_250]]);
      rows(writer, "DELETE FROM t WHERE a > 100; VACUUM");
      store.publish();
      expect(rows(connection, "SELECT count(*), sum(length(b)) FROM t")).toEqual([[100, 20 * 5_050]]);
      expect(rows(connection, "PRAGMA page_count")).toEqual([[store.pageCount]]);
      const again = sqlite.openWriter(new MemoryStore(pageSize, store.image()), { foreignKeys: false });
      expect(rows(again, "PRAGMA integrity_check")).toEqual([["ok"]]);
    });
  }
});

test("the writer's store need not know the page size of a database that is there", () => {
  const { store } = database(sqlite, "CREATE TABLE t(a); INSERT INTO t VALUES('x')", { foreignKeys: false }, 1024);
  const writer = sqlite.openWriter(new MemoryStore(1024, store.image()), { foreignKeys: false });
  expect(rows(writer, "PRAGMA page_size; SELECT a FROM t")).toEqual([["x"]]);
  rows(writer, "INSERT INTO t VALUES('y')");
  expect(rows(writer, "PRAGMA page_size")).toEqual([[1024]]);
});

test("a database that was in WAL mode opens, and is written back in rollback mode", () => {
  const { store } = database(sqlite, "CREATE TABLE t(a); INSERT INTO t VALUES('x')");
  const image = store.image();
  image[18] = 2;
  image[19] = 2;
  const other = new MemoryStore(4096, image);
  const reader = sqlite.openReader(new MemorySnapshots(other), { foreignKeys: false });
  expect(rows(reader, "SELECT a FROM t")).toEqual([["x"]]);
  expect(rows(reader, "PRAGMA journal_mode")).toEqual([["delete"]]);
  const writer = sqlite.openWriter(other, { foreignKeys: false });
  rows(writer, "INSERT INTO t VALUES('y')");
  expect(rows(writer, "PRAGMA journal_mode")).toEqual([["memory"]]);
  expect([...other.image().subarray(18, 20)]).toEqual([1, 1]);
});

test("a header whose page count is stale (counters differ) isn't trusted by a reader either", () => {
  const { store } = database(sqlite, "CREATE TABLE t(a); INSERT INTO t VALUES('x')");
  const image = store.image();
  image[31] = 1; // in-header page count
  image[95] = (image[95] ?? 0) + 1; // version-valid-for
  const reader = sqlite.openReader(new MemorySnapshots(new MemoryStore(4096, image)), { foreignKeys: false });
  expect(rows(reader, "PRAGMA page_count; SELECT a FROM t")).toEqual([["x"]]);
  expect(rows(reader, "PRAGMA page_count")).toEqual([[2]]);
});

test("an empty database can be read", () => {
  const { store, writer, reader } = database(sqlite);
  const { connection } = reader();
  expect(store.pageCount).toBe(0);
  expect(rows(connection, "SELECT count(*) FROM sqlite_schema")).toEqual([[0]]);
  rows(writer, "CREATE TABLE t(a)");
  store.publish();
  expect(rows(connection, "SELECT count(*) FROM sqlite_schema")).toEqual([[1]]);
});

test("what isn't a database is SQLite's own error", () => {
  const junk = new Uint8Array(8192).fill(0x41);
  const reader = sqlite.openReader(new MemorySnapshots(new MemoryStore(4096, junk)), { foreignKeys: false });
  expect(refusal(reader, "SELECT * FROM sqlite_schema")).toEqual({ code: 26, message: "file is not a database" });
  expect(() => sqlite.openWriter(new MemoryStore(4096, junk), { foreignKeys: false })).toThrow(
    "file is not a database",
  );
});

describe("what a store throws", () => {
  const failure = new FileError("EIO", "read failed");

  test("comes out of opening, preparing and stepping as it was thrown", () => {
    const { store } = database(sqlite, "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
    const failing = new FailingStore(store);
    failing.failure = failure;
    expect(() => sqlite.openWriter(failing, { foreignKeys: false })).toThrow(failure);
    failing.failure = null;
    const writer = sqlite.openWriter(failing, { foreignKeys: false });
    const statement = prepare(writer, "INSERT INTO t VALUES(2)");
    failing.failure = failure;
    expect(() => statement.step()).toThrow(failure);
    failing.failure = null;
    statement.release();
    expect(rows(writer, "SELECT a FROM t")).toEqual([[1]]);
    rows(writer, "INSERT INTO t VALUES(3)");
    expect(rows(writer, "SELECT a FROM t")).toEqual([[1], [3]]);
  });

  test("comes out of a reader's pin and of its reads", () => {
    const { store } = database(sqlite, "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
    let fails: "pin" | "readPage" | "release" | null = "pin";
    const snapshots = new (class extends MemorySnapshots {
      override pin(): void {
        if (fails === "pin") throw failure;
        super.pin();
      }
      override readPage(pgno: number, into: Uint8Array): void {
        if (fails === "readPage") throw failure;
        super.readPage(pgno, into);
      }
      override release(): void {
        super.release();
        if (fails === "release") throw failure;
      }
    })(store);
    const reader = sqlite.openReader(snapshots, { foreignKeys: false });
    expect(() => rows(reader, "SELECT * FROM t")).toThrow(failure);
    fails = "readPage";
    expect(() => rows(reader, "SELECT * FROM t")).toThrow(failure);
    expect(snapshots.pins).toBe(0);
    fails = null;
    expect(rows(reader, "SELECT * FROM t")).toEqual([[1]]);
    fails = "release";
    expect(() => rows(reader, "SELECT a + 1 FROM t")).toThrow(failure);
    fails = null;
    expect(rows(reader, "SELECT * FROM t")).toEqual([[1]]);
    expect(snapshots.pins).toBe(0);
  });
});

test("many readers of many snapshots in one instance, each with its own", () => {
  const { store, writer, reader } = database(sqlite, "CREATE TABLE t(a)");
  const open = Array.from({ length: 30 }, (_, at) => {
    rows(writer, `INSERT INTO t VALUES(${at})`);
    store.publish();
    const { connection, snapshots } = reader();
    const statement = prepare(connection, "SELECT count(*) OVER () FROM t");
    expect(statement.step()).toBe("row");
    return { connection, statement, snapshots, count: at + 1 };
  });
  for (const { connection, statement, count, snapshots } of open.reverse()) {
    expect(statement.columnNumber(0)).toBe(count);
    expect(rows(connection, "SELECT count(*) FROM t")).toEqual([[count]]);
    connection.close();
    expect(snapshots.pins).toBe(0);
    statement.release();
  }
});

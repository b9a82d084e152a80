import { expect, test, vi } from "vitest";
import { loadSqlite } from "../../../src/core/sqlite/mod.ts";
import { database, fixedPorts, rows, startSqlite, wasmBytes } from "./sqlite-fixture.ts";

test("a compiled module does as well as its bytes, and instances share nothing", async () => {
  const module = await WebAssembly.compile(wasmBytes);
  const one = await loadSqlite(module, fixedPorts());
  const other = await loadSqlite(wasmBytes, fixedPorts());
  expect(one.version).toBe(other.version);
  expect(one.version).toMatch(/^3\.\d+\.\d+$/);
  expect(one.compileOptions).toContain("ENABLE_FTS5");
  const first = database(one, "CREATE TABLE t(a)");
  const second = database(other, "CREATE TABLE t(b)");
  expect(rows(first.writer, "SELECT name FROM pragma_table_info('t')")).toEqual([["a"]]);
  expect(rows(second.writer, "SELECT name FROM pragma_table_info('t')")).toEqual([["b"]]);
});

test("anything else is refused", async () => {
  await expect(loadSqlite("sqlite3.wasm", fixedPorts())).rejects.toThrow("module or its bytes");
  await expect(loadSqlite(null, fixedPorts())).rejects.toThrow("module or its bytes");
  await expect(loadSqlite(new Uint8Array([1, 2, 3]), fixedPorts())).rejects.toThrow();
});

test("it prints nothing", async () => {
  const spies = (["log", "warn", "error", "debug", "info"] as const).map((name) => vi.spyOn(console, name));
  const { writer } = database(await startSqlite(), "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
  writer.close();
  for (const spy of spies) {
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  }
});

test("time and dice are the ports'", async () => {
  const one = database(await startSqlite()).writer;
  const other = database(await startSqlite()).writer;
  expect(rows(one, "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now'), CURRENT_TIMESTAMP")).toEqual([
    ["2024-02-03 04:05:06.789", "2024-02-03 04:05:06"],
  ]);
  expect(rows(one, "SELECT random(), hex(randomblob(8))")).toEqual(rows(other, "SELECT random(), hex(randomblob(8))"));
  expect(rows(one, "SELECT random()")).not.toEqual(rows(one, "SELECT random()"));
});

test("double-quoted text is a string where no column has the name, as rqlite's users write it", async () => {
  const { writer } = database(await startSqlite(), `CREATE TABLE t(a DEFAULT "x", CHECK(a <> "bad"))`);
  expect(rows(writer, `INSERT INTO t VALUES("fiona"); SELECT "a", a, "b" FROM t`)).toEqual([["fiona", "fiona", "b"]]);
});

test("opening a connection takes far less than a millisecond", async () => {
  const { reader } = database(await startSqlite(), "CREATE TABLE t(a)");
  for (let at = 0; at < 20; at += 1) reader().connection.close();
  const startedMs = performance.now();
  const readers = Array.from({ length: 100 }, () => reader().connection);
  expect(performance.now() - startedMs).toBeLessThan(500);
  for (const connection of readers) expect(rows(connection, "SELECT count(*) FROM t")).toEqual([[0]]);
  for (const connection of readers) connection.close();
});

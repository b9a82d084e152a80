import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { logIndex, requestId } from "../../../src/core/base/mod.ts";
import { unpackResults } from "../../../src/core/engine/mod.ts";
import { FaultyFiles } from "../../sim/faulty-files.ts";
import { MemoryStore } from "../sqlite/memory-store.ts";
import { type Ask, resultText, sqlite } from "./group-fixture.ts";
import { makeImage } from "./image-fixture.ts";
import { SmallNode } from "./small-node.ts";
import { WorkerDouble, wasm } from "./worker-double.ts";

let node: SmallNode;

afterEach(() => node.remove());

const query = (...sql: string[]): Ask => ({ endpoint: "query", sql });
const ask = async (reader: Awaited<ReturnType<SmallNode["reader"]>>, sql: string): Promise<string> => {
  const [result] = await node.read(reader, [node.request(query(sql))]);
  return result === undefined ? "" : resultText(result);
};
const rowsOf = (text: string): unknown => JSON.parse(text).results[0].values;

async function opened(bytes: Uint8Array | string, sql: string): Promise<string> {
  if (typeof bytes === "string") return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const store = new MemoryStore(view.getUint16(16) === 1 ? 65_536 : view.getUint16(16), bytes);
  const connection = (await sqlite()).openWriter(store, { foreignKeys: false });
  const prepared = connection.prepare(new TextEncoder().encode(sql), 0);
  if (!prepared.ok || prepared.value.statement === null) return prepared.ok ? "" : prepared.error.message;
  const { statement } = prepared.value;
  const step = statement.step();
  const text = step === "row" ? new TextDecoder().decode(statement.columnBytes(0)) : JSON.stringify(step);
  statement.release();
  connection.close();
  return text;
}

/** A database file that these statements make. */
async function imageOf(statements: readonly string[]): Promise<Uint8Array> {
  const store = new MemoryStore();
  const writer = (await sqlite()).openWriter(store, { foreignKeys: false });
  for (const sql of statements) writer.run(sql);
  writer.close();
  return store.image();
}

describe("the engine", () => {
  beforeEach(async () => {
    node = await SmallNode.start();
  });

  test("keeps what it has answered through a clean stop and through a crash", async () => {
    await node.execute({ sql: ["CREATE TABLE t(x)", "INSERT INTO t VALUES(1)"] }, { sql: ["INSERT INTO t VALUES(2)"] });
    await node.restart();
    await node.execute({ sql: ["INSERT INTO t VALUES(3)"] });
    await node.crash();
    const reader = await node.reader();
    expect(rowsOf(await ask(reader, "SELECT x FROM t"))).toEqual([[1], [2], [3]]);
  });

  test("checkpoints, recycles its log, and goes on", async () => {
    const reader = await node.reader();
    await node.execute({ sql: ["CREATE TABLE t(id INTEGER PRIMARY KEY, x BLOB)"] });
    for (let round = 0; round < 6; round++) {
      const inserts = Array.from({ length: 20 }, () => ({ sql: ["INSERT INTO t(x) VALUES(randomblob(3000))"] }));
      await node.execute(...inserts);
      await node.checkpoint([reader]);
      expect(rowsOf(await ask(reader, "SELECT count(*), sum(length(x)) FROM t"))).toEqual([
        [20 * (round + 1), 60_000 * (round + 1)],
      ]);
    }
    expect(readFileSync(join(node.folder, "db.sqlite")).length).toBe(node.base.pageCount * 4096);
    const recovered = await node.restart();
    expect(recovered.notes).toEqual([]);
    expect(recovered.cut).toBeNull();
    expect(rowsOf(await ask(await node.reader(), "SELECT count(*) FROM t"))).toEqual([[120]]);
  });

  test.each([1024, 4096, 16_384])("a loaded file with pages of %i bytes becomes the database", async (pageSize) => {
    await node.execute({ sql: ["CREATE TABLE old(x)"] });
    const reader = await node.reader();
    expect(await node.load(makeImage(await sqlite(), pageSize))).toBeNull();
    const [answer] = await node.execute({ sql: ["INSERT INTO t(name) VALUES('one more')"] });
    expect(answer && resultText(answer)).toBe('{"results":[{"last_insert_id":301,"rows_affected":1}]}');
    expect(rowsOf(await ask(reader, "SELECT count(*) FROM t"))).toEqual([[301]]);
    expect(await ask(reader, "SELECT * FROM old")).toContain("no such table: old");
    await node.restart();
    const again = await node.reader();
    expect(rowsOf(await ask(again, "SELECT count(*) FROM t"))).toEqual([[301]]);
    await node.checkpoint([again]);
    expect(rowsOf(await ask(again, "SELECT count(*) FROM docs WHERE docs MATCH 'name'"))).toEqual([[300]]);
    expect(rowsOf(await ask(again, "PRAGMA integrity_check"))).toEqual([["ok"]]);
    expect(readdirSync(node.folder).filter((name) => name.startsWith("image-"))).toEqual([]);
    await node.restart();
    expect(rowsOf(await ask(await node.reader(), "SELECT name FROM t WHERE id = 301"))).toEqual([["one more"]]);
  });

  test("a broken file is refused with the reason, and nothing changes", async () => {
    await node.execute({ sql: ["CREATE TABLE old(x)"] });
    const image = makeImage(await sqlite()).fill(0, 4096, 20_000);
    expect(await node.load(image)).toMatch(/./);
    expect((await node.execute({ sql: ["INSERT INTO old VALUES(1)"] })).map(resultText)).toEqual([
      '{"results":[{"last_insert_id":1,"rows_affected":1}]}',
    ]);
  });

  test("what a process that ended left behind goes at the start", async () => {
    await node.stop();
    for (const name of ["image-3.sqlite", "upload-7.tmp", "vacuum-9.tmp", "other.tmp"]) {
      writeFileSync(join(node.folder, name), "");
    }
    const before = readdirSync(node.folder);
    await node.crash();
    const gone = before.filter((name) => !readdirSync(node.folder).includes(name));
    expect(gone.sort()).toEqual(["image-3.sqlite", "upload-7.tmp", "vacuum-9.tmp"]);
  });

  test("a folder that is no data folder is refused with a reason", async () => {
    await node.stop();
    writeFileSync(join(node.folder, "checkpoint"), "nonsense".repeat(1000));
    const engine = new WorkerDouble("engine", {
      folder: node.folder,
      cells: node.cells,
      wasm,
      foreignKeys: false,
      segmentBytes: 256 * 1024,
    });
    expect(await engine.receive()).toMatchObject({ type: "failed" });
  });
});

describe("a reader", () => {
  beforeEach(async () => {
    node = await SmallNode.startInMemory();
  });

  test("forgets the schema when a database is loaded whose schema has the same version", async () => {
    const image = (...columns: string[]): Promise<Uint8Array> =>
      imageOf(columns.map((column) => `CREATE TABLE ${column}`));
    expect(await node.load(await image("a(x INT)", "b(y INT)"))).toBe(null);
    const reader = await node.reader();
    await node.execute({ sql: ["INSERT INTO a VALUES(1)", "INSERT INTO b VALUES(2)"] });
    expect(rowsOf(await ask(reader, "SELECT x, y FROM a, b"))).toEqual([[1, 2]]);
    // The tables lie on each other's pages.
    expect(await node.load(await image("b(y INT)", "a(x INT)"))).toBe(null);
    await node.execute({ sql: ["INSERT INTO a VALUES(1)", "INSERT INTO b VALUES(2)"] });
    expect(rowsOf(await ask(reader, "SELECT x, y FROM a, b"))).toEqual([[1, 2]]);
  });

  test("sees exactly the snapshot it is told", async () => {
    const reader = await node.reader();
    await node.execute({ sql: ["CREATE TABLE t(x)", "INSERT INTO t VALUES(1)"] });
    const first = node.committed;
    await node.execute({ sql: ["INSERT INTO t VALUES(2)"] });
    const [old] = await node.read(reader, [node.request(query("SELECT max(x) FROM t"))], first);
    expect(old && rowsOf(resultText(old))).toEqual([[1]]);
    expect(rowsOf(await ask(reader, "SELECT max(x) FROM t"))).toEqual([[2]]);
  });

  test("answers a batch in one message, each in its own way", async () => {
    await node.execute({ sql: ["CREATE TABLE t(x)"] });
    const reader = await node.reader();
    const stopped = node.request(query("SELECT 1"));
    node.stopRequest(stopped);
    const requests = [
      node.request(query("SELECT count(*) AS n FROM t", "SELECT * FROM missing")),
      stopped,
      node.request({ endpoint: "request", sql: ["INSERT INTO t VALUES(1)"] }),
      node.request({ endpoint: "request", sql: ["SELECT 2 AS x"] }),
      { ...node.request(query()), body: new TextEncoder().encode("{") },
      node.request({ ...query("SELECT 3"), options: { dbTimeoutMs: 1e-6 } }),
      node.request(query("INSERT INTO t VALUES(1)")),
      { ...node.request(query("INSERT INTO t VALUES(1)")), endpoint: "analyse" as const },
      node.request(query("PRAGMA journal_mode=WAL")),
    ];
    const results = await node.read(reader, requests);
    expect(results.map(({ id }) => id)).toEqual(requests.map(({ id }) => id));
    expect(results.map(resultText)).toEqual([
      '{"results":[{"columns":["n"],"types":["integer"],"values":[[0]]},{"error":"no such table: missing"}]}',
      "stopped",
      "not-read-only",
      '{"results":[{"columns":["x"],"types":["integer"],"values":[[2]]}]}',
      expect.stringMatching(/^400 /),
      '{"results":[],"error":"context deadline exceeded"}',
      '{"results":[{"error":"attempt to change database via query operation"}]}',
      expect.stringContaining('"original":"INSERT INTO t VALUES(1)"'),
      '{"results":[],"error":"disallowed pragma"}',
    ]);
  });

  test("lets finished answers go while a long read runs, and stops that one", async () => {
    const reader = await node.reader();
    const short = node.request(query("SELECT 1 AS x"));
    const long = node.request(
      query("WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT sum(i) FROM c"),
    );
    const { load } = Atomics;
    let asked = 0;
    let early: unknown[] = [];
    Atomics.load = ((cells: Int32Array, slot: number): number => {
      if (slot === long.cell.slot && ++asked === 400) {
        early = reader.takeAll();
        node.stopRequest(long);
      }
      return load(cells, slot);
    }) as typeof load;
    const results = await node.read(reader, [short, long]);
    Atomics.load = load;
    expect(early).toMatchObject([{ type: "results", done: false }]);
    expect(results.map(resultText)).toEqual(["stopped"]);
  });

  test("a long result comes in chunks on credit, while other reads are served", async () => {
    await node.execute({ sql: ["CREATE TABLE t(id INTEGER PRIMARY KEY, x)"] });
    const fill =
      "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c LIMIT 20000) INSERT INTO t SELECT i, hex(zeroblob(20)) FROM c";
    await node.execute({ sql: [fill] });
    const reader = await node.reader();
    const request = node.request(query("SELECT * FROM t", "SELECT 1"));
    const [first] = await node.read(reader, [request]);
    if (first?.type !== "stream") throw new Error("expected a stream");
    expect(first.body.length).toBeLessThan(400_000);
    await node.execute({ sql: ["DELETE FROM t"] });
    expect(rowsOf(await ask(reader, "SELECT count(*) FROM t"))).toEqual([[0]]);
    const whole = await node.rest(reader, request.id, first.body);
    if (typeof whole === "string") throw new Error(whole);
    const { results } = JSON.parse(new TextDecoder().decode(whole));
    expect(results.length).toBe(2);
    expect(results[0].values.length).toBe(20_000);
  });

  test("a stream that nobody takes ends when told, or when its request is stopped", async () => {
    const reader = await node.reader();
    const endless = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT i FROM c";
    const first = node.request(query(endless));
    const second = node.request(query(endless));
    expect((await node.read(reader, [first, second])).map(({ type }) => type)).toEqual(["stream", "stream"]);
    reader.post({ type: "cancel-stream", id: first.id });
    expect(await reader.next("broken")).toMatchObject({ id: first.id });
    reader.post({ type: "credit", id: first.id });
    reader.post({ type: "credit", id: second.id });
    expect(await reader.next("chunk")).toMatchObject({ id: second.id, state: "more" });
    node.stopRequest(second);
    reader.post({ type: "credit", id: second.id });
    expect(await reader.next("broken")).toMatchObject({ id: second.id });
  });

  test("too many long results at once are refused, one at a time", async () => {
    const reader = await node.reader();
    const endless = query("WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT i, i, i, i FROM c");
    const requests = Array.from({ length: 34 }, () => node.request(endless));
    const results = await node.read(reader, requests);
    expect(results.filter(({ type }) => type === "stream").length).toBe(32);
    expect(results.slice(32).map(resultText)).toEqual(Array(2).fill("500 too many long answers are under way"));
    for (const { id } of requests.slice(0, 32)) {
      reader.post({ type: "cancel-stream", id });
      await reader.next("broken");
    }
    expect(rowsOf(await ask(reader, "SELECT 1"))).toEqual([[1]]);
  });

  test("says what it let go of", async () => {
    const reader = await node.reader();
    await node.execute({ sql: ["CREATE TABLE t(x)"] });
    await ask(reader, "SELECT 1");
    await node.checkpoint([reader]);
    expect(node.base).toMatchObject({ index: node.committed, file: "db.sqlite" });
  });
});

describe("backups", () => {
  beforeEach(async () => {
    node = await SmallNode.startInMemory();
    await node.load(makeImage(await sqlite(), 4096, 2000));
    await node.execute({ sql: ["DELETE FROM t WHERE id > 1500"] }, { sql: ["INSERT INTO rowless VALUES('b', 2)"] });
  });

  test.each([
    ["binary", 2],
    ["delete", 1],
  ] as const)("fmt=%s is the database, header bytes %i", async (format, version) => {
    const reader = await node.reader();
    const bytes = await node.backup(reader, { format });
    if (typeof bytes === "string") throw new Error(bytes);
    expect([...bytes.subarray(18, 20)]).toEqual([version, version]);
    expect(bytes.length % 4096).toBe(0);
    expect(await opened(bytes, "PRAGMA integrity_check")).toBe("ok");
    expect(await opened(bytes, "SELECT count(*) || ' ' || (SELECT count(*) FROM rowless) FROM t")).toBe("1500 2");
  });

  test("a pinned snapshot, whatever is written and checkpointed meanwhile", async () => {
    const reader = await node.reader();
    const { id, cell } = node.request({ sql: [] });
    const order = { format: "delete" as const, vacuum: false, tables: [] };
    reader.post({ type: "backup", notes: [], at: node.committed, id, cell, order });
    const [first] = unpackResults((await reader.next("results")).results);
    await node.checkpoint([]);
    await node.execute({ sql: ["DELETE FROM t"] });
    if (first?.type !== "stream") throw new Error("expected a stream");
    expect(await opened(await node.rest(reader, id, first.body), "SELECT count(*) FROM t")).toBe("1500");
  });

  test("vacuumed: smaller, sound, and nothing of it is left", async () => {
    const reader = await node.reader();
    const plain = await node.backup(reader, { format: "delete" });
    const vacuumed = await node.backup(reader, { vacuum: true });
    if (typeof vacuumed === "string") throw new Error(vacuumed);
    expect(vacuumed.length).toBeLessThan(plain.length);
    expect([...vacuumed.subarray(18, 20)]).toEqual([1, 1]);
    expect(await opened(vacuumed, "PRAGMA integrity_check")).toBe("ok");
    expect(await opened(vacuumed, "SELECT count(*) FROM t")).toBe("1500");
    expect(node.files.list(node.folder).filter((name) => name.startsWith("vacuum"))).toEqual([]);
  });

  test("vacuumed where the disk has no room for the copy: refused, and the reader goes on", async () => {
    const reader = await node.reader();
    if (node.files instanceof FaultyFiles) node.files.roomBytes = 1;
    expect(await node.backup(reader, { vacuum: true })).toMatch(/^ENOSPC/);
    expect(node.files.list(node.folder).filter((name) => name.startsWith("vacuum"))).toEqual([]);
    expect(rowsOf(await ask(reader, "SELECT 1"))).toEqual([[1]]);
  });

  test("as SQL, whole or some tables", async () => {
    const reader = await node.reader();
    const dump = await node.backup(reader, { format: "sql", tables: ["rowless"] });
    const text = typeof dump === "string" ? dump : new TextDecoder().decode(dump);
    expect(text).toContain("INSERT INTO \"rowless\" VALUES('b',2);");
    expect(text.endsWith("COMMIT;\n")).toBe(true);
    expect(rowsOf(await ask(reader, "SELECT 1"))).toEqual([[1]]);
  });

  test("stopped before it begins, and while it vacuums", async () => {
    const reader = await node.reader();
    const { id, cell } = node.request({ sql: [] });
    const order = { format: "binary" as const, vacuum: true, tables: [] };
    const { load } = Atomics;
    let asked = 0;
    Atomics.load = ((cells: Int32Array, slot: number): number => {
      if (slot === cell.slot && ++asked === 3) Atomics.store(cells, slot, 0);
      return load(cells, slot);
    }) as typeof load;
    reader.post({ type: "backup", notes: [], at: node.committed, id, cell, order });
    reader.post({ type: "backup", notes: [], at: node.committed, id, cell, order });
    const answers = [await reader.next("results"), await reader.next("results")];
    Atomics.load = load;
    expect(answers.map(({ results }) => [...unpackResults(results)])).toEqual([
      [{ type: "stopped", id }],
      [{ type: "stopped", id }],
    ]);
    expect(node.files.list(node.folder).filter((name) => name.startsWith("vacuum"))).toEqual([]);
  });
});

test("a backup of a database in which nothing was ever written is one empty page", async () => {
  node = await SmallNode.startInMemory();
  const reader = await node.reader();
  const bytes = await node.backup(reader, {});
  if (typeof bytes === "string") throw new Error(bytes);
  expect(bytes.length).toBe(4096);
  expect(await opened(bytes, "PRAGMA integrity_check")).toBe("ok");
});

test("a message that no program knows is a broken invariant: the thread ends, and says so once", async () => {
  node = await SmallNode.startInMemory();
  const stray = { type: "unheard-of", id: requestId(1), at: logIndex(1) };
  node.engine.post(stray as never);
  expect((await node.engine.next("failed", "want-spare")).reason).toContain("assertion failed");
  node.engine.post({ type: "stop" });
  expect(node.engine.takeAll()).toEqual([]);
});

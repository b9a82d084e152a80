import { describe, expect, test } from "vitest";
import { post, postOf, startNode } from "./node-fixture.ts";

const rowsMin = Number(process.env.QUOLITE_STREAM_ROWS ?? "1000000");
/**
 * Deno lets dead buffers lie until there are some 64 MB of them in a thread, and its allocator keeps their room; so its
 * results are four times as long: it adds some 150 to 280 MB however long they are.
 */
const rowsOf = { node: rowsMin, bun: rowsMin, deno: 4 * rowsMin } as const;
/** Memory that three streams one after another may add, per row; each of them has more than 200 bytes of it. */
const growthBytesMax = 120;

/** Reads a body without keeping it. */
async function drain(response: Response, onChunk: () => void): Promise<{ bytes: number; tail: string }> {
  let bytes = 0;
  let tail = "";
  if (response.body === null) throw new Error("no body");
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    bytes += chunk.length;
    tail = (tail + decoder.decode(chunk.subarray(-300))).slice(-300);
    onChunk();
  }
  return { bytes, tail };
}

describe.each(["node", "bun", "deno"] as const)("streams on %s", (runtime) => {
  const rows = rowsOf[runtime];
  const numbers = `WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < ${rows})`;

  test(`${rows} rows and the backup of their table never sit in memory whole`, async () => {
    const server = await startNode(runtime);
    const { url } = server;
    await post(url, "/db/execute", [
      "CREATE TABLE big(n INTEGER, payload TEXT)",
      `INSERT INTO big ${numbers} SELECT n, hex(zeroblob(100)) FROM r`,
    ]);
    const restingBytes = server.usage().residentBytes;
    let peakBytes = 0;
    const watch = (): void => {
      peakBytes = Math.max(peakBytes, server.usage().residentBytes);
    };
    const selected = await drain(await fetch(`${url}/db/query`, postOf(["SELECT * FROM big"])), watch);
    expect(selected.bytes).toBeGreaterThan(rows * 200);
    expect(selected.tail).toMatch(new RegExp(`\\[${rows},"0+"\\]\\]\\}\\]\\}$`));
    const backup = await drain(await fetch(`${url}/db/backup`), watch);
    expect(backup.bytes).toBeGreaterThan(rows * 200);
    const dump = await drain(await fetch(`${url}/db/backup?fmt=sql`), watch);
    expect(dump.tail).toContain("COMMIT;");
    expect(peakBytes - restingBytes, `from ${restingBytes}`).toBeLessThan(rows * growthBytesMax);
  });

  test("a client that leaves in the middle of a stream ends its work", async () => {
    const server = await startNode(runtime);
    const endless =
      "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n, hex(zeroblob(100)) FROM r";
    for (let round = 0; round < 3; round++) {
      const leaving = new AbortController();
      const response = await fetch(`${server.url}/db/query`, postOf([endless], leaving.signal));
      const reader = response.body?.getReader();
      for (let chunk = 0; chunk < 5; chunk++) await reader?.read();
      leaving.abort();
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = server.usage();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(server.usage().cpuMs - before.cpuMs, "CPU ms in one idle second").toBeLessThan(300);
    expect(before.residentBytes).toBeLessThan(500e6);
    expect(await post(server.url, "/db/query", ["SELECT 1"])).toContain(`"values":[[1]]`);
    // A checkpoint must not wait for the pins of clients that left.
    await post(server.url, "/db/execute", ["CREATE TABLE t(a)"]);
    expect((await fetch(`${server.url}/snapshot`, { method: "POST" })).status).toBe(200);
    expect(await server.end("SIGTERM")).toBe(0);
  });

  test("a body of 10 MB goes in and comes out as it was", async () => {
    const { url } = await startNode(runtime);
    const text = 'žluťoučký 😀 <&> \\ " \u0001 '.repeat(400_000);
    await post(url, "/db/execute", ["CREATE TABLE t(a TEXT)"]);
    expect(await post(url, "/db/execute", [["INSERT INTO t VALUES(?)", text]])).toContain(`"rows_affected":1`);
    const answer: { results: [{ values: [[string]] }] } = JSON.parse(await post(url, "/db/query", ["SELECT a FROM t"]));
    expect(answer.results[0].values[0][0] === text).toBe(true);
  });
});

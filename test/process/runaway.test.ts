import { describe, expect, test } from "vitest";
import { post, postOf, startNode } from "./node-fixture.ts";

const endless = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r";
const endlessWrite = `INSERT INTO t ${endless}`;

/** Longest of a few tries, in ms. */
async function slowest(tries: number, request: () => Promise<unknown>): Promise<number> {
  let longestMs = 0;
  for (let attempt = 0; attempt < tries; attempt++) {
    const startedMs = performance.now();
    await request();
    longestMs = Math.max(longestMs, performance.now() - startedMs);
  }
  return longestMs;
}

describe.each(["node", "bun", "deno"] as const)("runaway statements on %s", (runtime) => {
  test("end at their time limit", async () => {
    const { url } = await startNode(runtime);
    await post(url, "/db/execute", ["CREATE TABLE t(a)"]);
    const limited = "?db_timeout=300ms";
    expect(await post(url, `/db/query${limited}`, [endless])).toBe(`{"results":[{"error":"query timeout"}]}`);
    expect(await post(url, `/db/execute${limited}`, [endlessWrite])).toBe(`{"results":[{"error":"execute timeout"}]}`);
    expect(await post(url, "/db/request", ["INSERT INTO t VALUES(1)"])).toContain(`"rows_affected":1`);
  });

  test("end when their client leaves, and delay nobody meanwhile", async () => {
    const { url } = await startNode(runtime, undefined, ["-readers", "2"]);
    await post(url, "/db/execute", ["CREATE TABLE t(a)"]);
    const leaving = new AbortController();
    const runaways = Array.from({ length: 6 }, () =>
      fetch(`${url}/db/query`, postOf([endless], leaving.signal)).then(
        () => "answered",
        () => "left",
      ),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    const write = (): Promise<unknown> => post(url, "/db/execute", ["INSERT INTO t VALUES(1)"]);
    // Two cores are shared with this very test: these are bounds of delay, not of speed.
    expect(await slowest(5, write)).toBeLessThan(1000);
    expect(await slowest(5, () => fetch(`${url}/status`).then((response) => response.text()))).toBeLessThan(1000);
    expect(await slowest(5, () => fetch(`${url}/readyz`).then((response) => response.text()))).toBeLessThan(1500);
    expect(await slowest(3, () => post(url, "/db/query", ["SELECT 1"]))).toBeLessThan(1500);
    leaving.abort();
    expect(await Promise.all(runaways)).toEqual(Array.from({ length: 6 }, () => "left"));
    // Nothing may go on working for the clients that left: the process must fall silent.
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await post(url, "/db/query", ["SELECT count(*) FROM t"])).toContain(`"values":[[5]]`);
  });

  test("a runaway write ends with its client, and its neighbours' writes go on", async () => {
    const server = await startNode(runtime);
    const { url } = server;
    await post(url, "/db/execute", ["CREATE TABLE t(a)"]);
    const leaving = new AbortController();
    const runaway = fetch(`${url}/db/execute`, postOf([endlessWrite], leaving.signal)).then(
      () => "answered",
      () => "left",
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    const waiting = Array.from({ length: 8 }, (_, n) => post(url, "/db/execute", [`INSERT INTO t VALUES(${n})`]));
    leaving.abort();
    expect(await runaway).toBe("left");
    for (const answer of await Promise.all(waiting)) expect(answer).toContain(`"rows_affected":1`);
    expect(await post(url, "/db/query", ["SELECT count(*) FROM t"])).toContain(`"values":[[8]]`);
    const before = server.usage().cpuMs;
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(server.usage().cpuMs - before, "CPU ms in one idle second").toBeLessThan(300);
  });
});

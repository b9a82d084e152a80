import { expect, test } from "vitest";
import { post, startNode } from "./node-fixture.ts";

test("/status tells the size of the database as it is, not as its last checkpoint was", async () => {
  const { url } = await startNode("node");
  await post(url, "/db/execute", ["CREATE TABLE t (a)", "INSERT INTO t VALUES (zeroblob(100000))"]);
  const report: unknown = await (await fetch(`${url}/status?key=store.sqlite3`)).json();
  expect(report).toMatchObject({ size: 0, wal_size: expect.any(Number), mem_stats: { page_size: 4096 } });
  const { db_size, mem_stats } = report as { db_size: number; mem_stats: { page_count: number } };
  expect(db_size).toBe(mem_stats.page_count * 4096);
  expect(db_size).toBeGreaterThan(100_000);
});

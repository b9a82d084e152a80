import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ServerProcess } from "../../scripts/server-process.ts";
import { post, startNode, workspace } from "./node-fixture.ts";

/** The second node: the runtimes must heed one another's holds too. */
const pairs = [
  ["node", "node"],
  ["node", "bun"],
  ["bun", "deno"],
  ["deno", "node"],
] as const;

describe.each(pairs)("a data folder that a node on %s uses", (first, second) => {
  test(`is refused to one on ${second}, until the first has gone, however it went`, async () => {
    const folder = join(workspace(), "data");
    const owner = await startNode(first, folder);
    const { url } = owner;
    await post(url, "/db/execute", ["CREATE TABLE t (a)", "INSERT INTO t VALUES (1)"]);
    await fetch(`${url}/status`);
    await expect(ServerProcess.start({ runtime: second, folder })).rejects.toThrow(
      /failed to open store: .*data: in use by another process/,
    );
    expect(await post(url, "/db/execute", ["INSERT INTO t VALUES (2)"])).toContain('"rows_affected":1');
    await owner.end("SIGKILL");
    const heir = await startNode(second, folder);
    expect(await post(heir.url, "/db/query", ["SELECT a FROM t"])).toContain("[[1],[2]]");
  });
});

import { spawn, spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { drive, hasWrk, type Load, randomMark, requestText } from "../../scripts/bench-load.ts";
import { judge, table } from "../../scripts/bench-report.ts";

describe("load", () => {
  const load: Load = {
    path: "/db/query?level=none",
    body: `["SELECT ${randomMark}"]`,
    randomMax: 9,
    clients: 3,
    seconds: 1,
  };

  test("a request is whole before its random number is known", () => {
    const text = requestText("localhost:4001", load);
    expect(text).toBe(
      `POST /db/query?level=none HTTP/1.1\r\nHost: localhost:4001\r\nContent-Type: application/json\r\nContent-Length: 18\r\n\r\n${load.body}`,
    );
  });

  /** Answers in turn with a length, in chunks, and with an error, and remembers what it was asked. */
  async function withServer(work: (url: string) => Promise<void>): Promise<readonly string[]> {
    const asked = new Set<string>();
    let requests = 0;
    const server = createServer((request, response) => {
      let body = "";
      request.on("data", (bytes: Buffer) => {
        body += bytes.toString();
      });
      request.on("end", () => {
        asked.add(`${request.method} ${request.url} ${body}`);
        if (++requests % 10 === 0) response.statusCode = 503;
        if (requests % 2 === 0) response.setHeader("content-length", 2).end("{}");
        else {
          response.write("{\r\n\r\n0\r\n");
          response.end("}");
        }
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    try {
      await work(`http://127.0.0.1:${address.port}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
    return [...asked].sort();
  }

  const all = Array.from({ length: 9 }, (_, i) => `POST /db/query?level=none ["SELECT 000000${i + 1}"]`);

  test.skipIf(!hasWrk)("wrk draws every random number and counts errors", async () => {
    const asked = await withServer(async (url) => {
      const result = await drive(url, load);
      expect(result.requests).toBeGreaterThan(100);
      expect(result.errors / result.requests).toBeCloseTo(0.1, 1);
    });
    expect(asked).toEqual(all);
  });

  test("so does the client that stands in for it", async () => {
    const asked = await withServer(async (url) => {
      const client = join(import.meta.dirname, "../../scripts/bench-client.ts");
      const child = spawn("node", [client, url, JSON.stringify(load)], { stdio: ["ignore", "pipe", "inherit"] });
      let text = "";
      for await (const bytes of child.stdout) text += String(bytes);
      const result = JSON.parse(text.replace(/^LOAD /, ""));
      expect(result.requests).toBeGreaterThan(100);
      expect(result.errors / result.requests).toBeCloseTo(0.1, 1);
    });
    expect(asked).toEqual(all);
  });
});

test("a target is judged only where all its numbers were measured", () => {
  const rate = (name: string, value: number) => ({ name, value, unit: "per second" as const });
  expect(judge([rate("insert-64", 10), rate("sync", 8)])).toEqual([]);
  const verdicts = judge([rate("insert-64", 10), rate("do-nothing-64", 19), rate("insert-1", 1), rate("sync", 8)]);
  expect(verdicts.map(({ met }) => met)).toEqual([true, false]);
});

test("the table has one line per result and columns of one width", () => {
  const lines = table([
    { name: "sync", value: 11_405, unit: "per second" },
    { name: "count", value: 72.25, unit: "ms", note: "4 M rows" },
  ]).split("\n");
  expect(lines).toHaveLength(4);
  expect(new Set(lines.map((line) => line.length)).size).toBe(1);
  expect(lines[2]).toContain("11,405");
});

test("the bench says which rows there are", () => {
  const run = spawnSync("node", [join(import.meta.dirname, "../../scripts/bench.ts"), "--only", "nonsense"], {
    encoding: "utf8",
  });
  expect(run.stderr).toContain("--only names none of: sync, do-nothing-1");
});

import { copyFileSync, createWriteStream, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { describe, expect, test } from "vitest";
import { execute, postFile, query } from "../../scripts/bench-api.ts";
import { hasSqlite3 } from "../../scripts/bench-disk.ts";
import type { ServerProcess } from "../../scripts/server-process.ts";
import { startNode, workspace } from "./node-fixture.ts";
import { fingerprintSql, makeRichDatabase, sqlite3 } from "./rich-database.ts";

/** About 400 MB. */
const bigRows = Number(process.env.QUOLITE_BIG_ROWS ?? "4000000");

async function fingerprint(url: string): Promise<string> {
  const answer: { results: [{ values: [[string]] }] } = JSON.parse(await query(url, fingerprintSql));
  return answer.results[0].values[0][0];
}

async function download(url: string, path: string): Promise<void> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  if (response.body === null) throw new Error("no body");
  await pipeline(Readable.fromWeb(response.body), createWriteStream(path));
}

/** Queries, changes, backs up, restarts; what comes out must open in `sqlite3` and be whole. */
async function liveWith(server: ServerProcess, source: string, home: string): Promise<void> {
  const { url } = server;
  const expected = sqlite3(source, fingerprintSql);
  expect(await fingerprint(url)).toBe(expected);
  await execute(url, [
    "INSERT INTO generated(a) VALUES(1000)",
    "UPDATE docs SET body = 'the slow fox' WHERE rowid = 7",
    "DELETE FROM boxes WHERE id = 400",
    "INSERT INTO rowless VALUES('new word', 1)",
    "DELETE FROM big WHERE id = 3",
  ]);
  for (const [name, parameters, header] of [
    ["binary", "", 2],
    ["delete", "?fmt=delete", 1],
  ] as const) {
    const copy = join(home, `${name}.sqlite`);
    await download(`${url}/db/backup${parameters}`, copy);
    expect([...readFileSync(copy).subarray(18, 20)]).toEqual([header, header]);
    expect(sqlite3(copy, "PRAGMA integrity_check")).toBe("ok");
    expect(sqlite3(copy, fingerprintSql)).toBe(await fingerprint(url));
    expect(sqlite3(copy, "SELECT what, id FROM audit WHERE id = 1000")).toBe("insert|1000");
    rmSync(copy);
  }
}

describe.skipIf(!hasSqlite3)("databases made by sqlite3", () => {
  test(`${bigRows} rows, WAL mode, through /boot and /db/load, then a restart that does not read them`, async () => {
    const home = workspace();
    const source = join(home, "source.sqlite");
    makeRichDatabase({ path: source, pageSize: 4096, rows: bigRows, wal: true });
    for (const path of ["/boot", "/db/load"]) {
      const folder = join(home, `data${path.replaceAll("/", "-")}`);
      const server = await startNode("node", folder);
      await execute(server.url, ["CREATE TABLE before(a)"]);
      await postFile(server.url + path, source);
      await liveWith(server, source, home);
      const live = await fingerprint(server.url);
      await server.end("SIGKILL");
      const crashed = await startNode("node", folder);
      expect(await fingerprint(crashed.url)).toBe(live);
      expect(await crashed.end("SIGTERM")).toBe(0);
      expect(sqlite3(join(folder, "db.sqlite"), "PRAGMA integrity_check")).toBe("ok");
      expect(sqlite3(join(folder, "db.sqlite"), fingerprintSql)).toBe(live);
      rmSync(folder, { recursive: true });
    }
  });

  test.each([
    ["node", 512],
    ["bun", 1024],
    ["deno", 8192],
    ["node", 65_536],
  ] as const)("on %s with pages of %i bytes", async (runtime, pageSize) => {
    const home = workspace();
    const source = join(home, "source.sqlite");
    makeRichDatabase({ path: source, pageSize, rows: 20_000, wal: false });
    const server = await startNode(runtime, join(home, "data"));
    await postFile(`${server.url}/db/load`, source);
    await liveWith(server, source, home);
    expect(await query(server.url, "PRAGMA page_size")).toContain(`"values":[[${pageSize}]]`);
    const live = await fingerprint(server.url);
    await server.end("SIGKILL");
    const again = await startNode(runtime, join(home, "data"));
    expect(await fingerprint(again.url)).toBe(live);
  });

  test("what is no database is refused, says why and changes nothing", async () => {
    const home = workspace();
    const source = join(home, "source.sqlite");
    makeRichDatabase({ path: source, pageSize: 4096, rows: 20_000, wal: false });
    const server = await startNode("node", join(home, "data"));
    await execute(server.url, ["CREATE TABLE kept(a)", "INSERT INTO kept VALUES(42)"]);

    const variant = (name: string, change: (path: string) => void): string => {
      const path = join(home, name);
      copyFileSync(source, path);
      change(path);
      return path;
    };
    const damaged = (path: string, from: number, length: number): void => {
      const bytes = readFileSync(path);
      bytes.fill(0x5a, from, from + length);
      writeFileSync(path, bytes);
    };
    const size = statSync(source).size;
    const files = {
      "not SQLite": variant("text", (path) => writeFileSync(path, "once upon a time ".repeat(1000))),
      "a broken header": variant("header", (path) => damaged(path, 16, 60)),
      "a truncated file": variant("truncated", (path) => truncateSync(path, Math.floor(size / 2))),
      "a file cut inside a page": variant("cut", (path) => truncateSync(path, size - 1000)),
      "broken pages under a good header": variant("pages", (path) => damaged(path, 4096 * 10, 4096 * 50)),
      "one broken page at the end": variant("last", (path) => damaged(path, size - 4096, 4096)),
      "a broken schema": variant("schema", (path) => damaged(path, 100, 3900)),
    };
    for (const [what, path] of Object.entries(files)) {
      for (const route of ["/boot", "/db/load"]) {
        const body = readFileSync(path);
        const response = await fetch(server.url + route, { method: "POST", body });
        const text = await response.text();
        if (what === "not SQLite" && route === "/db/load") {
          // It is SQL text then, and a syntax error.
          expect(text).toContain("syntax error");
        } else {
          expect(response.status, `${what} to ${route}: ${text}`).toBeGreaterThanOrEqual(400);
          expect(text.length, `${what} to ${route} must say why`).toBeGreaterThan(10);
        }
        expect(await query(server.url, "SELECT a FROM kept")).toContain(`"values":[[42]]`);
      }
    }
    await execute(server.url, ["INSERT INTO kept VALUES(43)"]);
    await server.end("SIGKILL");
    const again = await startNode("node", join(home, "data"));
    expect(await query(again.url, "SELECT a FROM kept")).toContain(`"values":[[42],[43]]`);
    await postFile(`${again.url}/boot`, source);
    expect(await fingerprint(again.url)).toBe(sqlite3(source, fingerprintSql));
  });
});

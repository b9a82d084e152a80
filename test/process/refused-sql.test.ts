import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { post, startNode, workspace } from "./node-fixture.ts";

/** Each would reach a file, or break the engine. */
const refused = [
  "ATTACH 'FOLDER/other.sqlite' AS other",
  "ATTACH ':memory:' AS other",
  "DETACH main",
  "VACUUM INTO 'FOLDER/copy.sqlite'",
  "SELECT load_extension('FOLDER/evil.so')",
  "SELECT readfile('/etc/passwd')",
  "SELECT writefile('FOLDER/out', 'x')",
  "SELECT * FROM zipfile('FOLDER/a.zip')",
  "SELECT * FROM fsdir('/')",
  "SELECT edit('x')",
  "CREATE VIRTUAL TABLE f USING csv(filename='/etc/passwd')",
  "PRAGMA writable_schema = ON",
  "PRAGMA writable_schema = RESET",
  "PRAGMA page_size = 8192",
  "PRAGMA locking_mode = NORMAL",
  "PRAGMA temp_store_directory = 'FOLDER'",
  "PRAGMA mmap_size = 1000000000",
  "PRAGMA schema_version = 99",
  "PRAGMA main.journal_mode(DELETE)",
  "UPDATE sqlite_schema SET sql = 'nonsense'",
  "DELETE FROM sqlite_master",
  "CREATE TEMP TABLE hidden(a)",
  "CREATE TEMP VIEW hidden AS SELECT 1",
  "CREATE TEMP TRIGGER hidden AFTER INSERT ON kept BEGIN SELECT 1; END",
  "CREATE TABLE temp.hidden(a)",
] as const;

/** These the contract refuses as a whole (http-api §8.9). */
const disallowed = [
  "PRAGMA journal_mode = DELETE",
  "pragma MAIN.journal_mode=OFF",
  "PRAGMA wal_checkpoint",
  "PRAGMA wal_autocheckpoint = 1",
  "PRAGMA synchronous = FULL",
  "PRAGMA query_only = 0",
] as const;

test("SQL reaches no file and does not break the engine", async () => {
  const home = workspace();
  const server = await startNode("node", join(home, "data"));
  await post(server.url, "/db/execute", ["CREATE TABLE kept(a)", "INSERT INTO kept VALUES(1)"]);
  for (const path of ["/db/execute", "/db/query", "/db/request"]) {
    for (const template of refused) {
      const sql = template.replaceAll("FOLDER", home);
      const answer: { results: { error?: string }[]; error?: string } = JSON.parse(await post(server.url, path, [sql]));
      const error = answer.error ?? answer.results[0]?.error;
      expect.soft(error ?? "", `${path} ${sql}: ${JSON.stringify(answer)}`).toMatch(/\w{4,}/);
    }
    for (const sql of disallowed) {
      expect.soft(await post(server.url, path, [sql]), sql).toBe(`{"results":[],"error":"disallowed pragma"}`);
    }
    expect(
      await post(server.url, "/db/request", ["INSERT INTO kept VALUES(2)", "SELECT count(*) > 1 FROM kept"]),
    ).toMatch(/"values":\[\[1\]\]/);
  }
  expect(readdirSync(home)).toEqual(["data"]);
  expect(existsSync("other.sqlite")).toBe(false);
  expect(await post(server.url, "/db/query", ["PRAGMA integrity_check"])).toContain("ok");
  expect(await server.end("SIGTERM")).toBe(0);
});

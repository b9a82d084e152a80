/**
 * A stranger's first minute with a node, as a check: start it in an empty folder, talk SQL to it, pull its plug, start
 * it again, find everything, stop it. `node scripts/smoke.ts [--runtime node|bun|deno|compiled]`
 */
import { strict as assert } from "node:assert";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { countBytes, execute, query, queryNumber } from "./bench-api.ts";
import { runtimeNamed, ServerProcess } from "./server-process.ts";

const { values } = parseArgs({ options: { runtime: { type: "string", default: "compiled" } } });
const runtime = runtimeNamed(values.runtime);
const home = mkdtempSync(join(tmpdir(), "quolite-smoke-"));
const folder = join(home, "data");
let server: ServerProcess | null = null;
try {
  server = await ServerProcess.start({ runtime, folder, workingFolder: home });
  console.log(`${runtime}: ready ${Math.round(server.readyMs)} ms after the start`);
  await execute(server.url, ["CREATE TABLE foo(id INTEGER NOT NULL PRIMARY KEY, name TEXT)"]);
  for (let i = 0; i < 20; i++) await execute(server.url, [`INSERT INTO foo(name) VALUES("fiona ${i}")`]);
  assert.equal(
    await query(server.url, "SELECT * FROM foo WHERE id = 7"),
    `{"results":[{"columns":["id","name"],"types":["integer","text"],"values":[[7,"fiona 6"]]}]}`,
  );
  await server.end("SIGKILL");
  server = await ServerProcess.start({ runtime, folder, workingFolder: home });
  console.log(`${runtime}: ready again ${Math.round(server.readyMs)} ms after its plug was pulled`);
  assert.equal(await queryNumber(server.url, "SELECT count(*) FROM foo"), 20);
  assert.match(await query(server.url, "PRAGMA integrity_check"), /"values":\[\["ok"\]\]/);
  assert.ok((await countBytes(`${server.url}/db/backup`)) >= 8192);
  assert.equal(await server.end("SIGTERM"), 0, `SIGTERM must end it with 0; it said:\n${server.said}`);
  console.log(`${runtime}: every row there, stopped cleanly`);
} finally {
  await server?.end("SIGKILL");
  rmSync(home, { recursive: true, force: true });
}

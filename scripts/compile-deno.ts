/**
 * One executable file with Deno: `deno compile` packs everything, then needs Deno's base binary `denort`, which it
 * downloads or takes from `DENORT_BIN`. Where there is none, this checks what can be checked without it, and says what.
 * `node scripts/compile-deno.ts`
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { commandFor, ServerProcess } from "./server-process.ts";

const root = join(import.meta.dirname, "..");
const out = join(root, "dist/quolite-deno");
const entry = "src/runtime/deno/main.ts";
const worker = "src/runtime/deno/worker.ts";
const wasm = "node_modules/@sqlite.org/sqlite-wasm/dist/sqlite3.wasm";
const [deno = "deno"] = commandFor("deno", entry);
/** What the server does, and no more: with these alone it must start and serve. */
const permissions = ["--allow-net", "--allow-read", "--allow-write", "--allow-env", "--allow-sys"];

function runDeno(args: readonly string[]): { readonly ok: boolean; readonly out: string; readonly error: string } {
  const ran = spawnSync(deno, args, { cwd: root, encoding: "utf8", timeout: 120_000, maxBuffer: 64 * 1024 * 1024 });
  return { ok: ran.status === 0, out: ran.stdout, error: ran.stderr };
}

/** Every module that a program needs is there; gives their number. */
function checkGraph(program: string): number {
  const info = runDeno(["info", "--json", program]);
  if (!info.ok) throw new Error(`deno info ${program}: ${info.error}`);
  const graph: { modules: { specifier: string; error?: string }[] } = JSON.parse(info.out);
  const broken = graph.modules.filter(({ error }) => error !== undefined);
  if (broken.length > 0) throw new Error(`${program}: ${JSON.stringify(broken, null, 2)}`);
  return graph.modules.length;
}

/** Starts a program in an empty folder, waits until it serves, and stops it. Gives its start-up time in ms. */
async function tryOut(command: (folder: string) => readonly string[]): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), "quolite-deno-"));
  try {
    const server = await ServerProcess.start({
      runtime: "deno",
      folder: "",
      workingFolder: home,
      command: (port) => [
        ...command(home),
        "-http-addr",
        `localhost:${port}`,
        "-raft-addr",
        `localhost:${port + 1}`,
        "data",
      ],
    });
    const code = await server.end("SIGTERM");
    if (code !== 0) throw new Error(`ended with ${code}:\n${server.said}`);
    if (!existsSync(join(home, "data/db.sqlite"))) throw new Error("it left no database behind");
    return Math.round(server.readyMs);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

console.log(`${entry}: ${checkGraph(entry)} modules, all there`);
console.log(`${worker}: ${checkGraph(worker)} modules, all there`);
const tookMs = await tryOut(() => [deno, "run", "--no-prompt", ...permissions, join(root, entry)]);
console.log(`${permissions.join(" ")} suffice: served ${tookMs} ms after its start, stopped cleanly`);

mkdirSync(join(root, "dist"), { recursive: true });
rmSync(out, { force: true });
const compiled = runDeno(["compile", ...permissions, "--include", worker, "--include", wasm, "--output", out, entry]);
if (compiled.ok) {
  const readyMs = await tryOut(() => [out]);
  console.log(`dist/quolite-deno: ${(statSync(out).size / 1e6).toFixed(1)} MB, ready ${readyMs} ms after its start`);
} else if (/denort|dns error|error sending request|client error/i.test(compiled.error)) {
  console.log("not checked: the executable itself. Deno's base binary denort is not here and could not be downloaded;");
  console.log("set DENORT_BIN to its path, or run this where the network has it");
} else {
  throw new Error(`deno compile: ${compiled.error}`);
}

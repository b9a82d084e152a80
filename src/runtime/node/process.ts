import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { FolderHolds, goWord, interfacesOf, type Process, programNamed, StandardStream } from "../../core/ports/mod.ts";

const [, script = process.execPath, ...commandLine] = process.argv;
const out = new StandardStream((bytes) => fs.writeSync(1, bytes));
const holds = new FolderHolds((path) => new DatabaseSync(path));
const error = new StandardStream((bytes) => fs.writeSync(2, bytes));

/** Beside this file in the published bundle; in a checkout inside its package. */
function wasmFile(): string {
  const beside = fileURLToPath(new URL("./sqlite3.wasm", import.meta.url));
  return fs.existsSync(beside) ? beside : fileURLToPath(import.meta.resolve("@sqlite.org/sqlite-wasm/sqlite3.wasm"));
}

/** Compiled in the background from the very start, as the first thread waits for it. */
const compileWasm = async (): Promise<WebAssembly.Module> => WebAssembly.compile(fs.readFileSync(wasmFile()));
const wasm = compileWasm();
// Its failure is heard by whoever asks for it.
wasm.catch(() => undefined);

export const thisProcess: Process = {
  commandLine,
  program: programNamed(script),
  executable: script,
  pid: process.pid,
  ppid: process.ppid,
  hostname: os.hostname(),
  os: goWord(process.platform),
  arch: goWord(process.arch),
  runtime: `node ${process.version}`,
  cpus: os.availableParallelism(),
  env: (name) => process.env[name],
  resolvePath: (name) => path.resolve(name),
  holdFolder: (folder) => holds.take(folder),
  writeOut: (text) => out.say(text),
  writeError: (text) => error.say(text),
  onSignal(receive) {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => receive(signal));
  },
  memory() {
    const { rss, heapUsed, heapTotal } = process.memoryUsage();
    return { residentBytes: rss, heapUsedBytes: heapUsed, heapTotalBytes: heapTotal };
  },
  networkInterfaces: () => interfacesOf(os.networkInterfaces()),
  loadWasm: () => wasm,
  exit: (code) => process.exit(code),
};

import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";
import { DatabaseSync } from "node:sqlite";
import wasmFile from "@sqlite.org/sqlite-wasm/sqlite3.wasm" with { type: "file" };
import { FolderHolds, goWord, interfacesOf, type Process, programNamed, StandardStream } from "../../core/ports/mod.ts";

/** Compiled files lie in a file system that only their own process sees. */
const isCompiled = /^(?:\/\$bunfs|[A-Z]:[\\/]~BUN)[\\/]/.test(Bun.main);
const [, script = Bun.main, ...commandLine] = process.argv;
const out = new StandardStream((bytes) => fs.writeSync(1, bytes));
const holds = new FolderHolds((path) => new DatabaseSync(path));
const error = new StandardStream((bytes) => fs.writeSync(2, bytes));

/** Compiled in the background from the very start, as the first thread waits for it. */
const compileWasm = async (): Promise<WebAssembly.Module> => WebAssembly.compile(fs.readFileSync(wasmFile));
const wasm = compileWasm();
// Its failure is heard by whoever asks for it.
wasm.catch(() => undefined);

export const thisProcess: Process = {
  commandLine,
  program: programNamed(isCompiled ? process.argv0 : script),
  executable: isCompiled ? process.execPath : script,
  pid: process.pid,
  ppid: process.ppid,
  hostname: os.hostname(),
  os: goWord(process.platform),
  arch: goWord(process.arch),
  runtime: `bun v${Bun.version}`,
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

import os from "node:os";
import path from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { FolderHolds, goWord, interfacesOf, type Process, programNamed, StandardStream } from "../../core/ports/mod.ts";

const wasmFile = new URL(import.meta.resolve("@sqlite.org/sqlite-wasm/sqlite3.wasm"));
const executable = Deno.build.standalone ? Deno.execPath() : fileURLToPath(Deno.mainModule);
const out = new StandardStream((bytes) => Deno.stdout.writeSync(bytes));
const holds = new FolderHolds((path) => new DatabaseSync(path));
const error = new StandardStream((bytes) => Deno.stderr.writeSync(bytes));

/** Compiled in the background from the very start, as the first thread waits for it. */
const compileWasm = async (): Promise<WebAssembly.Module> => WebAssembly.compile(Deno.readFileSync(wasmFile));
const wasm = compileWasm();
// Its failure is heard by whoever asks for it.
wasm.catch(() => undefined);

export const thisProcess: Process = {
  commandLine: Deno.args,
  program: programNamed(executable),
  executable,
  pid: Deno.pid,
  ppid: Deno.ppid,
  hostname: Deno.hostname(),
  os: goWord(Deno.build.os),
  arch: goWord(Deno.build.arch),
  runtime: `deno ${Deno.version.deno}`,
  cpus: navigator.hardwareConcurrency,
  env: (name) => Deno.env.get(name),
  resolvePath: (name) => path.resolve(name),
  holdFolder: (folder) => holds.take(folder),
  writeOut: (text) => out.say(text),
  writeError: (text) => error.say(text),
  onSignal(receive) {
    for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, () => receive(signal));
  },
  memory() {
    const { rss, heapUsed, heapTotal } = Deno.memoryUsage();
    return { residentBytes: rss, heapUsedBytes: heapUsed, heapTotalBytes: heapTotal };
  },
  networkInterfaces: () => interfacesOf(os.networkInterfaces()),
  loadWasm: () => wasm,
  exit: (code) => Deno.exit(code),
};

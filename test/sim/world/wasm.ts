import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const file = createRequire(import.meta.url).resolve("@sqlite.org/sqlite-wasm/sqlite3.wasm");
let compiled: WebAssembly.Module | null = null;

/** SQLite's WASM, compiled once. */
export function sqliteModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(file));
  return compiled;
}

/**
 * Makes the start of WASM modules take no real time: the runtimes do it on other threads, and when those are done no
 * seed can say. Modules from bytes are compiled once per content.
 */
export function startWasmAtOnce(): void {
  const modules = new Map<string, WebAssembly.Module>();
  const moduleOf = (bytes: Uint8Array): WebAssembly.Module => {
    const content = Buffer.from(bytes).toString("latin1");
    const module = modules.get(content) ?? new WebAssembly.Module(bytes);
    modules.set(content, module);
    return module;
  };
  const instantiate = async (what: WebAssembly.Module | Uint8Array, imports?: object): Promise<object> => {
    if (what instanceof WebAssembly.Module) return new WebAssembly.Instance(what, imports);
    const module = moduleOf(what);
    return { module, instance: new WebAssembly.Instance(module, imports) };
  };
  Object.assign(WebAssembly, { instantiate });
}

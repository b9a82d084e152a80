import { enableCompileCache, flushCompileCache } from "node:module";
import process from "node:process";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../../node_modules/.cache/quolite", import.meta.url));
/** By then a node has started; and a process that is killed writes nothing at its end. */
const flushAfterMs = 2_000;

/**
 * Turning TypeScript into code is most of a start from source, in every thread. To be imported before anything else:
 * what is imported dynamically after it comes from the cache, but for the first time. Threads find it in their
 * environment.
 */
// The published bundle is code already, and lies where there is no such folder.
if (import.meta.url.endsWith(".ts")) {
  enableCompileCache(folder);
  process.env.NODE_COMPILE_CACHE ??= folder;
  setTimeout(flushCompileCache, flushAfterMs).unref();
}

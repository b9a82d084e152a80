/** The calls of one group's life on a log file, for the eyes of `strace`: `file-calls.ts RUNTIME PATH`. */
import type { Files } from "../../src/core/ports/mod.ts";

const [runtime = "", path = ""] = process.argv.slice(2);
const { files }: { files: Files } = await import(`../../src/runtime/${runtime}/files.ts`);
const handle = files.open(path, "create");
handle.writeAt(new Uint8Array(4096), 8192);
handle.dataSync();
handle.readAt(new Uint8Array(4096), 8192);
handle.truncate(4096);
handle.close();

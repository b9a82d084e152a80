import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Workers } from "../../core/ports/mod.ts";

/** Threads that run the module at `program`, which calls `runInScope`. */
export const createWorkers = (program: URL): Workers => ({
  start(role, data, events) {
    const worker = new Worker(program, { workerData: { role, data } });
    let fault: string | null = null;
    let terminated = false;
    worker.on("message", (message) => {
      if (!terminated) events.message(message);
    });
    worker.on("error", (error) => {
      fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    worker.on("exit", () => events.exit(fault ?? (terminated ? null : "ended by itself")));
    return {
      post: (message, transfer) => worker.postMessage(message, transfer),
      terminate() {
        terminated = true;
        worker.terminate();
      },
    };
  },
});

/** The program lies beside this file, in a checkout as in a bundle. */
export const workers = createWorkers(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));

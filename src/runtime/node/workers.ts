import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Workers } from "../../core/ports/mod.ts";

/** Beside this file, in source and in the bundle alike. */
const program = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

export const workers: Workers = {
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
    worker.on("exit", (code) => events.exit(fault ?? (terminated ? null : `ended with code ${code}`)));
    return {
      post: (message, transfer) => worker.postMessage(message, transfer),
      terminate() {
        terminated = true;
        worker.terminate();
      },
    };
  },
};

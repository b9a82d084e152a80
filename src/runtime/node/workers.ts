import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { createWorkers, type StartThread } from "../../core/ports/mod.ts";

/** Threads that run the module at `program`. */
export function threadsOf(program: URL): StartThread {
  return (events) => {
    const worker = new Worker(program);
    worker.on("message", events.message);
    worker.on("error", (error) =>
      events.fault(error instanceof Error ? (error.stack ?? error.message) : String(error)),
    );
    worker.on("exit", events.ended);
    return {
      post: (message, transfer) => worker.postMessage(message, transfer),
      terminate: () => void worker.terminate(),
    };
  };
}

/** The program lies beside this file, in a checkout as in a bundle. */
export const workers = createWorkers(threadsOf(new URL(`./worker${extname(import.meta.url)}`, import.meta.url)));

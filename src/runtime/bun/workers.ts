import { extname } from "node:path";
import type { Workers } from "../../core/ports/mod.ts";

/** Threads that run the module at `program`, which calls `runInScope`. */
export const createWorkers = (program: URL): Workers => ({
  start(role, data, events) {
    const worker = new Worker(program);
    let fault: string | null = null;
    let terminated = false;
    worker.onmessage = ({ data: message }) => {
      if (!terminated) events.message(message);
    };
    worker.onerror = ({ message }) => {
      fault = message;
    };
    worker.addEventListener("close", () => events.exit(fault ?? (terminated ? null : "ended by itself")));
    worker.postMessage({ role, data });
    return {
      post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
      terminate() {
        terminated = true;
        worker.terminate();
      },
    };
  },
});

/** The program lies beside this file, in a checkout as in a bundle. */
export const workers = createWorkers(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));

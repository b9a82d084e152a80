import { extname } from "node:path";
import { createWorkers, type StartThread } from "../../core/ports/mod.ts";

/** Threads that run the module at `program`. */
export function threadsOf(program: URL): StartThread {
  return (events) => {
    const worker = new Worker(program);
    worker.onmessage = ({ data: message }) => events.message(message);
    worker.onerror = ({ message }) => events.fault(message);
    worker.addEventListener("close", events.ended);
    return {
      post: (message, transfer) => worker.postMessage(message, [...transfer]),
      terminate: () => worker.terminate(),
    };
  };
}

/** The program lies beside this file, in a checkout as in a compiled program. */
export const workers = createWorkers(threadsOf(new URL(`./worker${extname(import.meta.url)}`, import.meta.url)));

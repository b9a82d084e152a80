import { createWorkers, type StartThread } from "../../core/ports/mod.ts";

/** Threads that run the module at `program`. */
export function threadsOf(program: URL): StartThread {
  return (events) => {
    const worker = new Worker(program, { type: "module" });
    worker.onmessage = ({ data: message }) => events.message(message);
    // Deno tells of errors only: a thread that is terminated ends without a word.
    worker.onerror = (event) => {
      event.preventDefault();
      events.fault(event.message);
      events.ended();
    };
    return {
      post: (message, transfer) => worker.postMessage(message, [...transfer]),
      terminate() {
        worker.terminate();
        queueMicrotask(events.ended);
      },
    };
  };
}

export const workers = createWorkers(threadsOf(new URL("./worker.ts", import.meta.url)));

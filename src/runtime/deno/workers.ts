import type { Workers } from "../../core/ports/mod.ts";

/** Threads that run the module at `program`, which calls `runInScope`. */
export const createWorkers = (program: URL): Workers => ({
  start(role, data, events) {
    const worker = new Worker(program, { type: "module" });
    let ended = false;
    // Deno tells of errors only: a thread that is terminated, or that ends by itself, ends without a word.
    const end = (error: string | null): void => {
      if (!ended) queueMicrotask(() => events.exit(error));
      ended = true;
    };
    worker.onmessage = ({ data: message }) => {
      if (!ended) events.message(message);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      end(event.message);
    };
    worker.postMessage({ role, data });
    return {
      post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
      terminate() {
        worker.terminate();
        end(null);
      },
    };
  },
});

export const workers = createWorkers(new URL("./worker.ts", import.meta.url));

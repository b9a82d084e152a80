import { extname } from "node:path";
import type { Workers } from "../../core/ports/mod.ts";

/** Beside this file, in source and in the compiled program alike. */
const program = new URL(`./worker${extname(import.meta.url)}`, import.meta.url);

export const workers: Workers = {
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
    worker.addEventListener("close", ({ code }) => {
      events.exit(fault ?? (terminated ? null : `ended with code ${code}`));
    });
    worker.postMessage({ role, data });
    return {
      post: (message, transfer = []) => worker.postMessage(message, [...transfer]),
      terminate() {
        terminated = true;
        worker.terminate();
      },
    };
  },
};

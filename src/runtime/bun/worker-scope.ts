import process from "node:process";
import { Inbox, type WorkerScope } from "../../core/ports/mod.ts";

/** The thread's own global, which the runtime's types don't tell from the main thread's. */
declare const self: {
  onmessage: (event: { readonly data: unknown }) => void;
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
};

/** Runs a program inside a thread that `createWorkers` started. */
export function runInScope(run: (scope: WorkerScope) => void): void {
  // Bun reports an error with the source line that it came from, and in a compiled program that line is the program.
  process.on("uncaughtException", (error) => {
    throw error.stack ?? String(error);
  });
  const inbox = new Inbox();
  self.onmessage = ({ data: first }) => {
    self.onmessage = ({ data: message }) => inbox.deliver(message);
    run({
      ...(first as Pick<WorkerScope, "role" | "data">),
      post: (message, transfer = []) => self.postMessage(message, transfer),
      onMessage: (receive) => inbox.onMessage(receive),
    });
  };
}

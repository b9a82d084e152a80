import { Inbox, type WorkerScope } from "../../core/ports/mod.ts";

/** The thread's own global, which the runtime's types don't tell from the main thread's. */
declare const self: {
  onmessage: (event: { readonly data: unknown }) => void;
  postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void;
};

/** Runs a program inside a thread that `createWorkers` started. */
export function runInScope(run: (scope: WorkerScope) => void): void {
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

import { Inbox, type WorkerProgram } from "../../core/ports/mod.ts";

/** The thread's own global, which the runtime's types don't tell from the main thread's. */
declare const self: {
  onmessage: (event: { readonly data: unknown }) => void;
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
};

/** Runs a program inside a thread that `createWorkers` started. */
export function runInScope(program: WorkerProgram): void {
  const inbox = new Inbox(program, (message, transfer) => self.postMessage(message, transfer));
  self.onmessage = ({ data: message }) => inbox.deliver(message);
}

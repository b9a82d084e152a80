import { parentPort } from "node:worker_threads";
import { Inbox, type WorkerProgram } from "../../core/ports/mod.ts";

/** Runs a program inside a thread that `createWorkers` started. */
export function runInScope(program: WorkerProgram): void {
  const port = parentPort;
  if (port === null) throw new Error("not in a worker");
  const inbox = new Inbox(program, (message, transfer) => port.postMessage(message, transfer));
  port.on("message", (message) => inbox.deliver(message));
}

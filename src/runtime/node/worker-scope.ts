import { parentPort, workerData } from "node:worker_threads";
import type { WorkerScope } from "../../core/ports/mod.ts";

/** Runs a program inside a thread that `createWorkers` started. */
export function runInScope(run: (scope: WorkerScope) => void): void {
  const port = parentPort;
  if (port === null) throw new Error("not in a worker");
  run({
    ...(workerData as Pick<WorkerScope, "role" | "data">),
    post: (message, transfer) => port.postMessage(message, transfer),
    onMessage: (receive) => port.on("message", receive),
  });
}

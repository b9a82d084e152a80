import { parentPort, workerData } from "node:worker_threads";
import { runWorker } from "../../core/engine/mod.ts";
import { clock } from "./clock.ts";
import { entropy } from "./entropy.ts";
import { files } from "./files.ts";

const port = parentPort;
if (port !== null) {
  runWorker(
    {
      role: workerData.role,
      data: workerData.data,
      post: (message, transfer) => port.postMessage(message, transfer),
      onMessage: (receive) => port.on("message", receive),
    },
    { clock, entropy, files },
  );
}

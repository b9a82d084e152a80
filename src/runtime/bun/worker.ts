import process from "node:process";
import { runWorker } from "../../core/engine/mod.ts";
import { Inbox } from "../../core/ports/mod.ts";
import { clock } from "./clock.ts";
import { entropy } from "./entropy.ts";
import { files } from "./files.ts";

declare const self: Worker;

// Bun reports an error with the source line that it came from, and in a compiled program that line is the program.
process.on("uncaughtException", (error) => {
  throw error.stack ?? String(error);
});

const inbox = new Inbox();
self.onmessage = ({ data: { role, data } }) => {
  self.onmessage = ({ data: message }) => inbox.deliver(message);
  runWorker(
    {
      role,
      data,
      post: (message, transfer = []) => self.postMessage(message, [...transfer]),
      onMessage: (receive) => inbox.onMessage(receive),
    },
    { clock, entropy, files },
  );
};

import { runWorker } from "../../core/engine/mod.ts";
import { Inbox } from "../../core/ports/mod.ts";
import { clock } from "./clock.ts";
import { entropy } from "./entropy.ts";
import { files } from "./files.ts";

/** Deno's types know the main thread's globals only. */
declare const self: {
  onmessage: (event: MessageEvent) => void;
  postMessage(message: unknown, transfer: Transferable[]): void;
};

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

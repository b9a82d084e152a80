import type { Entropy } from "../../core/ports/mod.ts";

/** What one call may ask for (Web Crypto). */
const callBytesMax = 65_536;

export const entropy: Entropy = {
  fill(into) {
    for (let at = 0; at < into.length; at += callBytesMax) {
      into.set(crypto.getRandomValues(new Uint8Array(Math.min(callBytesMax, into.length - at))), at);
    }
  },
};

import { strict as assert } from "node:assert";
import type { Entropy } from "../../src/core/ports/mod.ts";
import type { Cases } from "./verdicts.ts";

export const entropyCases = (entropy: Entropy): Cases => ({
  "every part of a big array is filled": () => {
    const bytes = new Uint8Array(300_000);
    entropy.fill(bytes);
    for (let at = 0; at < bytes.length; at += 32) {
      assert.ok(
        bytes.subarray(at, at + 32).some((byte) => byte !== 0),
        `zeros at ${at}`,
      );
    }
  },
  "only the view is filled": () => {
    const whole = new Uint8Array(64);
    entropy.fill(whole.subarray(16, 48));
    assert.deepEqual(whole.subarray(0, 16), new Uint8Array(16));
    assert.deepEqual(whole.subarray(48), new Uint8Array(16));
    assert.ok(whole.subarray(16, 48).some((byte) => byte !== 0));
  },
  "shared memory and nothing at all": () => {
    const shared = new Uint8Array(new SharedArrayBuffer(32));
    entropy.fill(shared);
    assert.ok(shared.some((byte) => byte !== 0));
    entropy.fill(new Uint8Array(0));
  },
  "two arrays differ": () => {
    const [one, other] = [new Uint8Array(16), new Uint8Array(16)];
    entropy.fill(one);
    entropy.fill(other);
    assert.notDeepEqual(one, other);
  },
});

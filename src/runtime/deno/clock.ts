import type { Clock, Timers } from "../../core/ports/mod.ts";

/** The longest that `setTimeout` knows; beyond it, it would fire at once. */
const delayMsMax = 2 ** 31 - 1;

export const clock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

export const timers: Timers = {
  after(delayMs, run) {
    const timer = setTimeout(run, Math.min(delayMs, delayMsMax));
    return () => clearTimeout(timer);
  },
  soon(run) {
    setImmediate(run);
  },
};

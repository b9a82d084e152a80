/** Time. `nowMs` is wall-clock Unix time in ms; `monotonicMs` only ever grows and has sub-millisecond digits. */
export interface Clock {
  nowMs(): number;
  monotonicMs(): number;
}

/** One-shot timers for the host's loop. Returns a function that cancels. */
export interface Timers {
  after(delayMs: number, run: () => void): () => void;
}

/** Dice: fills the array with unpredictable bytes. */
export interface Entropy {
  fill(into: Uint8Array): void;
}

/** Time. `nowMs` is wall-clock Unix time in ms; `monotonicMs` only ever grows and has sub-millisecond digits. */
export interface Clock {
  nowMs(): number;
  monotonicMs(): number;
}

/** The host's loop's sense of later. */
export interface Timers {
  /** One shot. Returns a function that cancels it. */
  after(delayMs: number, run: () => void): () => void;
  /**
   * Once, in this turn of the loop: when the events that have arrived already were handled, before waiting for more.
   * What a burst of requests brings is gathered by it.
   */
  soon(run: () => void): void;
}

/** Dice: fills the array with unpredictable bytes. */
export interface Entropy {
  fill(into: Uint8Array): void;
}

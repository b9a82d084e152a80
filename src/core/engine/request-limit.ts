import type { Clock } from "../ports/mod.ts";
import type { Due, RunLimit } from "../statements/mod.ts";
import { type Cell, isStopped } from "./cancel-cells.ts";

/** How long a request may run: until main stops it through its cell, or its `db_timeout` has passed. */
export class RequestLimit implements RunLimit {
  readonly #cells: Int32Array;
  readonly #cell: Cell;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #beganMs: number;
  #dueMs: number;
  #pausedMs = 0;

  /** Time counts from now on. `dbTimeoutMs` 0 = no limit. */
  constructor(cells: Int32Array, cell: Cell, clock: Clock, dbTimeoutMs: number) {
    this.#cells = cells;
    this.#cell = cell;
    this.#clock = clock;
    this.#timeoutMs = dbTimeoutMs;
    this.#beganMs = clock.monotonicMs();
    this.#dueMs = this.#beganMs + dbTimeoutMs;
  }

  due(): Due | null {
    if (isStopped(this.#cells, this.#cell)) return "stopped";
    return this.#timeoutMs > 0 && this.#clock.monotonicMs() >= this.#dueMs ? "timeout" : null;
  }

  /** Since the request began. */
  get elapsedMs(): number {
    return this.#clock.monotonicMs() - this.#beganMs;
  }

  /** Waiting for a slow client is not work on the database. */
  pause(): void {
    if (this.#timeoutMs > 0) this.#pausedMs = this.#clock.monotonicMs();
  }

  resume(): void {
    if (this.#timeoutMs > 0) this.#dueMs += this.#clock.monotonicMs() - this.#pausedMs;
  }
}

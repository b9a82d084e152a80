import type { Timers } from "../ports/mod.ts";

/** What a node wants to be woken for. */
export interface NodeTimersEvents {
  /** The loop's turn is over: what it brought goes out together. */
  turnEnded(): void;
  /** Look after requests under way; true: there are more to look after. */
  watch(): boolean;
  tick(): void;
  checkpointDue(): void;
}

/** How often requests are looked after: clients gone, writes that wait too long. */
const watchMs = 100;

/** A node's timers. With nothing under way and nobody to lead only the one for checkpoints runs. */
export class NodeTimers {
  readonly #timers: Timers;
  readonly #events: NodeTimersEvents;
  readonly #tickMs: number;
  readonly #checkpointMs: number;
  #turnDue = false;
  #watchDue = false;
  #ticking = false;
  #tickDue = false;
  #stopped = false;

  constructor(timers: Timers, tickMs: number, checkpointMs: number, events: NodeTimersEvents) {
    this.#timers = timers;
    this.#tickMs = tickMs;
    this.#checkpointMs = checkpointMs;
    this.#events = events;
  }

  /** `turnEnded` once this turn of the loop is over. */
  endTurn(): void {
    if (this.#turnDue) return;
    this.#turnDue = true;
    this.#timers.soon(this.#turnEnded);
  }

  readonly #turnEnded = (): void => {
    this.#turnDue = false;
    if (!this.#stopped) this.#events.turnEnded();
  };

  /** `watch` every so often, until it finds nothing. */
  watch(): void {
    if (this.#watchDue) return;
    this.#watchDue = true;
    this.#timers.after(watchMs, this.#watched);
  }

  readonly #watched = (): void => {
    this.#watchDue = false;
    if (!this.#stopped && this.#events.watch()) this.watch();
  };

  /** Raft wants its ticks, or not any more. */
  setTicking(ticking: boolean): void {
    this.#ticking = ticking;
    if (!ticking || this.#tickDue) return;
    this.#tickDue = true;
    this.#timers.after(this.#tickMs, () => {
      this.#tickDue = false;
      if (!this.#ticking || this.#stopped) return;
      this.setTicking(true);
      this.#events.tick();
    });
  }

  startCheckpoints(): void {
    this.#timers.after(this.#checkpointMs, () => {
      if (this.#stopped) return;
      this.startCheckpoints();
      this.#events.checkpointDue();
    });
  }

  /** Nothing wakes anybody after. */
  stop(): void {
    this.#stopped = true;
  }
}

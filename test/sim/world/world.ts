import { setImmediate } from "node:timers";
import { Coverage } from "./coverage.ts";
import { Dice } from "./dice.ts";
import { Scheduler } from "./scheduler.ts";
import type { Thread } from "./thread.ts";
import type { Trace } from "./trace.ts";

/** A property does not hold. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly property: string;
  constructor(property: string, message: string) {
    super(message);
    this.property = property;
  }
}

/**
 * Everything that lives in one simulation: virtual time, dice, the timeline. One event at a time; after each, whatever
 * promises it settled run to their end before the next, so the seed alone decides the order.
 */
export class World {
  readonly seed: number;
  readonly trace: Trace;
  readonly coverage = new Coverage();
  readonly #scheduler = new Scheduler();
  #running: Thread | null = null;
  #failure: unknown = null;

  constructor(seed: number, trace: Trace) {
    this.seed = seed;
    this.trace = trace;
  }

  dice(name: string): Dice {
    return new Dice(this.seed, name);
  }

  /** Virtual time since the beginning. Inside a thread it includes what the thread's work has taken so far. */
  get nowMs(): number {
    return this.#running?.localMs ?? this.#scheduler.nowMs;
  }

  /** Runs outside of any thread. Returns a function that cancels it. */
  at(timeMs: number, run: () => void): () => void {
    return this.#scheduler.at(timeMs, run);
  }

  after(delayMs: number, run: () => void): () => void {
    return this.at(this.nowMs + delayMs, run);
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.after(delayMs, resolve);
    });
  }

  /** `run` is the thread's: the time that it spends passes for that thread. */
  enter(thread: Thread, run: () => void): void {
    this.#running = thread;
    run();
  }

  /** The simulation ends with this. The first one counts. */
  fail(error: unknown): void {
    this.#failure ??= error;
  }

  line(who: string, text: string): void {
    this.trace.line(this.nowMs, who, text);
  }

  detail(who: string, text: string): void {
    this.trace.detail(this.nowMs, who, text);
  }

  /** Lets time pass until `isOver`, or until the time limit: then false. Throws what a property's check has thrown. */
  async run(isOver: () => boolean, untilMs: number): Promise<boolean> {
    const rejected = (error: unknown): void => this.fail(error);
    process.on("unhandledRejection", rejected);
    try {
      while (!isOver()) {
        const run = this.#scheduler.take();
        if (run === null || this.#scheduler.nowMs > untilMs) return false;
        try {
          run();
        } catch (error) {
          this.fail(error);
        }
        await hop();
        this.#running?.left();
        this.#running = null;
        if (this.#failure !== null) throw this.#failure;
      }
      return true;
    } finally {
      process.off("unhandledRejection", rejected);
    }
  }
}

/** One turn of the real loop: every promise that can settle has settled. */
const hop = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

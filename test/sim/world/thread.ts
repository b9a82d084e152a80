import type { World } from "./world.ts";

/**
 * One thread of a simulated process. It does one thing at a time; what its work takes passes for it alone, and what
 * comes meanwhile waits in the order in which it came.
 */
export class Thread {
  readonly name: string;
  readonly #world: World;
  readonly #failed: (error: unknown) => void;
  readonly #inbox: (() => void)[] = [];
  #busyUntilMs = 0;
  #localMs = 0;
  #wakes = false;
  #isDead = false;
  #waitingMost = 0;

  /** What its work throws goes to `failed`. */
  constructor(world: World, name: string, failed: (error: unknown) => void) {
    this.#world = world;
    this.name = name;
    this.#failed = failed;
  }

  /** Time as the thread sees it, while it runs. */
  get localMs(): number {
    return this.#localMs;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  /** The most that has ever waited for it. */
  get waitingMost(): number {
    return this.#waitingMost;
  }

  /** Nothing that is meant for it happens any more. */
  end(): void {
    this.#isDead = true;
    this.#inbox.length = 0;
  }

  /** Its work takes time. */
  spend(ms: number): void {
    this.#localMs += ms;
  }

  /** It does nothing for so long. */
  pause(ms: number): void {
    this.#busyUntilMs = Math.max(this.#busyUntilMs, this.#world.nowMs) + ms;
  }

  /** Runs in the thread, as soon after `timeMs` as it is free. Returns a function that cancels it until it has come. */
  at(timeMs: number, run: () => void): () => void {
    return this.#world.at(timeMs, () => {
      if (this.#isDead) return;
      this.#inbox.push(run);
      this.#waitingMost = Math.max(this.#waitingMost, this.#inbox.length);
      if (this.#wakes) return;
      if (this.#busyUntilMs > this.#world.nowMs) this.#wakeLater();
      else this.#runNext();
    });
  }

  /** Of the world: what began has ended. */
  left(): void {
    this.#busyUntilMs = Math.max(this.#busyUntilMs, this.#localMs);
    if (this.#inbox.length > 0) this.#wakeLater();
  }

  #wakeLater(): void {
    this.#wakes = true;
    this.#world.at(this.#busyUntilMs, () => {
      this.#wakes = false;
      if (this.#busyUntilMs > this.#world.nowMs) this.#wakeLater();
      else this.#runNext();
    });
  }

  #runNext(): void {
    const run = this.#inbox.shift();
    if (run === undefined) return;
    this.#localMs = this.#world.nowMs;
    this.#world.enter(this, () => {
      try {
        run();
      } catch (error) {
        this.#failed(error);
      }
    });
  }
}

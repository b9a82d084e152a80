import { Prng } from "../../../src/core/base/mod.ts";

/** What the simulator draws from its seed. */
export class Dice {
  readonly #prng: Prng;

  /** Dice of the same seed and name roll the same, whatever dice of other names do. */
  constructor(seed: number, name: string) {
    let hash = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(`${seed} ${name}`)) hash = Math.imul(hash ^ byte, 0x01000193);
    this.#prng = new Prng(hash);
  }

  /** 0 ≤ x < 1. */
  readonly random = (): number => this.#prng.word() / 0x1_0000_0000;

  /** A natural number below `bound`. */
  below(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  /** `from` ≤ x ≤ `to`, whole. */
  within(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  chance(probability: number): boolean {
    return this.random() < probability;
  }

  pick<const T>(choices: readonly [T, ...T[]]): T {
    return choices[this.below(choices.length)] ?? choices[0];
  }

  /** A time until the next of events that come once in `meanMs` on average. */
  wait(meanMs: number): number {
    return -Math.log(1 - this.random()) * meanMs;
  }

  fill(into: Uint8Array): void {
    for (let at = 0; at < into.length; at++) into[at] = this.#prng.word() >>> 24;
  }
}

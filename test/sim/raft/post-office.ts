import type { NodeId, Prng } from "../../../src/core/base/mod.ts";
import type { Letter } from "./simulated-node.ts";

/** Per hundred letters. */
export interface PostFaults {
  readonly lost: number;
  readonly doubled: number;
  /** Taken out of their turn. */
  readonly overtaking: number;
}

/** Letters wait here until somebody delivers them: in order for each pair of nodes, unless faults say otherwise. */
export class PostOffice {
  readonly #dice: Prng;
  readonly #lettersMax: number;
  #letters: Letter[] = [];
  /** One-way cuts, as `from>to`. */
  readonly #cuts = new Set<string>();
  faults: PostFaults = { lost: 0, doubled: 0, overtaking: 0 };

  constructor(dice: Prng, lettersMax: number) {
    this.#dice = dice;
    this.#lettersMax = lettersMax;
  }

  get waiting(): number {
    return this.#letters.length;
  }

  post(letter: Letter): void {
    if (this.#letters.length < this.#lettersMax && !this.#dice.chance(this.faults.lost, 100))
      this.#letters.push(letter);
  }

  cut(from: NodeId, to: NodeId): void {
    this.#cuts.add(`${from}>${to}`);
  }

  heal(): void {
    this.#cuts.clear();
  }

  /** A letter whose way is open; null when there is none. */
  take(): Letter | null {
    while (this.#letters.length > 0) {
      const ahead = this.#dice.chance(this.faults.overtaking, 100) ? this.#dice.below(this.#letters.length) : 0;
      const [letter] = this.#letters.splice(ahead, 1);
      if (letter === undefined || this.#cuts.has(`${letter.message.from}>${letter.message.to}`)) continue;
      if (this.#dice.chance(this.faults.doubled, 100)) this.#letters.push(letter);
      return letter;
    }
    return null;
  }

  /** What was on its way from or to a node goes down with it. */
  dropFor(id: NodeId): void {
    this.#letters = this.#letters.filter(({ message }) => message.to !== id);
  }
}

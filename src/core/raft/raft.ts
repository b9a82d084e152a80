import type { RaftInput } from "./inputs.ts";
import type { RaftOptions } from "./options.ts";
import type { RaftOutput } from "./outputs.ts";

/** One node's part in the consensus: a fold over its inputs, with no clock, no dice and no I/O of its own. */
export class Raft {
  readonly #options: RaftOptions;

  constructor(options: RaftOptions) {
    this.#options = options;
  }

  /** Takes in what happened; gives what is to be done, in order. Throws only on a broken invariant. */
  step(input: RaftInput): readonly RaftOutput[] {
    void this.#options;
    void input;
    return [];
  }
}

import { assert, type LogIndex, logIndex, type Term } from "../base/mod.ts";
import type { EntryId, TermRun } from "./entry-range.ts";

/**
 * The term of every entry, in one run for each term.
 * Invariant: runs ascend strictly in index and term; the first, if any, begins right after `base`, and a run of base's
 * own term may follow it. Every run has an entry.
 */
export class TermHistory {
  #base: EntryId;
  #runs: TermRun[] = [];
  #lastIndex: LogIndex;

  constructor(base: EntryId) {
    this.#base = base;
    this.#lastIndex = base.index;
  }

  /** The entry before the first: its term is known, it itself may be gone. */
  get base(): EntryId {
    return this.#base;
  }

  get lastIndex(): LogIndex {
    return this.#lastIndex;
  }

  get lastTerm(): Term {
    return this.#runs.at(-1)?.term ?? this.#base.term;
  }

  /** Null outside of [base, last]. */
  termAt(index: LogIndex): Term | null {
    if (index < this.#base.index || index > this.#lastIndex) return null;
    return this.#runs[this.#runAt(index)]?.term ?? this.#base.term;
  }

  /** Adds `count` entries, of which `runs` gives the terms. */
  append(runs: readonly TermRun[], count: number): void {
    for (const run of runs) {
      const lastTerm = this.lastTerm;
      assert(run.term >= lastTerm && run.term > 0, `I4: term ${run.term} after ${lastTerm}`);
      const continues = this.#runs.at(-1)?.term === run.term;
      if (!continues) this.#runs.push(run);
    }
    this.#lastIndex = logIndex(this.#lastIndex + count);
  }

  /** Forgets entries from `index` on. */
  truncateFrom(index: LogIndex): void {
    assert(index > this.#base.index, `cut at ${index}, which is not after the base ${this.#base.index}`);
    while ((this.#runs.at(-1)?.first ?? 0) >= index) this.#runs.pop();
    if (index <= this.#lastIndex) this.#lastIndex = logIndex(index - 1);
  }

  /** The base moves up to `index`; entries through it are forgotten. */
  compactThrough(index: LogIndex): void {
    const term = this.termAt(index);
    assert(term !== null, `compact through ${index}, which is not in the log`);
    const at = this.#runAt(index);
    const end = this.#runs[at + 1]?.first ?? this.#lastIndex + 1;
    const kept = this.#runs.slice(at + 1);
    if (end > index + 1) kept.unshift({ first: logIndex(index + 1), term });
    this.#runs = kept;
    this.#base = { index, term };
  }

  /** The highest index up to `index` whose term is at most `term`; below base.index when there is none that is known. */
  lastWithTermAtMost(index: LogIndex, term: Term): LogIndex {
    let at = index > this.#lastIndex ? this.#lastIndex : index;
    for (let run = this.#runAt(at); run >= 0; run--) {
      const found = this.#runs[run];
      if (found === undefined || found.term <= term) return at;
      at = logIndex(found.first - 1);
    }
    if (at < this.#base.index || this.#base.term <= term) return at;
    return logIndex(this.#base.index - 1);
  }

  /** The runs of the entries in [first, first + count). */
  runsOf(first: LogIndex, count: number): readonly TermRun[] {
    const found: TermRun[] = [];
    for (let at = Math.max(0, this.#runAt(first)); ; at++) {
      const run = this.#runs[at];
      if (run === undefined || run.first >= first + count) return found;
      found.push(run.first < first ? { first, term: run.term } : run);
    }
  }

  /** Position of the run that holds `index`; -1 for the base (or less). */
  #runAt(index: LogIndex): number {
    let low = 0;
    let high = this.#runs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#runs[middle]?.first ?? 0) <= index) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

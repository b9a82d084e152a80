import { type LogIndex, logIndex, type Term } from "../base/mod.ts";
import type { IndexedConfiguration } from "./configuration.ts";

/** An entry, named. Two entries of the same index and term are the same entry, on any server (Raft §5.3). */
export interface EntryId {
  readonly index: LogIndex;
  readonly term: Term;
}

/** Entries from `first` on, up to the next run, are of this term. */
export interface TermRun {
  readonly first: LogIndex;
  readonly term: Term;
}

/**
 * Consecutive entries without their bodies: all that Raft ever knows of them. Plain data, fit for the wire.
 * 1. Entry `first + i` has `bytes[i]`; no bytes, no entries.
 * 2. Runs ascend in index and in term; the first begins at `first`; none when there are no entries.
 * 3. Configurations ascend in index and lie in the range.
 */
export interface EntryRange {
  readonly first: LogIndex;
  readonly runs: readonly TermRun[];
  /** Body size of each entry. */
  readonly bytes: readonly number[];
  /** What the membership entries among them hold. */
  readonly configurations: readonly IndexedConfiguration[];
}

/** Entries of one term with no configuration among them: what running a group gives. */
export function entriesOf(term: Term, first: LogIndex, bytes: readonly number[]): EntryRange {
  return { first, runs: bytes.length === 0 ? [] : [{ first, term }], bytes, configurations: [] };
}

/** Index of the last entry; `first - 1` when there is none. */
export const lastOf = (range: EntryRange): LogIndex => logIndex(range.first + range.bytes.length - 1);

/** What breaks the guarantees above, or null. A range from another server is checked with it before use. */
export function rangeFault(range: EntryRange): string | null {
  const { first, runs, bytes, configurations } = range;
  if (first < 1) return "entries begin at 1";
  if (bytes.some((size) => !Number.isSafeInteger(size) || size < 0)) return "a size is not a natural number";
  const last = lastOf(range);
  if ((runs.length === 0) !== (bytes.length === 0)) return "runs without entries, or entries without runs";
  let before: TermRun | null = null;
  for (const run of runs) {
    if (before === null ? run.first !== first : run.first <= before.first) return "runs are out of order";
    if (run.first > last) return "a run begins after the last entry";
    if (run.term < 1 || (before !== null && run.term <= before.term)) return "terms do not ascend";
    before = run;
  }
  let index = first - 1;
  for (const held of configurations) {
    if (held.index <= index || held.index > last) return "configurations are out of order";
    index = held.index;
  }
  return null;
}

/** The part of a range from `from` on (which lies in it, or right after it). */
export function rangeFrom(range: EntryRange, from: LogIndex): EntryRange {
  const skipped = from - range.first;
  if (skipped === 0) return range;
  const bytes = range.bytes.slice(skipped);
  const runs: TermRun[] = [];
  for (const [position, run] of range.runs.entries()) {
    const end = range.runs[position + 1]?.first ?? range.first + range.bytes.length;
    if (end > from) runs.push(run.first < from ? { first: from, term: run.term } : run);
  }
  return { first: from, runs, bytes, configurations: range.configurations.filter((held) => held.index >= from) };
}

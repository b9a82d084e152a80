import { assert, type LogIndex, logIndex, type Term } from "../base/mod.ts";
import { type Configuration, type IndexedConfiguration, noConfiguration } from "./configuration.ts";
import { ConfigurationHistory } from "./configuration-history.ts";
import { type EntryId, type EntryRange, lastOf, rangeFault } from "./entry-range.ts";
import { EntrySizes } from "./entry-sizes.ts";
import type { LogSummary } from "./inputs.ts";
import type { Snapshot } from "./messages.ts";
import { TermHistory } from "./term-history.ts";

/** What Raft knows of its own log, which lies elsewhere: terms, sizes and configurations of its entries. */
export class LogOutline {
  #terms: TermHistory;
  #sizes: EntrySizes;
  #configurations: ConfigurationHistory;

  constructor(summary: LogSummary) {
    const { base, runs, bytes, configurations } = summary;
    const before = configurations.findLast((held) => held.index <= base.index);
    this.#terms = new TermHistory(base);
    this.#terms.append(runs, bytes.length);
    this.#sizes = new EntrySizes(base.index + 1);
    this.#sizes.append(bytes);
    this.#configurations = new ConfigurationHistory(before ?? { index: logIndex(0), configuration: noConfiguration });
    this.#configurations.append(configurations.filter((held) => held.index > base.index));
  }

  get base(): EntryId {
    return this.#terms.base;
  }

  get lastIndex(): LogIndex {
    return this.#terms.lastIndex;
  }

  get nextIndex(): LogIndex {
    return logIndex(this.lastIndex + 1);
  }

  get lastTerm(): Term {
    return this.#terms.lastTerm;
  }

  get latest(): IndexedConfiguration {
    return this.#configurations.latest;
  }

  /** Whether it is true of the configuration in force at `index`, or of a later one. */
  someConfiguration(index: LogIndex, holds: (held: Configuration) => boolean): boolean {
    return this.#configurations.since(index).some((held) => holds(held.configuration));
  }

  configurationAt(index: LogIndex): IndexedConfiguration {
    return this.#configurations.at(index);
  }

  /** Null outside of [base, last]. */
  termAt(index: LogIndex): Term | null {
    return this.#terms.termAt(index);
  }

  lastWithTermAtMost(index: LogIndex, term: Term): LogIndex {
    return this.#terms.lastWithTermAtMost(index, term);
  }

  /** Adds entries right after the last. */
  append(entries: EntryRange): void {
    const fault = rangeFault(entries);
    assert(fault === null, `I14: ${fault}`);
    assert(entries.first === this.lastIndex + 1, `I14: entries at ${entries.first} after ${this.lastIndex}`);
    this.#terms.append(entries.runs, entries.bytes.length);
    this.#sizes.append(entries.bytes);
    this.#configurations.append(entries.configurations);
  }

  truncateFrom(index: LogIndex): void {
    this.#terms.truncateFrom(index);
    this.#sizes.truncateFrom(index);
    this.#configurations.truncateFrom(index);
  }

  compactThrough(index: LogIndex): void {
    this.#terms.compactThrough(index);
    this.#sizes.dropThrough(index);
    this.#configurations.dropThrough(index);
  }

  /** Nothing but the snapshot is there any more. */
  reset(snapshot: Snapshot): void {
    this.#terms = new TermHistory({ index: snapshot.index, term: snapshot.term });
    this.#sizes = new EntrySizes(snapshot.index + 1);
    this.#configurations = new ConfigurationHistory(snapshot.configuration);
  }

  /** Entries from `first` on (after base), as many as the bounds allow, at least one if there is one. */
  slice(first: LogIndex, entriesMax: number, bytesMax: number): EntryRange {
    const bytes = this.#sizes.take(first, entriesMax, bytesMax);
    const configurations: IndexedConfiguration[] = [];
    const last = logIndex(first + bytes.length - 1);
    for (let at = last; at >= first; ) {
      const held = this.#configurations.at(at);
      if (held.index < first) break;
      configurations.unshift(held);
      at = logIndex(held.index - 1);
    }
    return { first, runs: this.#terms.runsOf(first, bytes.length), bytes, configurations };
  }

  /** Bytes of the entries after `index`. */
  bytesAfter(index: LogIndex): number {
    return this.#sizes.between(index, this.lastIndex);
  }

  /** First of the entries that this log doesn't have, or null when it has them all. They begin after base. */
  firstMissing(entries: EntryRange): LogIndex | null {
    const last = lastOf(entries);
    for (const [position, run] of entries.runs.entries()) {
      const end = (entries.runs[position + 1]?.first ?? last + 1) - 1;
      // Where the terms agree at the run's end they agree within it: equal (index, term) means equal logs up to there.
      if (this.termAt(logIndex(end)) === run.term) continue;
      for (let index = run.first; index <= end; index = logIndex(index + 1)) {
        if (this.termAt(index) !== run.term) return index;
      }
    }
    return null;
  }
}

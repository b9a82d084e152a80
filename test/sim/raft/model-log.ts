import { type LogIndex, logIndex, type Term, term } from "../../../src/core/base/mod.ts";
import {
  type Configuration,
  type EntryId,
  type EntryRange,
  type IndexedConfiguration,
  type LogSummary,
  noConfiguration,
} from "../../../src/core/raft/mod.ts";

/** An entry with its body. `chain` stands for everything up to and including it: equal chains, equal logs. */
export interface ModelEntry extends EntryId {
  readonly body: string;
  readonly configuration: Configuration | null;
  readonly chain: string;
}

/** A log as a value: what is in the image, and the entries after it. */
export interface ModelLog {
  readonly base: EntryId & { readonly chain: string; readonly configuration: IndexedConfiguration };
  readonly entries: readonly ModelEntry[];
}

/** FNV-1a over the text, twice with different starts. */
function digest(text: string): string {
  let left = 0x811c9dc5;
  let right = 0x01234567;
  for (let at = 0; at < text.length; at++) {
    left = Math.imul(left ^ text.charCodeAt(at), 0x01000193);
    right = Math.imul(right ^ text.charCodeAt(at), 0x01000193) ^ (right >>> 15);
  }
  return (left >>> 0).toString(16) + (right >>> 0).toString(16);
}

export const chainAfter = (before: string, of: Term, body: string): string => digest(`${before}/${of}/${body}`);

export const emptyLog = (configuration: Configuration = noConfiguration): ModelLog => ({
  base: { index: logIndex(0), term: term(0), chain: "", configuration: { index: logIndex(0), configuration } },
  entries: [],
});

export const lastOfLog = (log: ModelLog): EntryId => log.entries.at(-1) ?? log.base;
const lastChain = (log: ModelLog): string => log.entries.at(-1)?.chain ?? log.base.chain;

/** The entry at `index`; null when it is not there (or only in the base). */
export const entryAt = (log: ModelLog, index: LogIndex): ModelEntry | null =>
  log.entries[index - log.base.index - 1] ?? null;

/** The chain through `index`; null when the log has no such entry, or has it in the image. */
export function chainAt(log: ModelLog, index: LogIndex): string | null {
  return index === log.base.index ? log.base.chain : (entryAt(log, index)?.chain ?? null);
}

export function appendTo(log: ModelLog, of: Term, body: string, configuration: Configuration | null): ModelLog {
  const index = logIndex(lastOfLog(log).index + 1);
  const entry = { index, term: of, body, configuration, chain: chainAfter(lastChain(log), of, body) };
  return { base: log.base, entries: [...log.entries, entry] };
}

/** Without the entries from `from` on. */
export const cutAt = (log: ModelLog, from: LogIndex): ModelLog => ({
  base: log.base,
  entries: log.entries.slice(0, Math.max(0, from - log.base.index - 1)),
});

export function configurationAt(log: ModelLog, index: LogIndex): IndexedConfiguration {
  let found = log.base.configuration;
  for (const entry of log.entries) {
    if (entry.index <= index && entry.configuration !== null) {
      found = { index: entry.index, configuration: entry.configuration };
    }
  }
  return found;
}

/** A checkpoint at `index`: what is before is only in the image. */
export function compactAt(log: ModelLog, index: LogIndex): ModelLog {
  const entry = entryAt(log, index);
  if (entry === null) return log;
  const configuration = configurationAt(log, index);
  return {
    base: { index, term: entry.term, chain: entry.chain, configuration },
    entries: log.entries.slice(index - log.base.index),
  };
}

/** What Raft gets to know of entries [first, …]. */
export function rangeOfEntries(first: LogIndex, entries: readonly ModelEntry[]): EntryRange {
  const runs: { first: LogIndex; term: Term }[] = [];
  const configurations: IndexedConfiguration[] = [];
  for (const entry of entries) {
    if (runs.at(-1)?.term !== entry.term) runs.push({ first: entry.index, term: entry.term });
    if (entry.configuration !== null) configurations.push({ index: entry.index, configuration: entry.configuration });
  }
  return { first, runs, bytes: entries.map((entry) => entry.body.length), configurations };
}

export function summaryOf(log: ModelLog): LogSummary {
  const { runs, bytes, configurations } = rangeOfEntries(logIndex(log.base.index + 1), log.entries);
  const { index, term: of, configuration } = log.base;
  return { base: { index, term: of }, runs, bytes, configurations: [configuration, ...configurations] };
}

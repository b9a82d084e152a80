import {
  assert,
  type LogIndex,
  logIndex,
  type NodeId,
  type Term,
  term,
  unreachable,
} from "../../../src/core/base/mod.ts";
import type {
  Configuration,
  Epoch,
  HardState,
  Message,
  RaftInput,
  RaftOutput,
  Ticket,
} from "../../../src/core/raft/mod.ts";
import {
  appendTo,
  compactAt,
  cutAt,
  emptyLog,
  entryAt,
  lastOfLog,
  type ModelEntry,
  type ModelLog,
  rangeOfEntries,
} from "./model-log.ts";

type OutputOf<T extends RaftOutput["type"]> = Extract<RaftOutput, { type: T }>;

/** What the engine is asked to do; done in order. */
export type EngineWork =
  | OutputOf<"save-hard-state" | "append-own" | "store" | "truncate" | "restore">
  | { readonly type: "run"; readonly term: Term; readonly body: string }
  | { readonly type: "compact"; readonly index: LogIndex }
  /** Runs when everything before it has been done. */
  | { readonly type: "then"; readonly run: () => void };

/** What the engine tells: an input for Raft, and messages that are free to go before it. */
export interface EngineReport {
  readonly input: RaftInput;
  readonly messages: readonly Message[];
}

/** Chains of the images that nodes may fetch, by index: the cluster's committed log. */
export type ChainOf = (index: LogIndex) => string;

interface Waiting {
  readonly epoch: Epoch;
  readonly index: LogIndex;
  readonly messages: readonly Message[];
}

/**
 * The storage thread as Raft sees it, on a disk that loses what was not synced. `work` does one thing, in memory; `sync`
 * puts the log on disk; reports come out in the order of doing, whenever the caller takes them.
 */
export class ModelEngine {
  readonly #chainOf: ChainOf;
  readonly #onEntry: (entry: ModelEntry) => void;
  #queue: EngineWork[] = [];
  #reports: EngineReport[] = [];
  #waiting: Waiting[] = [];
  #epoch = 0 as Epoch;
  #log: ModelLog;
  #durable: ModelLog;
  /** The log after each thing done since the last sync: a crash leaves any of these. */
  #unsynced: ModelLog[] = [];
  #hardState: HardState = { term: term(0), votedFor: null };

  constructor(configuration: Configuration, chainOf: ChainOf, onEntry: (entry: ModelEntry) => void) {
    this.#chainOf = chainOf;
    this.#onEntry = onEntry;
    this.#log = emptyLog(configuration);
    this.#durable = this.#log;
  }

  get log(): ModelLog {
    return this.#log;
  }

  /** What a crash at this moment surely leaves. */
  get durable(): ModelLog {
    return this.#durable;
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  get queued(): number {
    return this.#queue.length;
  }

  get reports(): number {
    return this.#reports.length;
  }

  get dirty(): boolean {
    return this.#unsynced.length > 0;
  }

  push(work: EngineWork): void {
    this.#queue.push(work);
  }

  takeReport(): EngineReport | null {
    return this.#reports.shift() ?? null;
  }

  /** Does the next thing. False: nothing to do. */
  work(): boolean {
    const work = this.#queue.shift();
    if (work === undefined) return false;
    switch (work.type) {
      case "save-hard-state":
        this.#hardState = { term: work.term, votedFor: work.votedFor };
        this.#report({ type: "hard-state-saved", ticket: work.ticket }, work.thenSend);
        break;
      case "append-own":
        assert(work.epoch === this.#epoch, "append-own names the epoch that it is for");
        this.#appendOwn(work.term, work.configuration === null ? "no-op" : "configuration", work.configuration);
        break;
      case "run":
        this.#appendOwn(work.term, work.body, null);
        break;
      case "store":
        this.#store(work);
        break;
      case "truncate":
        this.#epoch = work.epoch;
        this.#change(cutAt(this.#log, work.from));
        break;
      case "restore":
        this.#restore(work);
        break;
      case "compact":
        this.#compact(work.index);
        break;
      case "then":
        work.run();
        break;
      default:
        unreachable(work);
    }
    return true;
  }

  /** Everything done so far is on disk. */
  sync(): void {
    this.#durable = this.#log;
    this.#unsynced = [];
    const { index } = lastOfLog(this.#log);
    const messages: Message[] = [];
    for (const waiting of this.#waiting) {
      if (waiting.epoch === this.#epoch && waiting.index <= index) messages.push(...waiting.messages);
    }
    this.#waiting = [];
    this.#report({ type: "persisted", epoch: this.#epoch, index }, messages);
  }

  /** The process ends. `choose(n)` picks which of the n states the disk may be in. */
  crash(choose: (count: number) => number): void {
    const states = [this.#durable, ...this.#unsynced];
    this.#log = states[choose(states.length)] ?? this.#durable;
    this.#durable = this.#log;
    this.#unsynced = [];
    this.#queue = [];
    this.#reports = [];
    this.#waiting = [];
    this.#epoch = 0 as Epoch;
  }

  /** Somebody put in an empty disk, while the process was down. */
  wipe(): void {
    this.#log = emptyLog();
    this.#durable = this.#log;
    this.#hardState = { term: term(0), votedFor: null };
  }

  /** Bodies of the entries, or null when one of them isn't here any more. */
  bodiesOf(first: LogIndex, terms: readonly Term[]): readonly ModelEntry[] | null {
    const found: ModelEntry[] = [];
    for (const [position, of] of terms.entries()) {
      const entry = entryAt(this.#log, logIndex(first + position));
      if (entry === null || entry.term !== of) return null;
      found.push(entry);
    }
    return found;
  }

  #appendOwn(of: Term, body: string, configuration: Configuration | null): void {
    this.#change(appendTo(this.#log, of, body, configuration));
    const entry = this.#log.entries.at(-1);
    assert(entry !== undefined, "an entry was appended");
    this.#onEntry(entry);
    this.#report({ type: "appended", epoch: this.#epoch, entries: rangeOfEntries(entry.index, [entry]) }, []);
  }

  #store(work: OutputOf<"store">): void {
    let log = work.truncateFrom === null ? this.#log : cutAt(this.#log, work.truncateFrom);
    this.#epoch = work.epoch;
    assert(lastOfLog(log).index + 1 === work.entries.first, "stored entries come right after the last");
    const bodies = work.bodies as readonly ModelEntry[];
    for (const entry of bodies) {
      if (entry.index < work.entries.first) continue;
      log = appendTo(log, entry.term, entry.body, entry.configuration);
      const stored = log.entries.at(-1);
      assert(stored !== undefined && stored.index === entry.index, "bodies are in order");
      this.#onEntry(stored);
    }
    assert(lastOfLog(log).index === work.entries.first + work.entries.bytes.length - 1, "every entry has its body");
    this.#change(log);
    this.#waiting.push({ epoch: work.epoch, index: lastOfLog(log).index, messages: work.thenSend });
  }

  #restore({ snapshot, epoch, thenSend }: OutputOf<"restore">): void {
    this.#epoch = epoch;
    const { index, term: of, configuration } = snapshot;
    this.#change({ base: { index, term: of, chain: this.#chainOf(index), configuration }, entries: [] });
    this.#waiting.push({ epoch, index, messages: thenSend });
  }

  #compact(index: LogIndex): void {
    this.#change(compactAt(this.#log, index));
    this.sync();
    this.#report({ type: "compacted", index }, []);
  }

  #change(log: ModelLog): void {
    this.#log = log;
    this.#unsynced.push(log);
  }

  #report(input: RaftInput, messages: readonly Message[]): void {
    this.#reports.push({ input, messages });
  }
}

/** Names of the nodes of a test: n1, n2, … */
export const nameOf = (number: number): NodeId => `n${number}` as NodeId;
export type { Ticket };

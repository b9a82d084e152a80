import { assert, type LogIndex, logIndex, type NodeId, nodeId, type Term, term } from "../../../src/core/base/mod.ts";
import {
  type AppendEntries,
  configuration,
  defaultRaftOptions,
  type EntryRange,
  type Epoch,
  entriesOf,
  type IndexedConfiguration,
  type Message,
  Raft,
  type RaftInput,
  type RaftOptions,
  type RaftOutput,
} from "../../../src/core/raft/mod.ts";

/** The server under test. */
export const s1 = nodeId("s1");
export const s2 = nodeId("s2");
export const s3 = nodeId("s3");
export const s4 = nodeId("s4");
export const s5 = nodeId("s5");

export type OutputOf<T extends RaftOutput["type"]> = Extract<RaftOutput, { type: T }>;
export type MessageOf<T extends Message["type"]> = Extract<Message, { type: T }>;
type Content<M> = M extends Message ? Omit<M, "from" | "to" | "term"> : never;

/** What a server is found with. */
export interface Found {
  readonly voters?: readonly NodeId[];
  readonly nonVoters?: readonly NodeId[];
  readonly term?: number;
  readonly votedFor?: NodeId | null;
  /** Term of each entry from 1 on. */
  readonly log?: readonly number[];
  readonly commit?: number;
  readonly options?: Partial<RaftOptions>;
  readonly entropy?: number;
}

export function rangeOfTerms(first: number, terms: readonly number[]): EntryRange {
  const runs: { first: LogIndex; term: Term }[] = [];
  for (const [position, of] of terms.entries()) {
    if (runs.at(-1)?.term !== of) runs.push({ first: logIndex(first + position), term: term(of) });
  }
  return { first: logIndex(first), runs, bytes: terms.map(() => 10), configurations: [] };
}

/** One server, its engine at hand, and nobody else but the test. */
export class OneServer {
  readonly raft: Raft;
  /** Everything that came out so far, or since `forget`. */
  outputs: RaftOutput[] = [];
  #nextTicket = 1;
  #epoch = 0 as Epoch;
  #last: number;

  constructor(found: Found = {}) {
    const voters = (found.voters ?? [s1, s2, s3]).map((id) => ({ id, address: "", voter: true }));
    const others = (found.nonVoters ?? []).map((id) => ({ id, address: "", voter: false }));
    const built = configuration([...voters, ...others]);
    assert(built.ok, "a configuration");
    const first: IndexedConfiguration = { index: logIndex(0), configuration: built.value };
    const { runs, bytes } = rangeOfTerms(1, found.log ?? []);
    this.#last = bytes.length;
    this.raft = new Raft({ ...defaultRaftOptions, ...quickOptions, ...found.options, id: s1 });
    this.step({
      type: "start",
      hardState: { term: term(found.term ?? Math.max(0, ...(found.log ?? []))), votedFor: found.votedFor ?? null },
      log: { base: { index: logIndex(0), term: term(0) }, runs, bytes, configurations: [first] },
      commitIndex: logIndex(found.commit ?? 0),
      entropy: found.entropy ?? 7,
    });
  }

  step(input: RaftInput): readonly RaftOutput[] {
    const outputs = this.raft.step(input);
    for (const output of outputs) {
      if (output.type === "store" || output.type === "truncate" || output.type === "restore")
        this.#epoch = output.epoch;
      if (output.type === "store") this.#last = output.entries.first + output.entries.bytes.length - 1;
      if (output.type === "truncate") this.#last = output.from - 1;
    }
    this.outputs.push(...outputs);
    return outputs;
  }

  forget(): this {
    this.outputs = [];
    return this;
  }

  all<T extends RaftOutput["type"]>(type: T): readonly OutputOf<T>[] {
    return this.outputs.filter((output): output is OutputOf<T> => output.type === type);
  }

  /** Messages of a type that were free to go. */
  sent<T extends Message["type"]>(type: T): readonly MessageOf<T>[] {
    const messages = this.all("send").map((output) => output.message);
    return messages.filter((message): message is MessageOf<T> => message.type === type);
  }

  tick(count: number): this {
    for (let at = 0; at < count; at++) this.step({ type: "tick" });
    return this;
  }

  /** Ticks until it stops waiting for a leader; how many it took. */
  timeOut(): number {
    for (let ticks = 1; ticks < 1000; ticks++) {
      this.tick(1);
      if (this.raft.role !== "follower") return ticks;
    }
    return 1000;
  }

  receive(from: NodeId, of: number, content: Content<Message>): this {
    this.step({ type: "receive", message: { ...content, from, to: s1, term: term(of) }, bodies: null });
    return this;
  }

  /** An AppendEntries of `from`, leader of `of`, with entries of these terms after `prev`. */
  append(from: NodeId, of: number, prev: readonly [number, number], terms: readonly number[], commit = 0): this {
    const message: Content<AppendEntries> = {
      type: "append-entries",
      prevLogIndex: logIndex(prev[0]),
      prevLogTerm: term(prev[1]),
      entries: rangeOfTerms(prev[0] + 1, terms),
      leaderCommit: logIndex(commit),
      round: 0,
    };
    return this.receive(from, of, message);
  }

  /** The hard state is on disk. What waited for it counts as sent. */
  save(): this {
    const saves = this.all("save-hard-state").filter((save) => save.ticket >= this.#nextTicket);
    for (const save of saves) {
      this.#nextTicket = save.ticket + 1;
      for (const message of save.thenSend) this.outputs.push({ type: "send", message });
      this.step({ type: "hard-state-saved", ticket: save.ticket });
    }
    return this;
  }

  /** The engine appends what it was asked for, or a group, of this many bytes. */
  appendOwn(bytes = 0): this {
    this.#last++;
    const entries = entriesOf(this.raft.currentTerm, logIndex(this.#last), [bytes]);
    this.step({ type: "appended", epoch: this.#epoch, entries });
    return this;
  }

  /** The engine appends the configuration that it was asked for. */
  appendConfiguration(): this {
    const asked = this.all("append-own").findLast((own) => own.configuration !== null);
    assert(asked?.configuration != null, "a configuration was asked for");
    this.#last++;
    const index = logIndex(this.#last);
    const own = entriesOf(asked.term, index, [0]);
    const entries = { ...own, configurations: [{ index, configuration: asked.configuration }] };
    this.step({ type: "appended", epoch: this.#epoch, entries });
    return this;
  }

  /** The log is on disk. Answers that waited for it count as sent. */
  persist(): this {
    for (const store of this.all("store")) {
      for (const message of store.thenSend) this.outputs.push({ type: "send", message });
    }
    this.step({ type: "persisted", epoch: this.#epoch, index: logIndex(this.#last) });
    return this;
  }

  /** `from` has everything through `index` on disk. */
  match(from: NodeId, index: number, round = 0): this {
    return this.receive(from, this.raft.currentTerm, {
      type: "append-entries-response",
      success: true,
      prevLogIndex: logIndex(index),
      matchIndex: logIndex(index),
      hintIndex: logIndex(index),
      hintTerm: term(0),
      round,
    });
  }

  grant(from: NodeId): this {
    return this.receive(from, this.raft.currentTerm, { type: "request-vote-response", voteGranted: true });
  }

  preGrant(from: NodeId): this {
    const proposedTerm = term(this.raft.currentTerm + 1);
    return this.receive(from, this.raft.currentTerm, { type: "pre-vote-response", proposedTerm, voteGranted: true });
  }

  /** Through a whole election, its no-op appended, not on disk. */
  lead(voters: readonly NodeId[] = [s2, s3]): this {
    if (this.raft.role === "follower") this.timeOut();
    for (const voter of voters) if (this.raft.role === "pre-candidate") this.preGrant(voter);
    this.save();
    for (const voter of voters) if (this.raft.role === "candidate") this.grant(voter);
    assert(this.raft.role === "leader", "elected");
    return this.appendOwn();
  }

  /** A leader whose no-op is committed. */
  begin(followers: readonly NodeId[] = [s2, s3]): this {
    this.lead(followers).persist();
    for (const follower of followers) this.match(follower, this.#last);
    return this.forget();
  }
}

/** Short times. */
const quickOptions: Partial<RaftOptions> = {
  electionTimeoutTicks: 10,
  candidateTimeoutTicks: 10,
  leaderLeaseTicks: 10,
  heartbeatTicks: 2,
  transferTicks: 10,
};

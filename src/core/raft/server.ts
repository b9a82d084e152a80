import { assert, type LogIndex, logIndex, type NodeId, Prng, type RequestId, type Term } from "../base/mod.ts";
import { type Configuration, isVoter, votersOf } from "./configuration.ts";
import type { Epoch, HardState, LogSummary, Ticket } from "./inputs.ts";
import { LogOutline } from "./log-outline.ts";
import type { Message, Snapshot } from "./messages.ts";
import type { RaftOptions } from "./options.ts";
import { Outbox } from "./outbox.ts";
import type { Refusal } from "./outputs.ts";
import type { Role } from "./role.ts";

/** A message that still lacks what every message has. */
type Unaddressed<M> = M extends Message ? Omit<M, "from" | "to" | "term"> : never;

/** The state of Figure 2, and the few steps on it that every role takes. The rules are in the files of messages and roles. */
export class Server {
  readonly options: RaftOptions;
  readonly id: NodeId;
  readonly log: LogOutline;
  readonly outbox = new Outbox();
  role: Role = { name: "follower" };
  /** The leader of currentTerm, if known. */
  leader: NodeId | null = null;
  /** Committed through here. Never falls (I12). */
  #commitIndex: LogIndex;
  /** This node's disk holds its log through here. */
  durableIndex: LogIndex;
  /** The image that the host is getting. */
  fetching: Snapshot | null = null;
  /** A bootstrap whose entry isn't on disk yet. */
  bootstrapping: RequestId | null = null;
  nowTick = 0;
  /** When `leader` was last heard from. */
  leaderContactTick = 0;
  electionDeadlineTick = 0;
  #currentTerm: Term;
  #votedFor: NodeId | null;
  #epoch = 0 as Epoch;
  #ticket = 0 as Ticket;
  #savedTicket = 0 as Ticket;
  #unsaved = false;
  #votersFrom: Configuration | null = null;
  #voters: readonly NodeId[] = [];
  readonly #dice: Prng;

  constructor(options: RaftOptions, hardState: HardState, log: LogSummary, commitIndex: LogIndex, entropy: number) {
    this.options = options;
    this.id = options.id;
    this.#currentTerm = hardState.term;
    this.#votedFor = hardState.votedFor;
    this.log = new LogOutline(log);
    this.durableIndex = this.log.lastIndex;
    this.#commitIndex = commitIndex;
    this.#dice = new Prng(entropy);
    this.resetElectionTimer(options.electionTimeoutTicks);
  }

  get currentTerm(): Term {
    return this.#currentTerm;
  }

  get votedFor(): NodeId | null {
    return this.#votedFor;
  }

  get commitIndex(): LogIndex {
    return this.#commitIndex;
  }

  get epoch(): Epoch {
    return this.#epoch;
  }

  /** The ticket of the newest change of the hard state. */
  get ticket(): Ticket {
    return this.#ticket;
  }

  /** currentTerm and votedFor are on disk as they are. */
  get saved(): boolean {
    return this.#savedTicket === this.#ticket;
  }

  /** The newest in the log is in force, committed or not (thesis §4.1). */
  get configuration(): Configuration {
    return this.log.latest.configuration;
  }

  /** Of the configuration in force; asked for in every step, so kept until it changes. */
  get voters(): readonly NodeId[] {
    const { configuration } = this;
    if (configuration !== this.#votersFrom) {
      this.#votersFrom = configuration;
      this.#voters = votersOf(configuration);
    }
    return this.#voters;
  }

  /**
   * Whether it may stand for election: as a voter; also when only entries that may not be committed take its vote away,
   * since it may have the only log that can win (thesis §4.2.2). Then its own vote doesn't count.
   */
  get mayLead(): boolean {
    return this.log.someConfiguration(this.#commitIndex, (held) => isVoter(held, this.id));
  }

  /** Its own no-op is committed: so is everything before, and its commit index is the cluster's (thesis §6.4, §4.1). */
  get termBegun(): boolean {
    return this.role.name === "leader" && this.log.termAt(this.#commitIndex) === this.#currentTerm;
  }

  /** A majority has to vote again before anybody else leads: heard from the leader within the shortest election timeout. */
  get leaderIsFresh(): boolean {
    if (this.role.name === "leader") return true;
    return this.leader !== null && this.nowTick - this.leaderContactTick < this.options.electionTimeoutTicks;
  }

  /** Figure 2's persistent state changes; what this step sends waits until it is saved. */
  setHardState(term: Term, votedFor: NodeId | null): void {
    assert(term >= this.#currentTerm, `I1: term falls from ${this.#currentTerm} to ${term}`);
    assert(
      term > this.#currentTerm || this.#votedFor === null || this.#votedFor === votedFor,
      `I1: second vote in term ${term}`,
    );
    this.#currentTerm = term;
    this.#votedFor = votedFor;
    if (this.#unsaved) return;
    this.#unsaved = true;
    this.#ticket = (this.#ticket + 1) as Ticket;
  }

  /** True once, in the step in which the hard state changed. */
  takeUnsaved(): boolean {
    const unsaved = this.#unsaved;
    this.#unsaved = false;
    return unsaved;
  }

  hardStateSaved(ticket: Ticket): void {
    assert(ticket > this.#savedTicket && ticket <= this.#ticket, `ticket ${ticket} saved, of ${this.#ticket}`);
    this.#savedTicket = ticket;
    this.outbox.saved(ticket);
  }

  commitTo(index: LogIndex): void {
    if (index <= this.#commitIndex) return;
    assert(index <= this.log.lastIndex, `I2: commit ${index} beyond the log's end ${this.log.lastIndex}`);
    this.#commitIndex = index;
    this.outbox.push({ type: "commit", index });
  }

  /** The log ends before `from`; the engine is told by the caller's output, in the new epoch. */
  cut(from: LogIndex): Epoch {
    assert(from > this.#commitIndex, `I5: cut at ${from}, committed ${this.#commitIndex}`);
    this.log.truncateFrom(from);
    if (this.durableIndex >= from) this.durableIndex = logIndex(from - 1);
    return this.#nextEpoch();
  }

  /** The log is nothing but the snapshot now. */
  restore(snapshot: Snapshot): Epoch {
    assert(snapshot.index > this.#commitIndex, `I12: snapshot ${snapshot.index}, committed ${this.#commitIndex}`);
    this.log.reset(snapshot);
    this.#commitIndex = snapshot.index;
    this.durableIndex = logIndex(0);
    return this.#nextEpoch();
  }

  /** Waits from one to two times `baseTicks` from now on (Raft §5.2: randomised, so that votes are rarely split). */
  resetElectionTimer(baseTicks: number): void {
    this.electionDeadlineTick = this.nowTick + baseTicks + this.#dice.below(baseTicks);
  }

  /** The leader of currentTerm spoke. */
  heardLeader(leader: NodeId): void {
    assert(this.role.name === "follower", `I11: ${this.role.name} heard ${leader} in its own term`);
    assert(this.leader === null || this.leader === leader, `I11: ${this.leader} and ${leader} lead one term`);
    this.leader = leader;
    this.leaderContactTick = this.nowTick;
    this.resetElectionTimer(this.options.electionTimeoutTicks);
  }

  /** Adds what every message has. */
  message(to: NodeId, content: Unaddressed<Message>): Message {
    return { ...content, from: this.id, to, term: this.#currentTerm };
  }

  /** Sends once the hard state, as it is at the end of this step, is on disk. */
  send(to: NodeId, content: Unaddressed<Message>): void {
    this.outbox.send(this.message(to, content));
  }

  refuse(request: RequestId, reason: Refusal): void {
    this.outbox.push({ type: "refused", request, reason });
  }

  #nextEpoch(): Epoch {
    this.#epoch = (this.#epoch + 1) as Epoch;
    return this.#epoch;
  }
}

import { assert, type LogIndex, logIndex, type NodeId, type RequestId, type Term, term } from "../base/mod.ts";
import {
  type Admission,
  type Configuration,
  type Epoch,
  entriesOf,
  isLoneVoter,
  isVoter,
  Raft,
  type RaftInput,
  type RaftOptions,
  type RaftOutput,
  type RoleName,
  type Ticket,
} from "../raft/mod.ts";
import { type CheckpointLimits, Checkpoints } from "./checkpoints.ts";
import { Flights, noIndex } from "./flights.ts";
import type { NodeEffect, RefusalReason } from "./node-effect.ts";
import type { Executed, NodeEvent, ReadEvent, Recovered, WriteEvent } from "./node-event.ts";
import { type WriteLimits, WriteQueue } from "./write-queue.ts";

export interface NodeOptions {
  readonly raft: RaftOptions;
  /** Who is in the cluster as far as this node knows without its log. */
  readonly configuration: Configuration;
  readonly writes: WriteLimits & {
    /** Groups that the engine may have at once: while one syncs, the next must already be there. */
    readonly groupsInFlightMax: number;
  };
  readonly checkpoints: CheckpointLimits;
}

const nothing: readonly NodeEffect[] = [];

/**
 * One node of a cluster as a pure machine: what happened goes in, what is to be done comes out. It knows requests by
 * their IDs; bodies, results and pages stay with whoever drives it. Group commit, the levels of reads, checkpoints and
 * what becomes of everything when leadership goes are decided here.
 */
export class ClusterNode {
  readonly #options: NodeOptions;
  readonly #raft: Raft;
  readonly #queue: WriteQueue;
  readonly #checkpoints: Checkpoints;
  #effects: NodeEffect[] = [];

  #opened = false;
  #configuration: Configuration;
  #role: RoleName = "follower";
  #currentTerm = term(0);
  #admission: Admission = "closed";
  #epoch = 0 as Epoch;
  #lastIndex = logIndex(0);
  #commitIndex = logIndex(0);

  readonly #flights = new Flights();
  /** Entries that changed the database and are not committed yet, ascending. */
  #pagesAhead: LogIndex[] = [];
  /** Images that wait for the writer. */
  #installs: RequestId[] = [];
  /** Strong reads that wait for the next no-op. */
  #strongReads: RequestId[] = [];
  #stopping: "no" | "draining" | "last-checkpoint" | "closed" = "no";

  constructor(options: NodeOptions) {
    this.#options = options;
    this.#raft = new Raft(options.raft);
    this.#queue = new WriteQueue(options.writes);
    this.#checkpoints = new Checkpoints(options.checkpoints);
    this.#configuration = options.configuration;
  }

  /** Takes in one event; gives what is to be done, in order. Throws only on a broken invariant. */
  handle(event: NodeEvent): readonly NodeEffect[] {
    this.#handle(event);
    if (this.#stopping !== "no") this.#goOnStopping();
    if (this.#effects.length === 0) return nothing;
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  get commitIndex(): LogIndex {
    return this.#commitIndex;
  }

  get lastIndex(): LogIndex {
    return this.#lastIndex;
  }

  get checkpointIndex(): LogIndex {
    return this.#checkpoints.index;
  }

  /** Bytes of log behind the newest checkpoint. */
  get logBytes(): number {
    return this.#checkpoints.logBytes;
  }

  /** Whether anything waits for time to pass. */
  get isBusy(): boolean {
    return this.#queue.length > 0;
  }

  /** One line for logs and failed tests. */
  describe(): string {
    const { length, bodyBytes } = this.#queue;
    return (
      `${this.#role} term ${this.#currentTerm} log ${this.#lastIndex} commit ${this.#commitIndex} ` +
      `checkpoint ${this.#checkpoints.index} queue ${length} (${bodyBytes} B) in flight ${this.#flights.length}`
    );
  }

  #handle(event: NodeEvent): void {
    const effects = this.#effects;
    switch (event.type) {
      case "write":
        this.#write(event);
        return;
      case "read":
        this.#read(event);
        return;
      case "turn-ended":
        this.#pump();
        return;
      case "executed":
        this.#executed(event);
        return;
      case "recovered":
        this.#recovered(event);
        return;
      case "hard-state-saved":
        this.#step({ type: "hard-state-saved", ticket: event.ticket as Ticket });
        return;
      case "install":
        this.#install(event.request);
        return;
      case "install-refused":
        this.#flights.refused(event.ticket, event.reason, effects);
        this.#pump();
        return;
      case "gone":
        this.#gone(event.request);
        return;
      case "tick":
        this.#step({ type: "tick" });
        return;
      case "time-passed":
        this.#queue.expire(event.nowMs, effects);
        return;
      case "transfer":
        this.#step({ type: "transfer", request: event.request, target: event.target });
        return;
      case "remove":
        this.#step({ type: "change", request: event.request, change: { type: "remove", id: event.id } });
        return;
      case "stop":
        if (this.#stopping === "no") this.#stopping = "draining";
        return;
      case "checkpoint-noted":
        this.#checkpoints.handle(event, effects);
        this.#step({ type: "compacted", index: event.index });
        return;
      default:
        this.#checkpoints.handle(event, effects);
    }
  }

  #recovered(event: Recovered): void {
    assert(!this.#opened, "a log is recovered once");
    this.#opened = true;
    this.#lastIndex = event.lastIndex;
    const { hardState, log, entropy, checkpointIndex, commitIndex, pagesIndex } = event;
    this.#commitIndex = commitIndex;
    if (pagesIndex > commitIndex) this.#pagesAhead.push(pagesIndex);
    this.#checkpoints.recovered(checkpointIndex, commitIndex, event.logBytes);
    this.#step({ type: "start", hardState, log, commitIndex, entropy });
  }

  // Writes

  #write(event: WriteEvent): void {
    const reason = this.#writeRefusal();
    if (reason !== null) this.#refuse(event.request, reason);
    else if (!this.#queue.add(event)) this.#refuse(event.request, "full");
  }

  #install(request: RequestId): void {
    const reason = this.#writeRefusal();
    if (reason !== null) {
      this.#refuse(request, reason);
      return;
    }
    this.#installs.push(request);
    this.#pump();
  }

  #writeRefusal(): RefusalReason | null {
    if (this.#stopping !== "no") return "stopping";
    return this.#role === "leader" ? null : "no-leader";
  }

  /** Gives the writer what it can take. */
  #pump(): void {
    if (this.#role !== "leader" || this.#admission !== "open") return;
    const term = this.#currentTerm;
    while (this.#flights.groupsRunning < this.#options.writes.groupsInFlightMax) {
      const request = this.#installs.shift();
      if (request !== undefined) {
        const ticket = this.#flights.launch("install", [request]);
        this.#effects.push({ type: "install", ticket, term, request });
      } else if (this.#queue.length > 0) {
        const requests = this.#queue.takeGroup();
        const ticket = this.#flights.launch("group", requests);
        this.#effects.push({ type: "run-group", ticket, term, requests });
      } else break;
    }
    if (this.#strongReads.length === 0 || this.#flights.hasStrongNoop) return;
    this.#flights.launch("noop", this.#strongReads);
    this.#strongReads = [];
    this.#effects.push({ type: "append-noop", term });
  }

  #executed({ ticket, term, lastIndex, pagesIndex, logBytes }: Executed): void {
    this.#flights.executed(ticket, lastIndex);
    assert(lastIndex >= this.#lastIndex, "the log only grows");
    const count = lastIndex - this.#lastIndex;
    const first = logIndex(this.#lastIndex + 1);
    this.#lastIndex = lastIndex;
    if (pagesIndex !== null) this.#pagesAhead.push(pagesIndex);
    if (count > 0) {
      const entries = entriesOf(term, first, new Array(count).fill(Math.round(logBytes / count)));
      this.#step({ type: "appended", epoch: this.#epoch, entries });
      this.#step({ type: "persisted", epoch: this.#epoch, index: lastIndex });
    }
    this.#flights.release(this.#commitIndex, this.#effects);
    this.#checkpoints.logged(logBytes, this.#effects);
    this.#pump();
  }

  // Reads

  #read({ request, level, freshnessMs }: ReadEvent): void {
    const leads = this.#role === "leader";
    const local = level === "none" || (level === "auto" && !isVoter(this.#configuration, this.#options.raft.id));
    if (this.#stopping !== "no") this.#refuse(request, "stopping");
    else if (local) this.#readHere(request, leads ? 0 : freshnessMs);
    else if (!leads) this.#refuse(request, "no-leader");
    else if (level === "linearizable") this.#step({ type: "read", request });
    // An entry that is appended after the read came and is committed proves that nobody else led in between.
    else if (level === "strong") this.#strongReads.push(request);
    else this.#runRead(request);
  }

  /** Without a leader's word nobody knows how old this node's data is. */
  #readHere(request: RequestId, freshnessMs: number): void {
    if (freshnessMs !== 0) this.#refuse(request, "stale");
    else this.#runRead(request);
  }

  #runRead(request: RequestId): void {
    this.#effects.push({ type: "run-read", request, strongIndex: noIndex });
  }

  // Leadership

  #step(input: RaftInput): void {
    for (const output of this.#raft.step(input)) this.#obey(output);
  }

  #obey(output: RaftOutput): void {
    switch (output.type) {
      case "commit":
        this.#commit(output.index);
        return;
      case "readable":
        assert(output.index <= this.#commitIndex, "a node reads what it has committed");
        this.#runRead(output.request);
        return;
      case "refused":
        this.#effects.push({ type: "decline", request: output.request, reason: output.reason });
        return;
      case "save-hard-state":
        assert(output.thenSend.length === 0, "a node by itself has nobody to tell of its vote");
        this.#effects.push({
          type: "save-hard-state",
          ticket: output.ticket,
          term: output.term,
          votedFor: output.votedFor,
        });
        return;
      case "append-own":
        assert(output.configuration === null, "a node by itself stays by itself");
        this.#epoch = output.epoch;
        this.#flights.launch("noop", []);
        this.#effects.push({ type: "append-noop", term: output.term });
        return;
      case "became":
        this.#became(output.role, output.term, output.leader);
        return;
      case "admit":
        this.#admission = output.writes;
        this.#pump();
        return;
      case "configured":
        this.#configuration = output.latest.configuration;
        this.#effects.push({ type: "tell-configuration", latest: output.latest });
        return;
      case "completed":
        this.#effects.push({ type: "completed", request: output.request });
        return;
      case "undecided":
        this.#effects.push({ type: "decline", request: output.request, reason: "undecided" });
        return;
      case "send":
      case "store":
      case "truncate":
      case "fetch-snapshot":
      case "restore":
      case "discard-snapshot":
        assert(false, `a node by itself is never asked to ${output.type}`);
        return;
    }
  }

  #commit(index: LogIndex): void {
    assert(index > this.#commitIndex && index <= this.#lastIndex, "what is committed is in the log, once");
    this.#commitIndex = index;
    let pagesIndex = logIndex(0);
    while ((this.#pagesAhead[0] ?? Number.POSITIVE_INFINITY) <= index)
      pagesIndex = this.#pagesAhead.shift() ?? pagesIndex;
    this.#effects.push({ type: "commit", through: index });
    this.#checkpoints.committed(index, pagesIndex);
  }

  #became(role: RoleName, currentTerm: Term, leader: NodeId | null): void {
    const led = this.#role === "leader";
    this.#role = role;
    this.#currentTerm = currentTerm;
    const ticking = !(role === "leader" && isLoneVoter(this.#configuration, this.#options.raft.id));
    this.#effects.push({ type: "tell-role", role, term: currentTerm, leader, ticking });
    if (led && role !== "leader") this.#lostLeadership();
  }

  /** What waits never happened; what the engine has may be in somebody's log and happen yet. */
  #lostLeadership(): void {
    for (const request of [...this.#queue.takeAll(), ...this.#installs, ...this.#strongReads])
      this.#refuse(request, "no-leader");
    this.#installs = [];
    this.#strongReads = [];
    this.#flights.lose("leadership lost while committing log", this.#effects);
  }

  // Ends

  #gone(request: RequestId): void {
    const waits =
      this.#queue.remove(request) ||
      this.#checkpoints.forget(request) ||
      takeOut(this.#installs, request) ||
      takeOut(this.#strongReads, request);
    if (waits) this.#refuse(request, "gone");
  }

  #goOnStopping(): void {
    const quiet =
      this.#queue.length + this.#installs.length + this.#flights.length + this.#strongReads.length === 0 &&
      !this.#checkpoints.running;
    if (!quiet || this.#stopping === "closed") return;
    if (this.#stopping === "draining") {
      this.#stopping = "last-checkpoint";
      this.#checkpoints.start(this.#effects);
      if (this.#checkpoints.running) return;
    }
    this.#stopping = "closed";
    this.#effects.push({ type: "close" });
  }

  #refuse(request: RequestId, reason: RefusalReason): void {
    this.#effects.push({ type: "refuse", request, reason });
  }
}

function takeOut(requests: RequestId[], request: RequestId): boolean {
  const place = requests.indexOf(request);
  if (place >= 0) requests.splice(place, 1);
  return place >= 0;
}

import { type LogIndex, logIndex, type NodeId, type RequestId, type Term } from "../../../src/core/base/mod.ts";
import {
  type Admission,
  type Configuration,
  type ConfigurationChange,
  type Message,
  Raft,
  type RaftInput,
  type RaftOptions,
  type RaftOutput,
  type Snapshot,
} from "../../../src/core/raft/mod.ts";
import { type ChainOf, ModelEngine } from "./model-engine.ts";
import { type ModelEntry, summaryOf } from "./model-log.ts";

/** A message on its way, with the bodies of its entries. */
export interface Letter {
  readonly message: Message;
  readonly bodies: readonly ModelEntry[];
}

/** Where a node's deeds are seen: the network, the checker, the trace. */
export interface NodeWorld {
  readonly chainOf: ChainOf;
  post(letter: Letter): void;
  /** Called for each output, before it is carried out. */
  output(node: SimulatedNode, output: RaftOutput): void;
  /** The engine of `node` wrote this entry. */
  entry(node: SimulatedNode, entry: ModelEntry): void;
  /** The engine has done all that came before `node` learned that `index` is committed. */
  committed(node: SimulatedNode, index: LogIndex, wasLeader: boolean): void;
}

const isFromLeader = (input: RaftInput): boolean =>
  input.type === "receive" && (input.message.type === "append-entries" || input.message.type === "install-snapshot");

/** One server: Raft, and around it exactly what Raft asks of a host, over a model of the engine. */
export class SimulatedNode {
  readonly id: NodeId;
  readonly engine: ModelEngine;
  readonly #options: RaftOptions;
  readonly #world: NodeWorld;
  /** Null while the process is down. */
  #raft: Raft | null = null;
  #admission: Admission = "closed";
  #fetching: { readonly from: NodeId; readonly snapshot: Snapshot } | null = null;

  constructor(options: RaftOptions, configuration: Configuration, world: NodeWorld) {
    this.id = options.id;
    this.#options = options;
    this.#world = world;
    this.engine = new ModelEngine(configuration, world.chainOf, (entry) => world.entry(this, entry));
  }

  get raft(): Raft | null {
    return this.#raft;
  }

  get admission(): Admission {
    return this.#admission;
  }

  get fetching(): Snapshot | null {
    return this.#fetching?.snapshot ?? null;
  }

  start(entropy: number): void {
    this.#raft = new Raft(this.#options);
    const { log, hardState } = this.engine;
    this.step({ type: "start", hardState, log: summaryOf(log), commitIndex: log.base.index, entropy });
  }

  crash(choose: (count: number) => number): void {
    this.#raft = null;
    this.#admission = "closed";
    this.#fetching = null;
    this.engine.crash(choose);
  }

  step(input: RaftInput): void {
    const raft = this.#raft;
    if (raft === null) return;
    const wasLeader = input.type !== "start" && raft.role === "leader";
    for (const output of raft.step(input)) {
      this.#world.output(this, output);
      this.#carryOut(output, wasLeader && !isFromLeader(input));
    }
  }

  /** Brings the engine's next report to Raft. False: there is none. */
  report(): boolean {
    const report = this.engine.takeReport();
    if (report === null) return false;
    for (const message of report.messages) this.#send(message);
    this.step(report.input);
    return true;
  }

  receive({ message, bodies }: Letter): void {
    this.step({ type: "receive", message, bodies });
  }

  /** Runs a group, if this node may. */
  write(body: string): boolean {
    const raft = this.#raft;
    if (raft === null || this.#admission !== "open") return false;
    this.engine.push({ type: "run", term: raft.currentTerm, body });
    return true;
  }

  read(request: RequestId): void {
    this.step({ type: "read", request });
  }

  transfer(request: RequestId, target: NodeId | null): void {
    this.step({ type: "transfer", request, target });
  }

  change(request: RequestId, change: ConfigurationChange): void {
    this.step({ type: "change", request, change });
  }

  /** Checkpoints through `index` at most, and lets the log before go. */
  compact(index: LogIndex): void {
    const status = this.#raft?.status;
    if (status === undefined) return;
    const through = Math.min(index, status.commitIndex, status.durableIndex);
    if (through > status.base.index) this.engine.push({ type: "compact", index: logIndex(through) });
  }

  /** The image that is being fetched arrives, or is given up. */
  finishFetch(arrived: boolean): void {
    const fetch = this.#fetching;
    if (fetch === null) return;
    this.#fetching = null;
    this.step({ type: arrived ? "snapshot-fetched" : "snapshot-missed", snapshot: fetch.snapshot });
  }

  #carryOut(output: RaftOutput, asLeader: boolean): void {
    switch (output.type) {
      case "save-hard-state":
      case "append-own":
      case "store":
      case "truncate":
      case "restore":
        this.engine.push(output);
        break;
      case "send":
        this.#send(output.message);
        break;
      case "commit": {
        const { index } = output;
        // A leader's engine has what it commits; a follower's may still have to write it.
        if (asLeader) this.#world.committed(this, index, true);
        else this.engine.push({ type: "then", run: () => this.#world.committed(this, index, false) });
        break;
      }
      case "admit":
        this.#admission = output.writes;
        break;
      case "fetch-snapshot":
        this.#fetching = { from: output.from, snapshot: output.snapshot };
        break;
    }
  }

  #send(message: Message): void {
    if (message.type !== "append-entries") {
      this.#world.post({ message, bodies: [] });
      return;
    }
    const { first, runs, bytes } = message.entries;
    const terms: Term[] = [];
    for (let at = 0; at < bytes.length; at++) {
      const run = runs.findLast((candidate) => candidate.first <= first + at);
      if (run !== undefined) terms.push(run.term);
    }
    const bodies = this.engine.bodiesOf(first, terms);
    if (bodies !== null) this.#world.post({ message, bodies });
  }
}

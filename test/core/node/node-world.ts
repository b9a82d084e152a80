/** A node with a pretended engine, keeper and readers, which do what they were told one step at a time. */
import { logIndex, nodeId, type RequestId, requestId, term } from "../../../src/core/base/mod.ts";
import { ClusterNode, type NodeEffect, type NodeEvent, type ReadLevel } from "../../../src/core/node/mod.ts";
import { type Configuration, configuration, defaultRaftOptions } from "../../../src/core/raft/mod.ts";

export const self = nodeId("n1");

function configurationOf(ids: readonly string[]): Configuration {
  const made = configuration(ids.map((id) => ({ id: nodeId(id), address: `${id}:4002`, voter: true })));
  if (!made.ok) throw new Error(made.error);
  return made.value;
}

export interface WorldOptions {
  readonly members?: readonly string[];
  readonly groupRequestsMax?: number;
  readonly queueRequestsMax?: number;
  readonly queueBytesMax?: number;
  readonly checkpointEntries?: number;
  readonly logBytesMax?: number;
  /** What is in the log when the node starts. */
  readonly lastIndex?: number;
  readonly checkpointIndex?: number;
  /** Known to be committed; by default what the checkpoint holds. */
  readonly commitIndex?: number;
}

type Of<Type extends NodeEffect["type"]> = Extract<NodeEffect, { type: Type }>;
type EngineWork = Of<
  "save-hard-state" | "append-noop" | "run-group" | "install" | "plan-checkpoint" | "note-checkpoint"
>;

export class NodeWorld {
  readonly node: ClusterNode;
  /** Everything that the node has wanted so far. */
  readonly effects: NodeEffect[] = [];
  /** Work that the engine has not done yet, in order. */
  readonly engine: EngineWork[] = [];
  /** Copies that the keeper has not made yet; how many. */
  copies = 0;
  lastIndex: number;
  commitIndex: number;
  checkpointIndex: number;
  plannedIndex = 0;
  closed = false;
  leads = false;
  readonly pins = new Map<number, number>();
  readonly readers = new Map<number, number>();
  /** Bases that readers have been told of and have not answered. */
  readonly dropping = new Map<number, number>();
  readonly executedTickets = new Set<number>();
  #lastRequest = 0;
  nowMs = 0;

  constructor(options: WorldOptions = {}) {
    this.lastIndex = options.lastIndex ?? 0;
    this.checkpointIndex = options.checkpointIndex ?? 0;
    this.commitIndex = options.commitIndex ?? this.checkpointIndex;
    this.node = new ClusterNode({
      raft: { ...defaultRaftOptions, id: self },
      configuration: configurationOf(options.members ?? [self]),
      writes: {
        groupsInFlightMax: 2,
        groupRequestsMax: options.groupRequestsMax ?? 4,
        groupBytesMax: 1000,
        queueRequestsMax: options.queueRequestsMax ?? 20,
        queueBytesMax: options.queueBytesMax ?? 5000,
        enqueueTimeoutMs: 1000,
      },
      checkpoints: {
        entries: options.checkpointEntries ?? 8,
        logBytes: 0,
        logBytesMax: options.logBytesMax ?? 1_000_000,
      },
    });
    const behind = this.lastIndex - this.checkpointIndex;
    this.give({
      type: "recovered",
      hardState: { term: term(behind > 0 ? 1 : 0), votedFor: null },
      log: {
        base: { index: logIndex(this.checkpointIndex), term: term(this.checkpointIndex > 0 ? 1 : 0) },
        runs: behind > 0 ? [{ first: logIndex(this.checkpointIndex + 1), term: term(1) }] : [],
        bytes: new Array(behind).fill(100),
        configurations: [{ index: logIndex(0), configuration: configurationOf(options.members ?? [self]) }],
      },
      lastIndex: logIndex(this.lastIndex),
      checkpointIndex: logIndex(this.checkpointIndex),
      commitIndex: logIndex(this.commitIndex),
      pagesIndex: logIndex(this.lastIndex),
      logBytes: behind * 100,
      entropy: 42,
    });
  }

  /** Hands over an event; gives what came of it. */
  give(event: NodeEvent): readonly NodeEffect[] {
    const effects = this.node.handle(event);
    for (const effect of effects) this.#take(effect);
    return effects;
  }

  #take(effect: NodeEffect): void {
    this.effects.push(effect);
    switch (effect.type) {
      case "save-hard-state":
      case "append-noop":
      case "run-group":
      case "install":
      case "plan-checkpoint":
      case "note-checkpoint":
        this.engine.push(effect);
        break;
      case "copy-checkpoint":
        this.copies++;
        break;
      case "drop-versions":
        for (const reader of this.readers.keys()) this.dropping.set(reader, this.checkpointIndex);
        break;
      case "commit":
        this.commitIndex = effect.through;
        break;
      case "tell-role":
        this.leads = effect.role === "leader";
        break;
      case "close":
        this.closed = true;
        break;
    }
  }

  newRequest(): RequestId {
    return requestId(++this.#lastRequest);
  }

  write(bodyBytes = 10): RequestId {
    const request = this.newRequest();
    this.give({ type: "write", request, bodyBytes, nowMs: this.nowMs });
    return request;
  }

  read(level: ReadLevel, freshnessMs = 0): RequestId {
    const request = this.newRequest();
    this.give({ type: "read", request, level, freshnessMs });
    return request;
  }

  endTurn(): readonly NodeEffect[] {
    return this.give({ type: "turn-ended" });
  }

  /** The engine does its next piece of work. `changes`: whether a group leaves an entry. */
  stepEngine(changes = true, logBytes = 100): readonly NodeEffect[] {
    const work = this.engine.shift();
    if (work === undefined) return [];
    switch (work.type) {
      case "save-hard-state":
        return this.give({ type: "hard-state-saved", ticket: work.ticket });
      case "append-noop":
        this.lastIndex++;
        return this.give({
          type: "executed",
          ticket: null,
          term: work.term,
          lastIndex: logIndex(this.lastIndex),
          pagesIndex: null,
          logBytes: 64,
        });
      case "run-group":
      case "install":
        if (changes) this.lastIndex++;
        this.executedTickets.add(work.ticket);
        return this.give({
          type: "executed",
          ticket: work.ticket,
          term: work.term,
          lastIndex: logIndex(this.lastIndex),
          pagesIndex: changes ? logIndex(this.lastIndex) : null,
          logBytes: changes ? logBytes : 0,
        });
      case "plan-checkpoint":
        this.plannedIndex = work.upTo;
        return this.give({ type: "checkpoint-planned", index: work.upTo });
      case "note-checkpoint":
        this.checkpointIndex = work.through;
        return this.give({ type: "checkpoint-noted", index: work.through });
    }
  }

  stepKeeper(works = true): readonly NodeEffect[] {
    if (this.copies === 0) return [];
    this.copies--;
    return this.give(works ? { type: "checkpoint-copied" } : { type: "checkpoint-failed", reason: "disk full" });
  }

  /** Everything that was told is done. */
  settle(): void {
    while (this.engine.length + this.copies > 0) {
      this.stepEngine();
      this.stepKeeper();
    }
  }

  /** The effects of one type so far. */
  all<Type extends NodeEffect["type"]>(type: Type): readonly Of<Type>[] {
    return this.effects.filter((effect): effect is Of<Type> => effect.type === type);
  }
}

import { assert, logIndex, type NodeId, nodeId, present, type RequestId, requestId, type Term } from "../base/mod.ts";
import type { Config } from "../config/mod.ts";
import {
  type Cell,
  type CheckpointOrder,
  type EngineData,
  type FromEngine,
  type FromKeeper,
  type KeeperData,
  type PackedResults,
  type StatementRequest,
  type ToEngine,
  type ToKeeper,
  unpackResults,
} from "../engine/mod.ts";
import type { Metrics } from "../metrics/mod.ts";
import { ClusterNode, type NodeEffect, type NodeEvent } from "../node/mod.ts";
import type { BaseShape } from "../pages/mod.ts";
import type { Logger, WorkerHandle } from "../ports/mod.ts";
import type { Configuration, RoleName } from "../raft/mod.ts";
import { CellPool } from "./cells.ts";
import type { HostPorts } from "./host-ports.ts";
import type { Identity } from "./identity.ts";
import { logSummary } from "./log-summary.ts";
import { type NodeSizes, nodeOptions } from "./node-limits.ts";
import { NoteHistory } from "./note-history.ts";
import { raftSettings } from "./raft-settings.ts";
import { ReaderPool } from "./reader-pool.ts";
import { SizeReports } from "./size-reports.ts";
import { StatementTask } from "./statement-task.ts";
import type { Task } from "./task.ts";
import type { TaskHost } from "./task-host.ts";
import { UploadTask } from "./upload-task.ts";

type Recovered = Extract<FromEngine, { type: "recovered" }>;

export interface NodeHostOptions {
  readonly ports: Pick<HostPorts, "clock" | "timers" | "entropy" | "workers">;
  readonly config: Config;
  readonly sizes: NodeSizes;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** The node can't go on: nothing may be done after. `inOpening`: its folder could not be opened. */
  failed(reason: string, inOpening: boolean): void;
  /** The node leads, or never will: it takes requests. */
  opened(): void;
}

/** A group or install that the engine has: who is in it, and its results once they are there. */
interface Logged {
  readonly requests: readonly RequestId[];
  results: PackedResults | null;
}

/** How often requests are looked after: clients gone, writes that wait too long. */
const watchMs = 100;
/** Bodies from here on move to the engine's thread instead of being copied. */
const transferBytesMin = 64 * 1024;
/** Readers that may be started because all others are stuck. */
const extraReadersMax = 16;

/**
 * Drives one node: its effects become messages to the storage threads and answers to tasks, and what the threads say
 * becomes its events.
 */
export class NodeHost implements TaskHost {
  readonly cells = new CellPool();
  readonly metrics: Metrics;
  readonly servedBy: string;
  readonly sizes: SizeReports;
  readonly #options: NodeHostOptions;
  readonly #node: ClusterNode;
  readonly #identity: Identity;
  readonly #tickMs: number;
  readonly #tasks = new Map<RequestId, Task>();
  readonly #logged = new Map<number, Logged>();
  #lastRequest = 0;
  readonly #engine: WorkerHandle;
  #keeper: WorkerHandle | null = null;
  readonly #wasm: unknown;
  #pool: ReaderPool | null = null;
  #history: NoteHistory | null = null;
  #recovered: Recovered | null = null;
  #order: CheckpointOrder | null = null;
  #newBase: BaseShape | null = null;
  #state: "opening" | "open" | "stopping" | "stopped" | "failed" = "opening";
  /** Asked for before the node was open. */
  readonly #sparesWanted: ToKeeper[] = [];
  #turnDue = false;
  #watchDue = false;
  #ticking = false;
  #stopped: (() => void) | null = null;
  #lastCommitMs = 0;
  #role: RoleName = "follower";
  #term: Term | 0 = 0;
  #leader: NodeId | null = null;
  #configuration: Configuration;
  #configurationIndex = logIndex(0);

  /** Starts the threads; `opened` or `failed` follows. */
  constructor(identity: Identity, wasm: unknown, options: NodeHostOptions) {
    const { config, ports } = options;
    this.#options = options;
    this.#identity = identity;
    this.#wasm = wasm;
    this.#configuration = identity.configuration;
    this.metrics = options.metrics;
    this.servedBy = config.httpAdvertised.text;
    const settings = raftSettings(config, identity.id);
    this.#tickMs = settings.tickMs;
    this.#node = new ClusterNode(nodeOptions(config, settings.options, identity.configuration, options.sizes));
    const { cells } = this.cells;
    const folder = config.dataFolder;
    const { segmentBytes } = options.sizes;
    const engine: EngineData = { folder, foreignKeys: config.foreignKeys, segmentBytes, cells, wasm };
    this.#engine = ports.workers.start("engine", engine, {
      message: (message) => this.#guard(() => this.#fromEngine(message as FromEngine)),
      exit: (error) => this.#threadEnded("engine", error),
    });
    this.sizes = new SizeReports(ports.timers, (ticket) => this.toKeeper({ type: "measure", ticket }));
  }

  // What the service asks

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get pool(): ReaderPool {
    return present(this.#pool, "there are readers once the log is recovered");
  }

  get node(): ClusterNode {
    return this.#node;
  }

  get id(): NodeId {
    return this.#identity.id;
  }

  get recovered(): Recovered | null {
    return this.#recovered;
  }

  get history(): NoteHistory {
    return this.#notes;
  }

  /** Wall clock; 0 = nothing was committed yet. */
  get lastCommitMs(): number {
    return this.#lastCommitMs;
  }

  get role(): RoleName {
    return this.#role;
  }

  get term(): number {
    return this.#term;
  }

  get leader(): NodeId | null {
    return this.#leader;
  }

  get configuration(): Configuration {
    return this.#configuration;
  }

  get configurationIndex(): number {
    return this.#configurationIndex;
  }

  /** Takes a request in, for its task to begin. Null: too many are under way. */
  admit<T extends Task>(make: (id: RequestId, cell: Cell) => T): T | null {
    const cell = this.cells.take();
    if (cell === null) return null;
    const id = requestId(++this.#lastRequest);
    const task = make(id, cell);
    this.#tasks.set(id, task);
    this.#watch();
    return task;
  }

  nowMs(): number {
    return this.#options.ports.clock.monotonicMs();
  }

  give(event: NodeEvent): void {
    if (this.#state === "failed" || this.#state === "stopped") return;
    for (const effect of this.#node.handle(event)) this.#do(effect);
    this.#turn();
  }

  toKeeper(message: ToKeeper, transfer?: readonly ArrayBuffer[]): void {
    // It has nothing to do with being ready, so it starts when it is wanted for the first time.
    this.#keeper ??= this.#startKeeper();
    this.#keeper.post(message, transfer);
  }

  #startKeeper(): WorkerHandle {
    const data: KeeperData = { folder: this.#options.config.dataFolder, cells: this.cells.cells, wasm: this.#wasm };
    return this.#options.ports.workers.start("keeper", data, {
      message: (message) => this.#guard(() => this.#fromKeeper(message as FromKeeper)),
      exit: (error) => this.#threadEnded("keeper", error),
    });
  }

  end(task: Task): void {
    if (this.#tasks.delete(task.id)) this.cells.give(task.cell);
  }

  isUnderWay(task: Task): boolean {
    return this.#tasks.has(task.id);
  }

  /** Resolves once everything is on disk and closed. What is under way is stopped, not waited for. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#stopped = resolve;
      if (this.#state === "open") this.#beginStopping();
      // Otherwise as soon as it is open: the engine can't be interrupted in its recovery.
    });
  }

  /** Runs something that may find a broken invariant. */
  guard(run: () => void): void {
    this.#guard(run);
  }

  #beginStopping(): void {
    this.#state = "stopping";
    for (const task of [...this.#tasks.values()]) task.gone();
    this.give({ type: "stop" });
  }

  // What the threads say

  #fromEngine(message: FromEngine): void {
    switch (message.type) {
      case "recovered":
        this.#open(message);
        break;
      case "hard-state-saved":
        this.give({ type: "hard-state-saved", ticket: message.ticket });
        break;
      case "executed": {
        const { ticket, term, lastIndex, notes, logBytes, results } = message;
        this.#notes.logged(notes);
        if (ticket !== null) present(this.#logged.get(ticket), "a group that was sent").results = results;
        this.give({
          type: "executed",
          ticket,
          term,
          lastIndex,
          pagesIndex: notes[notes.length - 1]?.index ?? null,
          logBytes,
        });
        break;
      }
      case "install-refused":
        this.#logged.delete(message.ticket);
        this.give({ type: "install-refused", ticket: message.ticket, reason: message.reason });
        break;
      case "checkpoint-plan":
        this.#order = message.order;
        this.give({ type: "checkpoint-planned", index: message.order?.index ?? null });
        break;
      case "checkpoint-noted":
        this.#newBase = message.base;
        this.give({ type: "checkpoint-noted", index: message.base.index });
        break;
      case "want-spare": {
        const wanted: ToKeeper = { type: "make-spare", path: message.path, sizeBytes: message.sizeBytes };
        if (this.#state === "opening") this.#sparesWanted.push(wanted);
        else this.toKeeper(wanted);
        break;
      }
      case "failed":
        this.#fail(message.reason);
        break;
      case "stopped":
        this.#close();
        break;
    }
  }

  #fromKeeper(message: FromKeeper): void {
    switch (message.type) {
      case "spare-made":
        this.#toEngine({ type: "spare", path: message.path });
        break;
      case "spare-failed":
        this.#options.log.log("store", `no spare log segment: ${message.reason}`);
        this.#toEngine({ type: "spare-failed", path: message.path });
        break;
      case "checkpoint-done":
        this.give({ type: "checkpoint-copied" });
        break;
      case "checkpoint-failed":
        this.metrics.store.num_snapshots_failed++;
        this.#options.log.log("store", `checkpoint failed: ${message.reason}`);
        this.give({ type: "checkpoint-failed", reason: message.reason });
        break;
      case "upload-credit":
      case "upload-checked":
      case "upload-refused": {
        const task = this.#tasks.get(message.id);
        if (task instanceof UploadTask) task.hear(message);
        else if (message.type === "upload-checked") this.toKeeper({ type: "image-drop", file: message.image.file });
        break;
      }
      case "measured":
        this.sizes.measured(message.ticket, message.sizes);
        break;
      case "failed":
        this.#fail(message.reason);
        break;
    }
  }

  #open(recovered: Recovered): void {
    const { config, ports, log } = this.#options;
    this.#recovered = recovered;
    if (recovered.cut !== null) log.log("store", recovered.cut);
    this.#history = new NoteHistory(recovered.base, recovered.notes);
    const standing = config.readers;
    const connectionsMax =
      config.readOnlyConnectionsMax === 0 ? Number.POSITIVE_INFINITY : config.readOnlyConnectionsMax;
    const readersMax = Math.max(standing, Math.min(standing + extraReadersMax, connectionsMax));
    const data = {
      folder: config.dataFolder,
      foreignKeys: config.foreignKeys,
      cells: this.cells.cells,
      wasm: this.#wasm,
    };
    const guarded = {
      ...ports,
      workers: {
        start: (...[role, input, events]: Parameters<typeof ports.workers.start>) =>
          ports.workers.start(role, input, {
            message: (message) => this.#guard(() => events.message(message)),
            exit: (error) => this.#guard(() => events.exit(error)),
          }),
      },
    };
    this.#pool = new ReaderPool(
      guarded,
      this.cells,
      this.#history,
      { standing, readersMax, data },
      {
        readerJoined: (reader, through) => this.give({ type: "reader-joined", reader, through }),
        readerReady: () => this.#maybeOpened(),
        readerLeft: (reader) => this.give({ type: "reader-left", reader }),
        readerReleased: (reader, through) => this.give({ type: "reader-released", reader, through }),
        pinned: (pin, at) => this.give({ type: "pinned", pin, at }),
        unpinned: (pin) => this.give({ type: "unpinned", pin }),
        failed: (reason) => this.#fail(reason),
      },
    );
    const dice = new Uint8Array(4);
    ports.entropy.fill(dice);
    const { hardState, lastIndex, checkpointIndex, notes, logBytes } = recovered;
    const configuration = { index: logIndex(0), configuration: this.#identity.configuration };
    this.give({
      type: "recovered",
      hardState: { term: hardState.term, votedFor: hardState.votedFor === null ? null : nodeId(hardState.votedFor) },
      log: logSummary(recovered, configuration),
      lastIndex,
      checkpointIndex,
      pagesIndex: notes[notes.length - 1]?.index ?? checkpointIndex,
      logBytes,
      entropy: new DataView(dice.buffer).getUint32(0),
    });
    this.#scheduleCheckpoints();
    this.#maybeOpened();
  }

  // What the node wants

  #do(effect: NodeEffect): void {
    switch (effect.type) {
      case "run-group":
        this.#runGroup(effect.ticket, effect.term, effect.requests);
        break;
      case "run-read":
        this.#tasks.get(effect.request)?.read(effect.strongIndex);
        break;
      case "commit":
        this.#notes.commit(effect.through);
        this.#lastCommitMs = this.#options.ports.clock.nowMs();
        this.#maybeOpened();
        break;
      case "release":
        this.#release(effect.ticket);
        break;
      case "lose":
        this.#lose(effect.ticket, effect.reason);
        break;
      case "refuse":
        this.#tasks.get(effect.request)?.refused(effect.reason);
        break;
      case "save-hard-state": {
        const { type, ticket, term, votedFor } = effect;
        this.#toEngine({ type, ticket, term, votedFor });
        break;
      }
      case "append-noop":
        this.#toEngine(effect);
        break;
      case "install":
        this.#install(effect.ticket, effect.term, effect.request);
        break;
      case "refuse-install":
        this.#tasks.get(effect.request)?.installRefused(effect.reason);
        break;
      case "plan-checkpoint":
        this.#toEngine(effect);
        break;
      case "copy-checkpoint":
        this.toKeeper({ type: "checkpoint", order: present(this.#order, "the order that was planned") });
        break;
      case "note-checkpoint":
        this.#order = null;
        this.#toEngine({ type: "checkpointed", through: effect.through });
        break;
      case "drop-versions":
        this.metrics.store.num_snapshots++;
        this.#dropVersions();
        break;
      case "recycle":
        this.#toEngine(effect);
        break;
      case "answer-checkpoint":
        this.#tasks.get(effect.request)?.checkpointed(effect.result);
        break;
      case "completed":
        this.#tasks.get(effect.request)?.completed();
        break;
      case "decline":
        this.#tasks.get(effect.request)?.declined(effect.reason);
        break;
      case "tell-configuration":
        this.#configuration = effect.latest.configuration;
        this.#configurationIndex = effect.latest.index;
        break;
      case "tell-role":
        this.#role = effect.role;
        this.#term = effect.term;
        this.#leader = effect.leader;
        this.#ticking = effect.ticking;
        if (effect.ticking) this.#scheduleTick();
        break;
      case "close":
        this.#toEngine({ type: "stop" });
        break;
    }
  }

  /** Readers hear of the notes that they have missed before those are history. */
  #dropVersions(): void {
    const base = present(this.#newBase, "the base that was noted");
    this.pool.dropVersions(base);
    this.#notes.dropThrough(base);
  }

  #runGroup(ticket: number, term: Term, ids: readonly RequestId[]): void {
    const requests: StatementRequest[] = [];
    const transfer: ArrayBuffer[] = [];
    for (const id of ids) {
      const task = this.#tasks.get(id);
      assert(task instanceof StatementTask, "a group is made of statement requests");
      const { work, cell } = task;
      requests.push(work.cell === cell ? work : { ...work, cell });
      if (work.body.length >= transferBytesMin) transfer.push(work.body.buffer);
    }
    this.#logged.set(ticket, { requests: ids, results: null });
    this.#engine.post({ type: "run-group", ticket, term, requests } satisfies ToEngine, transfer);
  }

  #install(ticket: number, term: Term, request: RequestId): void {
    const task = this.#tasks.get(request);
    const image = task instanceof UploadTask ? task.image : null;
    this.#logged.set(ticket, { requests: [request], results: null });
    this.#toEngine({ type: "install", ticket, term, request, image: present(image, "an image that was checked") });
  }

  #release(ticket: number): void {
    const logged = present(this.#logged.get(ticket), "what is released was sent");
    this.#logged.delete(ticket);
    const results = present(logged.results, "what is released was executed");
    if (results.heads.length === 0) for (const id of logged.requests) this.#tasks.get(id)?.installed();
    else for (const result of unpackResults(results)) this.#tasks.get(result.id)?.result(result);
  }

  #lose(ticket: number, reason: string): void {
    const logged = this.#logged.get(ticket);
    this.#logged.delete(ticket);
    for (const id of logged?.requests ?? []) this.#tasks.get(id)?.lost(reason);
  }

  // Time

  /** What one turn of the loop brings goes out together. */
  #turn(): void {
    if (this.#turnDue) return;
    this.#turnDue = true;
    this.#options.ports.timers.soon(this.#endTurn);
  }

  readonly #endTurn = (): void => {
    this.#turnDue = false;
    this.#guard(() => {
      if (this.#state === "failed" || this.#state === "stopped") return;
      for (const effect of this.#node.handle({ type: "turn-ended" })) this.#do(effect);
      this.#pool?.dispatch();
    });
  };

  #watch(): void {
    if (this.#watchDue) return;
    this.#watchDue = true;
    this.#options.ports.timers.after(watchMs, this.#lookAfter);
  }

  /** Requests that are as old as the watch's interval: is anybody still waiting? */
  readonly #lookAfter = (): void => {
    this.#watchDue = false;
    this.#guard(() => {
      if (this.#node.isBusy) this.give({ type: "time-passed", nowMs: this.nowMs() });
      for (const task of this.#tasks.values()) {
        if (task.isOld && task.connection?.gone() === true) task.gone();
        task.isOld = true;
      }
      if (this.#tasks.size > 0) this.#watch();
    });
  };

  #scheduleCheckpoints(): void {
    this.#options.ports.timers.after(this.#options.config.checkpointIntervalMs, () => {
      if (this.#state !== "open" && this.#state !== "opening") return;
      this.#guard(() => this.give({ type: "checkpoint-due" }));
      this.#scheduleCheckpoints();
    });
  }

  #scheduleTick(): void {
    this.#options.ports.timers.after(this.#tickMs, () => {
      if (!this.#ticking || this.#state === "stopped" || this.#state === "failed") return;
      this.#scheduleTick();
      this.#guard(() => this.give({ type: "tick" }));
    });
  }

  // Beginning and end

  #maybeOpened(): void {
    if (this.#state !== "opening" || this.#pool === null) return;
    // A voter by itself is about to lead; before its first commit there is nothing it may show.
    const isLone = this.#configuration.members.some(({ id, voter }) => voter && id === this.id);
    const begun = !isLone || (this.#role === "leader" && this.#node.commitIndex === this.#node.lastIndex);
    if (!begun) return;
    this.#state = "open";
    this.#options.opened();
    for (const wanted of this.#sparesWanted.splice(0)) this.toKeeper(wanted);
    if (this.#stopped !== null) this.#beginStopping();
  }

  #close(): void {
    this.#state = "stopped";
    this.#pool?.close();
    this.#keeper?.terminate();
    this.#engine.terminate();
    this.#stopped?.();
  }

  #threadEnded(name: string, error: string | null): void {
    if (this.#state === "stopped" || this.#state === "failed") return;
    this.#fail(`${name} thread ended: ${error ?? "terminated"}`);
  }

  #fail(reason: string): void {
    if (this.#state === "failed" || this.#state === "stopped") return;
    const inOpening = this.#recovered === null;
    this.#state = "failed";
    const [headline = ""] = reason.split("\n");
    for (const task of [...this.#tasks.values()]) task.abandon(headline);
    this.#options.failed(reason, inOpening);
  }

  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }

  get #notes(): NoteHistory {
    return present(this.#history, "the log is recovered first");
  }

  #toEngine(message: ToEngine): void {
    this.#engine.post(message);
  }
}

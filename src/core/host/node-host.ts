import { present, type RequestId, requestId } from "../base/mod.ts";
import type { Config } from "../config/mod.ts";
import type { Cell, CheckpointOrder, FromEngine, FromKeeper, ToKeeper } from "../engine/mod.ts";
import type { Metrics } from "../metrics/mod.ts";
import { ClusterNode, type NodeEffect, type NodeEvent } from "../node/mod.ts";
import type { BaseShape } from "../pages/mod.ts";
import type { Logger, WorkerEvents, Workers } from "../ports/mod.ts";
import { CellPool } from "./cells.ts";
import type { HostPorts } from "./host-ports.ts";
import type { Identity } from "./identity.ts";
import { LoggedWork } from "./logged-work.ts";
import { type NodeSizes, nodeOptions, readersMax } from "./node-limits.ts";
import { NodeTimers } from "./node-timers.ts";
import { NoteHistory } from "./note-history.ts";
import { raftSettings } from "./raft-settings.ts";
import { ReaderPool } from "./reader-pool.ts";
import { recoveredEvent } from "./recovered-event.ts";
import { SizeReports } from "./size-reports.ts";
import { Standing } from "./standing.ts";
import { StorageThreads } from "./storage-threads.ts";
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
  /** SQLite for the threads. */
  readonly wasm: unknown;
  /** The node can't go on: nothing may be done after. `inOpening`: it never took requests. */
  failed(reason: string, inOpening: boolean): void;
  /** The node leads, or never will: it takes requests. */
  opened(): void;
}

/** A long answer that nobody has taken anything of for this long is broken off, once the log can't be used again for it. */
const idleMsMax = 60_000;

/**
 * Drives one node: its effects become messages to the storage threads and answers to tasks, and what the threads say
 * becomes its events.
 */
export class NodeHost implements TaskHost {
  readonly cells = new CellPool();
  readonly metrics: Metrics;
  readonly servedBy: string;
  readonly sizes: SizeReports;
  readonly standing: Standing;
  readonly node: ClusterNode;
  readonly #options: NodeHostOptions;
  readonly #identity: Identity;
  readonly #workers: Workers;
  readonly #threads: StorageThreads;
  readonly #timers: NodeTimers;
  readonly #tasks = new Map<RequestId, Task>();
  readonly #logged: LoggedWork;
  #lastRequest = 0;
  #pool: ReaderPool | null = null;
  #history: NoteHistory | null = null;
  #recovered: Recovered | null = null;
  #order: CheckpointOrder | null = null;
  #newBase: BaseShape | null = null;
  #state: "opening" | "open" | "stopping" | "stopped" | "failed" = "opening";
  #stopped: (() => void) | null = null;
  #lastCommitMs = 0;

  /** Starts the engine; `opened` or `failed` follows. */
  constructor(identity: Identity, options: NodeHostOptions) {
    const { config, ports, sizes } = options;
    this.#options = options;
    this.#identity = identity;
    this.standing = new Standing(identity.id, identity.configuration);
    this.metrics = options.metrics;
    this.servedBy = config.httpAdvertised.text;
    const raft = raftSettings(config, identity.id);
    this.node = new ClusterNode(nodeOptions(config, raft.options, identity.configuration, sizes));
    this.#timers = new NodeTimers(ports.timers, raft.tickMs, config.checkpointIntervalMs, {
      turnEnded: () => this.#guard(() => this.#endTurn()),
      watch: () => this.#lookAfter(),
      tick: () => this.#guard(() => this.give({ type: "tick" })),
      checkpointDue: () => this.#guard(() => this.give({ type: "checkpoint-due" })),
    });
    this.#workers = { start: (role, data, events) => ports.workers.start(role, data, this.#guarded(events)) };
    this.#threads = new StorageThreads(
      this.#workers,
      { ...this.#threadData, segmentBytes: sizes.segmentBytes },
      {
        fromEngine: (message) => this.#fromEngine(message),
        fromKeeper: (message) => this.#fromKeeper(message),
        spareFailed: (reason) => options.log.log("store", `no spare log segment: ${reason}`),
        ended: (thread, error) => this.#fail(`${thread} thread ended: ${error ?? "terminated"}`),
      },
    );
    this.#logged = new LoggedWork(this.#tasks, this.#threads);
    this.sizes = new SizeReports(ports.timers, (ticket) => this.toKeeper({ type: "measure", ticket }));
  }

  // What tasks and the service ask

  get isOpen(): boolean {
    return this.#state === "open";
  }

  get pool(): ReaderPool {
    return present(this.#pool, "there are readers once the log is recovered");
  }

  get history(): NoteHistory {
    return present(this.#history, "the log is recovered first");
  }

  get recovered(): Recovered {
    return present(this.#recovered, "the log is recovered first");
  }

  /** Wall clock; 0 = nothing was committed yet. */
  get lastCommitMs(): number {
    return this.#lastCommitMs;
  }

  /** Takes a request in, for its task to begin. Null: too many are under way. */
  admit<T extends Task>(make: (id: RequestId, cell: Cell) => T): T | null {
    const cell = this.cells.take();
    if (cell === null) return null;
    const id = requestId(++this.#lastRequest);
    const task = make(id, cell);
    this.#tasks.set(id, task);
    this.#timers.watch();
    return task;
  }

  nowMs(): number {
    return this.#options.ports.clock.monotonicMs();
  }

  give(event: NodeEvent): void {
    if (this.#state === "failed" || this.#state === "stopped") return;
    for (const effect of this.node.handle(event)) this.#do(effect);
    if (event.type === "write" || event.type === "read") this.#timers.endTurn();
  }

  toKeeper(message: ToKeeper, transfer?: readonly ArrayBuffer[]): void {
    this.#threads.toKeeper(message, transfer);
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
      // Otherwise as soon as it is open: the engine can't be interrupted in its recovery.
      if (this.#state === "open") this.#guard(() => this.#beginStopping());
    });
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
      case "executed":
        this.#executed(message);
        break;
      case "install-refused":
        this.#logged.refused(message.ticket);
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
    this.#history.commit(recovered.readableFrom);
    const pool = { standing: config.readers, readersMax: readersMax(config), data: this.#threadData };
    this.#pool = new ReaderPool({ ...ports, workers: this.#workers }, this.cells, this.#history, pool, {
      readerJoined: (reader, through) => this.give({ type: "reader-joined", reader, through }),
      readerLeft: (reader) => this.give({ type: "reader-left", reader }),
      readerReleased: (reader, through) => this.give({ type: "reader-released", reader, through }),
      pinned: (pin, at) => this.give({ type: "pinned", pin, at }),
      unpinned: (pin) => this.give({ type: "unpinned", pin }),
      failed: (reason) => this.#fail(reason),
    });
    const dice = new Uint8Array(4);
    ports.entropy.fill(dice);
    const entropy = new DataView(dice.buffer).getUint32(0);
    this.give(recoveredEvent(recovered, this.#identity.configuration, entropy));
    this.#timers.startCheckpoints();
    this.#maybeOpened();
  }

  #executed({ ticket, term, lastIndex, notes, logBytes, results }: Extract<FromEngine, { type: "executed" }>): void {
    this.history.logged(notes);
    if (ticket !== null) this.#logged.executed(ticket, results);
    const pagesIndex = notes[notes.length - 1]?.index ?? null;
    this.give({ type: "executed", ticket, term, lastIndex, pagesIndex, logBytes });
  }

  // What the node wants

  #do(effect: NodeEffect): void {
    switch (effect.type) {
      case "run-group":
        this.#logged.runGroup(effect);
        break;
      case "run-read":
        this.#tasks.get(effect.request)?.read(effect.strongIndex);
        this.#timers.endTurn();
        break;
      case "commit":
        this.history.commit(effect.through);
        this.#lastCommitMs = this.#options.ports.clock.nowMs();
        this.#maybeOpened();
        break;
      case "release":
        this.#logged.release(effect);
        break;
      case "lose":
        this.#logged.lose(effect);
        break;
      case "refuse":
        this.#tasks.get(effect.request)?.refused(effect.reason);
        break;
      case "save-hard-state":
      case "append-noop":
      case "plan-checkpoint":
      case "recycle":
        this.#threads.toEngine(effect);
        break;
      case "install":
        this.#logged.install(effect);
        break;
      case "refuse-install":
        this.#tasks.get(effect.request)?.installRefused(effect.reason);
        break;
      case "copy-checkpoint":
        this.toKeeper({ type: "checkpoint", order: present(this.#order, "the order that was planned") });
        break;
      case "note-checkpoint":
        this.#threads.toEngine({ type: "checkpointed", through: effect.through });
        break;
      case "drop-versions":
        this.#dropVersions();
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
        this.standing.tellConfiguration(effect);
        break;
      case "tell-role":
        this.standing.tellRole(effect);
        this.#timers.setTicking(effect.ticking);
        break;
      case "close":
        this.#threads.toEngine({ type: "stop" });
        break;
    }
  }

  /** Readers hear of the notes that they have missed before those are history. */
  #dropVersions(): void {
    const base = present(this.#newBase, "the base that was noted");
    this.metrics.store.num_snapshots++;
    this.pool.dropVersions(base);
    this.history.dropThrough(base);
  }

  // Time

  #endTurn(): void {
    this.give({ type: "turn-ended" });
    this.#pool?.dispatch();
  }

  /** Is anybody still waiting? Asked for requests that have been here since the last time. */
  #lookAfter(): boolean {
    this.#guard(() => {
      const nowMs = this.nowMs();
      if (this.node.isBusy) this.give({ type: "time-passed", nowMs });
      // A long answer keeps the log from its snapshot on. Whoever leaves it lying fills the disk.
      const isLogHeld = this.node.logBytes >= this.#options.sizes.logBytesMax * 2;
      for (const task of this.#tasks.values()) {
        if (task.isOld && task.connection?.gone() === true) task.gone();
        else if (isLogHeld && task.idleMs(nowMs) >= idleMsMax) task.gone();
        task.isOld = true;
      }
    });
    return this.#tasks.size > 0;
  }

  // Beginning and end

  #maybeOpened(): void {
    if (this.#state !== "opening" || this.#pool === null) return;
    // A voter by itself is about to lead; before its first commit there is nothing it may show.
    const leads = this.standing.role === "leader" && this.node.commitIndex === this.node.lastIndex;
    if (this.standing.isVoter && !leads) return;
    this.#state = "open";
    this.#threads.releaseKeeper();
    this.#options.opened();
    if (this.#stopped !== null) this.#beginStopping();
  }

  #beginStopping(): void {
    this.#state = "stopping";
    for (const task of [...this.#tasks.values()]) task.gone();
    this.give({ type: "stop" });
  }

  #close(): void {
    this.#state = "stopped";
    this.#timers.stop();
    this.#pool?.close();
    this.#threads.terminate();
    this.#stopped?.();
  }

  #fail(reason: string): void {
    if (this.#state === "failed" || this.#state === "stopped") return;
    const inOpening = this.#state === "opening";
    this.#state = "failed";
    this.#timers.stop();
    const [headline = ""] = reason.split("\n");
    for (const task of [...this.#tasks.values()]) task.abandon(headline);
    this.#options.failed(reason, inOpening);
  }

  /** A broken invariant is the end of the node: better none than one with wrong data. */
  #guard(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#fail(error instanceof Error ? (error.stack ?? error.message) : String(error));
    }
  }

  #guarded(events: WorkerEvents): WorkerEvents {
    return {
      message: (message) => this.#guard(() => events.message(message)),
      exit: (error) => this.#guard(() => events.exit(error)),
    };
  }

  /** What every thread is told. */
  get #threadData() {
    const { config, wasm } = this.#options;
    return { folder: config.dataFolder, foreignKeys: config.foreignKeys, cells: this.cells.cells, wasm };
  }
}

import { assert, type LogIndex, logIndex, type RequestId } from "../base/mod.ts";
import type { NodeEffect } from "./node-effect.ts";
import type { CheckpointEvent } from "./node-event.ts";

/** When the checkpoint is brought up to date. */
export interface CheckpointLimits {
  /** Entries and bytes of log behind it, looked at every so often; 0 bytes = never because of bytes. */
  readonly entries: number;
  readonly logBytes: number;
  /** Bytes of log that bring it about at once. */
  readonly logBytesMax: number;
}

/**
 * Brings `db.sqlite` up to committed indexes, one at a time: planned by the engine, copied by the keeper, noted by the
 * engine, known to all readers; then the log behind it may be used again. Never beyond what anything still reads.
 */
export class Checkpoints {
  readonly #limits: CheckpointLimits;
  /** What the running checkpoint waits for. */
  #step: "none" | "plan" | "copy" | "note" = "none";
  /** Where the newest checkpoint is. */
  #index = logIndex(0);
  /** The last committed entry, and the last one that changed the database. */
  #commitIndex = logIndex(0);
  #pagesIndex = logIndex(0);
  #logBytes = 0;
  /** `#logBytes` and commit index as of the running checkpoint's plan. */
  #planned = { logBytes: 0, commitIndex: logIndex(0), upTo: logIndex(0) };
  /** It is time for one, but something still reads an older snapshot. */
  #overdue = false;
  readonly #pins = new Map<number, LogIndex>();
  /** Per reader: versions up to here it has dropped. */
  readonly #readers = new Map<number, LogIndex>();
  #recycled = logIndex(0);
  /** Who waits for the running checkpoint, and who came too late for it. */
  #waiters: RequestId[] = [];
  #lateWaiters: RequestId[] = [];

  constructor(limits: CheckpointLimits) {
    this.#limits = limits;
  }

  get index(): LogIndex {
    return this.#index;
  }

  /** Bytes of log behind the newest checkpoint. */
  get logBytes(): number {
    return this.#logBytes;
  }

  get running(): boolean {
    return this.#step !== "none";
  }

  /** Committed entries have changed the database since. */
  get hasNews(): boolean {
    return this.#pagesIndex > this.#index;
  }

  recovered(index: LogIndex, commitIndex: LogIndex, logBytes: number): void {
    this.#index = index;
    this.#recycled = index;
    this.#commitIndex = commitIndex;
    this.#pagesIndex = commitIndex;
    this.#logBytes = logBytes;
  }

  /** `pagesIndex`: of the last committed entry that changed the database. */
  committed(through: LogIndex, pagesIndex: LogIndex): void {
    this.#commitIndex = through;
    if (pagesIndex > this.#pagesIndex) this.#pagesIndex = pagesIndex;
  }

  logged(bytes: number, effects: NodeEffect[]): void {
    this.#logBytes += bytes;
    if (this.#logBytes >= this.#limits.logBytesMax && this.#step === "none") this.#start(effects);
  }

  /** What happens to the running one, to those who wait for it, and to what is read. */
  handle(event: CheckpointEvent, effects: NodeEffect[]): void {
    switch (event.type) {
      case "pinned":
        this.#pin(event.pin, event.at);
        break;
      case "unpinned":
        this.#unpin(event.pin, effects);
        break;
      case "checkpoint":
        if (event.request === null) this.start(effects);
        else this.#request(event.request, effects);
        break;
      case "checkpoint-due":
        this.#due(effects);
        break;
      case "checkpoint-planned":
        this.#planReady(event.index, effects);
        break;
      case "checkpoint-copied":
        this.#copied(effects);
        break;
      case "checkpoint-failed":
        this.#failed(event.reason, effects);
        break;
      case "checkpoint-noted":
        this.#noted(event.index, effects);
        break;
      case "reader-joined":
        this.#readers.set(event.reader, event.through);
        break;
      case "reader-released":
        if (!this.#readers.has(event.reader)) break;
        this.#readers.set(event.reader, event.through);
        this.#recycle(effects);
        break;
      case "reader-left":
        this.#readers.delete(event.reader);
        this.#recycle(effects);
        break;
    }
  }

  /** The interval has passed. */
  #due(effects: NodeEffect[]): void {
    const { entries, logBytes } = this.#limits;
    const many = this.#commitIndex - this.#index >= entries;
    if (many || (logBytes > 0 && this.#logBytes >= logBytes)) this.start(effects);
  }

  /** Begins one if there is anything to copy and none is under way. */
  start(effects: NodeEffect[]): void {
    if (this.#step === "none" && this.hasNews) this.#start(effects);
  }

  /** One that covers everything committed now; its `answer-checkpoint` tells the request. */
  #request(request: RequestId, effects: NodeEffect[]): void {
    if (this.#step !== "none") {
      this.#lateWaiters.push(request);
      return;
    }
    if (!this.hasNews) {
      effects.push({ type: "answer-checkpoint", request, result: { type: "nothing-new" } });
      return;
    }
    this.#waiters.push(request);
    this.#start(effects);
    if (!this.running) this.#answer({ type: "failed", reason: "database checkpoint busy" }, effects);
  }

  #planReady(index: LogIndex | null, effects: NodeEffect[]): void {
    assert(this.#step === "plan", "a plan comes back only when it was asked for");
    if (index === null) {
      this.#step = "none";
      this.#pagesIndex = this.#commitIndex > this.#planned.upTo ? this.#pagesIndex : this.#index;
      this.#answer({ type: "nothing-new" }, effects);
      return;
    }
    assert(index <= this.#planned.upTo, `a checkpoint at ${index} goes beyond ${this.#planned.upTo}`);
    this.#step = "copy";
    effects.push({ type: "copy-checkpoint" });
  }

  #copied(effects: NodeEffect[]): void {
    assert(this.#step === "copy", "a copy is done only once it was begun");
    this.#step = "note";
    effects.push({ type: "note-checkpoint", through: this.#planned.upTo });
  }

  #failed(reason: string, effects: NodeEffect[]): void {
    assert(this.#step === "copy", "a copy fails only once it was begun");
    this.#step = "none";
    this.#answer({ type: "failed", reason }, effects);
  }

  #noted(index: LogIndex, effects: NodeEffect[]): void {
    assert(this.#step === "note", "a checkpoint is noted only once it was copied");
    this.#step = "none";
    const { logBytes, commitIndex } = this.#planned;
    // Of the bytes behind a partial checkpoint only the share is known; the next one sets it right.
    const entries = Math.max(1, commitIndex - this.#index);
    const share = Math.min(1, (index - this.#index) / entries);
    this.#logBytes = Math.max(0, this.#logBytes - Math.round(logBytes * share));
    this.#index = index;
    effects.push({ type: "drop-versions" });
    this.#recycle(effects);
    this.#answer({ type: "taken" }, effects);
  }

  #pin(pin: number, at: LogIndex): void {
    assert(
      at >= this.#index && (!this.running || at >= this.#planned.upTo),
      "nothing reads what a checkpoint passes by",
    );
    this.#pins.set(pin, at);
  }

  #unpin(pin: number, effects: NodeEffect[]): void {
    this.#pins.delete(pin);
    if (this.#overdue && this.#step === "none") this.#start(effects);
  }

  /** Nobody waits for it any more. */
  forget(request: RequestId): boolean {
    const place = this.#lateWaiters.indexOf(request);
    if (place >= 0) this.#lateWaiters.splice(place, 1);
    return place >= 0;
  }

  #start(effects: NodeEffect[]): void {
    let upTo = this.#commitIndex;
    for (const at of this.#pins.values()) if (at < upTo) upTo = at;
    this.#overdue = upTo < this.#commitIndex;
    if (upTo <= this.#index) return;
    this.#step = "plan";
    this.#planned = { logBytes: this.#logBytes, commitIndex: this.#commitIndex, upTo };
    effects.push({ type: "plan-checkpoint", upTo });
  }

  #answer(result: Extract<NodeEffect, { type: "answer-checkpoint" }>["result"], effects: NodeEffect[]): void {
    const waiters = this.#waiters;
    const late = this.#lateWaiters;
    this.#waiters = [];
    this.#lateWaiters = [];
    for (const request of waiters) effects.push({ type: "answer-checkpoint", request, result });
    for (const request of late) this.#request(request, effects);
  }

  /** Lets the log go that neither the base nor any reader needs. */
  #recycle(effects: NodeEffect[]): void {
    let through = this.#index;
    for (const released of this.#readers.values()) if (released < through) through = released;
    if (through <= this.#recycled) return;
    this.#recycled = through;
    effects.push({ type: "recycle", through });
  }
}

import { assert, type LogIndex, present, type RequestId } from "../base/mod.ts";
import {
  type BackupOrder,
  type Cell,
  type FromReader,
  type ReaderData,
  reclaimCell,
  type StatementRequest,
  type StatementResult,
  stopCell,
  type ToReader,
  unpackResults,
} from "../engine/mod.ts";
import type { Clock, Timers, WorkerHandle, Workers } from "../ports/mod.ts";
import type { CellPool } from "./cells.ts";
import type { NoteHistory } from "./note-history.ts";

/** What a read's owner is told. After `result` of type "stream", `chunk`s follow until `end` or `broken`. */
export interface ReadSink {
  result(result: StatementResult): void;
  chunk(bytes: Uint8Array): void;
  end(): void;
  /** The read cannot be finished (its reader died, or the stream broke); nothing comes after. */
  broken(reason: string): void;
}

export type ReadJob =
  | { readonly kind: "statements"; readonly request: StatementRequest; readonly sink: ReadSink }
  | {
      readonly kind: "backup";
      readonly id: RequestId;
      readonly cell: Cell;
      readonly order: BackupOrder;
      readonly sink: ReadSink;
    };

/** A job with the cell of its present attempt. */
interface Held {
  readonly job: ReadJob;
  readonly cell: Cell;
}

interface Reader {
  readonly id: number;
  readonly handle: WorkerHandle;
  /** Beyond the standing number: started because the others were stuck; goes when idle. */
  readonly extra: boolean;
  state: "starting" | "idle" | "busy";
  /** Notes up to here have been posted to it. */
  notedThrough: LogIndex;
  busySinceMs: number;
  idleSinceMs: number;
  /** The batch it runs now. */
  readonly batch: Map<RequestId, Held>;
  /** Reads whose stream it still produces. */
  readonly streams: Map<RequestId, Held>;
}

export interface ReaderPoolOptions {
  /** Readers that always run. */
  readonly standing: number;
  /** All readers, those started because others were stuck included. */
  readonly readersMax: number;
  readonly data: Omit<ReaderData, "base" | "notes">;
}

export interface ReaderPoolEvents {
  readerJoined(reader: number): void;
  readerLeft(reader: number): void;
  readerReleased(reader: number, through: LogIndex): void;
  failed(reason: string): void;
}

/** Requests in one message to a reader: enough to spare hops, few enough to spread over readers. */
const batchMax = 64;
/** A reader that has sat on one batch for this long is stuck: the rest of its batch goes elsewhere. */
const stuckMs = 50;
const extraIdleMs = 30_000;
/** Chunks of a stream that may be under way to a client that has not taken them yet. */
export const streamWindow = 4;

/**
 * Spreads reads over reader threads. Reads gather while all readers are busy and go out in batches; a reader caught in
 * a long statement loses the rest of its batch to the others, and when all are caught another reader is started.
 */
export class ReaderPool {
  readonly #workers: Workers;
  readonly #timers: Timers;
  readonly #clock: Clock;
  readonly #cells: CellPool;
  readonly #history: NoteHistory;
  readonly #options: ReaderPoolOptions;
  readonly #events: ReaderPoolEvents;
  readonly #readers = new Map<number, Reader>();
  #queue: Held[] = [];
  #lastReader = 0;
  #cancelWatch: (() => void) | null = null;
  #stopped = false;

  constructor(
    ports: { readonly workers: Workers; readonly timers: Timers; readonly clock: Clock },
    cells: CellPool,
    history: NoteHistory,
    options: ReaderPoolOptions,
    events: ReaderPoolEvents,
  ) {
    this.#workers = ports.workers;
    this.#timers = ports.timers;
    this.#clock = ports.clock;
    this.#cells = cells;
    this.#history = history;
    this.#options = options;
    this.#events = events;
    for (let started = 0; started < options.standing; started++) this.#startReader(false);
  }

  get readers(): number {
    return this.#readers.size;
  }

  get queued(): number {
    return this.#queue.length;
  }

  /** Runs a read at the newest committed snapshot. Its cell belongs to the caller, who gives it back at the end. */
  submit(job: ReadJob): void {
    this.#queue.push({ job, cell: cellOf(job) });
    this.#dispatch();
  }

  /** Stops a read wherever it is. Its sink still hears of it. */
  stop(job: ReadJob): void {
    const id = idOf(job);
    stopCell(this.#cells.cells, cellOf(job));
    const waiting = this.#queue.findIndex((held) => idOf(held.job) === id);
    if (waiting >= 0) {
      this.#queue.splice(waiting, 1);
      job.sink.broken("client gone");
      return;
    }
    for (const reader of this.#readers.values()) {
      if (reader.streams.has(id)) this.#post(reader, { type: "cancel-stream", id });
    }
  }

  /** The stream's client took a chunk. */
  credit(id: RequestId): void {
    for (const reader of this.#readers.values()) {
      if (reader.streams.has(id)) this.#post(reader, { type: "credit", id });
    }
  }

  /** Tells every reader that versions up to `through` are in the base file. */
  dropVersions(through: LogIndex): void {
    for (const reader of this.#readers.values()) {
      this.#post(reader, { type: "drop-versions", notes: this.#newNotes(reader), through });
    }
  }

  close(): void {
    this.#stopped = true;
    this.#cancelWatch?.();
    for (const reader of this.#readers.values()) reader.handle.terminate();
    this.#readers.clear();
  }

  #startReader(extra: boolean): void {
    const id = ++this.#lastReader;
    const base = this.#history.base;
    const data: ReaderData = { ...this.#options.data, base, notes: this.#history.since(base.index) };
    const notedThrough = this.#history.newest;
    const handle = this.#workers.start("reader", data, {
      message: (message) => this.#receive(id, message as FromReader),
      exit: (error) => this.#exited(id, error),
    });
    this.#readers.set(id, {
      id,
      handle,
      extra,
      state: "starting",
      notedThrough,
      busySinceMs: 0,
      idleSinceMs: 0,
      batch: new Map(),
      streams: new Map(),
    });
    this.#events.readerJoined(id);
  }

  #dispatch(): void {
    if (this.#queue.length === 0) return;
    for (const reader of this.#readers.values()) {
      if (reader.state !== "idle") continue;
      this.#feed(reader);
      if (this.#queue.length === 0) return;
    }
    this.#watch();
  }

  #feed(reader: Reader): void {
    const first = present(this.#queue[0], "a queued read");
    const notes = this.#newNotes(reader);
    const at = reader.notedThrough;
    reader.state = "busy";
    reader.busySinceMs = this.#clock.monotonicMs();
    if (first.job.kind === "backup") {
      this.#queue.shift();
      const { id, order } = first.job;
      reader.batch.set(id, first);
      this.#post(reader, { type: "backup", notes, at, id, cell: first.cell, order });
      return;
    }
    const requests: StatementRequest[] = [];
    let taken = 0;
    for (const held of this.#queue) {
      if (taken === batchMax || held.job.kind !== "statements") break;
      taken++;
      reader.batch.set(held.job.request.id, held);
      requests.push(held.cell === held.job.request.cell ? held.job.request : { ...held.job.request, cell: held.cell });
    }
    this.#queue = taken === this.#queue.length ? [] : this.#queue.slice(taken);
    this.#post(reader, { type: "read", notes, at, requests });
    this.#watch();
  }

  #newNotes(reader: Reader): ReturnType<NoteHistory["since"]> {
    if (reader.notedThrough === this.#history.newest) return [];
    const notes = this.#history.since(reader.notedThrough);
    reader.notedThrough = this.#history.newest;
    return notes;
  }

  #receive(id: number, message: FromReader): void {
    const reader = this.#readers.get(id);
    if (reader === undefined) return;
    switch (message.type) {
      case "ready":
        return this.#becomeIdle(reader);
      case "results":
        for (const result of unpackResults(message.results)) this.#settle(reader, result);
        if (message.done) this.#becomeIdle(reader);
        return;
      case "chunk": {
        const held = reader.streams.get(message.id);
        if (held === undefined) return;
        if (message.bytes.length > 0) held.job.sink.chunk(message.bytes);
        if (message.state === "done") {
          reader.streams.delete(message.id);
          held.job.sink.end();
        }
        return;
      }
      case "broken": {
        const held = reader.streams.get(message.id) ?? reader.batch.get(message.id);
        reader.streams.delete(message.id);
        reader.batch.delete(message.id);
        if (held === undefined) return;
        held.job.sink.broken(message.reason);
        return;
      }
      case "released":
        return this.#events.readerReleased(id, message.through);
      case "failed":
        return this.#events.failed(message.reason);
    }
  }

  #settle(reader: Reader, result: StatementResult): void {
    const held = reader.batch.get(result.id);
    if (held === undefined) return;
    reader.batch.delete(result.id);
    if (result.type === "stream") reader.streams.set(result.id, held);
    held.job.sink.result(result);
  }

  #becomeIdle(reader: Reader): void {
    assert(reader.batch.size === 0, "a reader that is done has answered its whole batch");
    reader.state = "idle";
    reader.idleSinceMs = this.#clock.monotonicMs();
    this.#dispatch();
  }

  #watch(): void {
    if (this.#cancelWatch !== null || this.#stopped) return;
    this.#cancelWatch = this.#timers.after(stuckMs, () => {
      this.#cancelWatch = null;
      this.#rescue();
    });
  }

  /** Takes what stuck readers have not begun, and starts another reader if none is left to take it. */
  #rescue(): void {
    const nowMs = this.#clock.monotonicMs();
    let watched = this.#queue.length > 0;
    for (const reader of this.#readers.values()) {
      if (reader.state === "idle" && reader.extra && reader.streams.size === 0) {
        if (nowMs - reader.idleSinceMs > extraIdleMs) this.#dismiss(reader);
        else watched = true;
      }
      if (reader.state !== "busy") continue;
      watched = true;
      if (nowMs - reader.busySinceMs < stuckMs) continue;
      for (const [id, held] of reader.batch) {
        if (held.job.kind !== "statements" || !reclaimCell(this.#cells.cells, held.cell)) continue;
        reader.batch.delete(id);
        this.#queue.push({ job: held.job, cell: this.#cells.again(held.cell) });
      }
    }
    if (this.#queue.length > 0) {
      const free = [...this.#readers.values()].some((reader) => reader.state !== "busy");
      if (!free && this.#readers.size < this.#options.readersMax) this.#startReader(true);
      this.#dispatch();
    }
    if (watched) this.#watch();
  }

  #dismiss(reader: Reader): void {
    this.#readers.delete(reader.id);
    reader.handle.terminate();
    this.#events.readerLeft(reader.id);
  }

  #exited(id: number, error: string | null): void {
    const reader = this.#readers.get(id);
    if (reader === undefined) return;
    this.#readers.delete(id);
    this.#events.readerLeft(id);
    const reason = `reader thread ended: ${error ?? "terminated"}`;
    for (const held of [...reader.batch.values(), ...reader.streams.values()]) {
      held.job.sink.broken(reason);
    }
    if (this.#stopped) return;
    if (reader.state === "starting") this.#events.failed(reason);
    else if (!reader.extra) this.#startReader(false);
  }

  #post(reader: Reader, message: ToReader): void {
    reader.handle.post(message);
  }
}

const idOf = (job: ReadJob): RequestId => (job.kind === "statements" ? job.request.id : job.id);
const cellOf = (job: ReadJob): Cell => (job.kind === "statements" ? job.request.cell : job.cell);

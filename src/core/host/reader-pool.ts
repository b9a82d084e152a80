import { assert, type LogIndex, type RequestId } from "../base/mod.ts";
import {
  type FromReader,
  packRequests,
  type ReaderData,
  reclaimCell,
  type StatementRequest,
  type StatementResult,
  type ToReader,
  unpackResults,
} from "../engine/mod.ts";
import type { BaseShape, EntryNote } from "../pages/mod.ts";
import type { Clock, Timers, Workers } from "../ports/mod.ts";
import type { CellPool } from "./cells.ts";
import type { NoteHistory } from "./note-history.ts";
import {
  isBackup,
  type PooledRead,
  type Reader,
  type ReaderPoolEvents,
  type ReaderPoolOptions,
  type ReadStream,
} from "./pooled-read.ts";

/** Requests in one message to a reader: enough to spare hops, few enough to spread over readers. */
const batchMax = 64;
/** A reader that has answered nothing for this long is stuck: the rest of its batch goes elsewhere. */
const stuckMs = 50;
/** When all have been stuck for this long, another reader is worth its memory. */
const extraAfterMs = 150;
const extraIdleMs = 30_000;
/** Chunks of a stream that may be under way to a client that has not taken them yet. */
const streamWindow = 4;

/**
 * Spreads reads over reader threads. Reads gather until `dispatch` and while all readers are busy, and go out in
 * batches; a reader caught in a long statement loses the rest of its batch to the others, and when all are caught
 * another reader is started. How many may wait is bounded by the cells.
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
  readonly #streamers = new Map<RequestId, Reader>();
  /** Fresh reads that wait. */
  #queue: PooledRead[] = [];
  /** Long reads that wait. */
  readonly #long: PooledRead[] = [];
  #lastReader = 0;
  #lastPin = 0;
  #cancelWatch: (() => void) | null = null;
  #closed = false;

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

  /** Readers that run a batch or a stream now. */
  get readersInUse(): number {
    let count = 0;
    for (const reader of this.#readers.values()) if (reader.state === "busy" || reader.streams.size > 0) count++;
    return count;
  }

  /** At least one reader has opened the database. */
  get isReady(): boolean {
    for (const reader of this.#readers.values()) if (reader.state !== "starting") return true;
    return false;
  }

  /** Takes a read, to run it at the snapshot that is the newest when it goes out. `dispatch` follows. */
  add(read: PooledRead): void {
    this.#queue.push(read);
  }

  /** Hands what waits to readers that are free. */
  dispatch(): void {
    if (this.#queue.length + this.#long.length === 0) return;
    const idle: Reader[] = [];
    for (const reader of this.#readers.values()) if (reader.state === "idle") idle.push(reader);
    // Those without streams last, to be taken first: a chunk in the making holds up a batch.
    if (idle.length > 1) idle.sort((left, right) => right.streams.size - left.streams.size);
    while (idle.length > 0 && this.#queue.length > 0) {
      const count = Math.min(batchMax, Math.ceil(this.#queue.length / idle.length));
      const reader = idle.pop();
      if (reader !== undefined) this.#feed(reader, this.#takeBatch(count));
    }
    while (idle.length > 1 && this.#long.length > 0) {
      const reader = idle.pop();
      if (reader !== undefined) this.#feed(reader, this.#long.splice(0, 1));
    }
    this.#watch();
  }

  /** Statements up to `count`, or one backup. */
  #takeBatch(count: number): PooledRead[] {
    let end = 0;
    for (const read of this.#queue) {
      if (end === count || (end > 0 && isBackup(read.work))) break;
      end++;
      if (isBackup(read.work)) break;
    }
    if (end < this.#queue.length) return this.#queue.splice(0, end);
    const batch = this.#queue;
    this.#queue = [];
    return batch;
  }

  /** Stops a read wherever it is. If it has gone out it still gets its end. */
  stop(read: PooledRead): void {
    this.#cells.stop(read.cell);
    read.lane = "long";
    if (takeOut(this.#queue, read) || takeOut(this.#long, read)) {
      read.broken("stopped");
      return;
    }
    const reader = this.#streamers.get(read.id);
    if (reader !== undefined) this.#post(reader, { type: "cancel-stream", id: read.id });
  }

  /** The stream's client took a chunk. */
  credit(id: RequestId): void {
    const reader = this.#streamers.get(id);
    if (reader !== undefined) this.#post(reader, { type: "credit", id });
  }

  /** Tells every reader that versions up to this base are in it. The history still holds notes from before it. */
  dropVersions(base: BaseShape): void {
    for (const reader of this.#readers.values()) {
      this.#post(reader, { type: "drop-versions", notes: this.#newNotes(reader), base });
    }
  }

  close(): void {
    this.#closed = true;
    this.#cancelWatch?.();
    for (const reader of this.#readers.values()) reader.handle.terminate();
    this.#readers.clear();
  }

  #startReader(extra: boolean): void {
    const id = ++this.#lastReader;
    const { base, newest } = this.#history;
    const data: ReaderData = { ...this.#options.data, base, notes: this.#history.since(base.index) };
    const handle = this.#workers.start("reader", data, {
      message: (message) => this.#receive(id, message as FromReader),
      exit: (error) => this.#exited(id, error),
    });
    this.#readers.set(id, {
      id,
      handle,
      extra,
      state: "starting",
      notedThrough: newest,
      stillSinceMs: 0,
      pin: 0,
      at: newest,
      batch: new Map(),
      streams: new Map(),
    });
    this.#events.readerJoined(id, base.index);
  }

  #feed(reader: Reader, reads: readonly PooledRead[]): void {
    const notes = this.#newNotes(reader);
    const at = reader.notedThrough;
    reader.state = "busy";
    reader.stillSinceMs = this.#clock.monotonicMs();
    reader.at = at;
    reader.pin = this.#pin(at);
    const requests: StatementRequest[] = [];
    for (const { id, cell, work } of reads) {
      if (!isBackup(work)) requests.push(cell === work.cell ? work : { ...work, cell });
      else this.#post(reader, { type: "backup", notes, at, id, cell, order: work });
    }
    for (const read of reads) reader.batch.set(read.id, read);
    // Bodies are copied, never moved: a read may have to begin anew elsewhere.
    if (requests.length > 0) this.#post(reader, { type: "read", notes, at, requests: packRequests(requests).packed });
  }

  #newNotes(reader: Reader): readonly EntryNote[] {
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
        this.#becomeIdle(reader);
        break;
      case "results":
        reader.stillSinceMs = this.#clock.monotonicMs();
        for (const result of unpackResults(message.results)) this.#settle(reader, result);
        if (message.done) this.#becomeIdle(reader);
        break;
      case "chunk": {
        const stream = reader.streams.get(message.id);
        if (stream === undefined) break;
        if (message.bytes.length > 0) stream.read.chunk(message.bytes);
        if (message.state === "done") {
          this.#endStream(reader, stream);
          stream.read.end();
        }
        break;
      }
      case "broken": {
        const stream = reader.streams.get(message.id);
        if (stream === undefined) break;
        this.#endStream(reader, stream);
        stream.read.broken(message.reason);
        break;
      }
      case "released":
        this.#events.readerReleased(id, message.through);
        break;
      case "failed":
        this.#events.failed(message.reason);
        break;
    }
  }

  #settle(reader: Reader, result: StatementResult): void {
    const read = reader.batch.get(result.id);
    // Taken back in the meantime.
    if (read === undefined) return;
    reader.batch.delete(result.id);
    if (read.lane === "yielding" && (result.type === "stopped" || result.type === "stream")) {
      // It had just begun to answer; it was told to stop, so the rest would not come.
      if (result.type === "stream") this.#post(reader, { type: "cancel-stream", id: read.id });
      read.lane = "long";
      read.cell = this.#cells.again(read.cell);
      this.#long.push(read);
      return;
    }
    if (result.type === "stream") {
      reader.streams.set(result.id, { read, pin: this.#pin(reader.at) });
      this.#streamers.set(result.id, reader);
    }
    read.result(result);
    if (result.type !== "stream") return;
    for (let given = 0; given < streamWindow; given++) this.credit(result.id);
  }

  #endStream(reader: Reader, { read, pin }: ReadStream): void {
    reader.streams.delete(read.id);
    this.#streamers.delete(read.id);
    this.#events.unpinned(pin);
  }

  #becomeIdle(reader: Reader): void {
    assert(reader.batch.size === 0, "a reader that is done has answered its whole batch");
    this.#unpin(reader);
    reader.state = "idle";
    reader.stillSinceMs = this.#clock.monotonicMs();
    this.dispatch();
  }

  #pin(at: LogIndex): number {
    const pin = ++this.#lastPin;
    this.#events.pinned(pin, at);
    return pin;
  }

  #unpin(reader: Reader): void {
    if (reader.pin === 0) return;
    this.#events.unpinned(reader.pin);
    reader.pin = 0;
  }

  #watch(): void {
    if (this.#cancelWatch !== null || this.#closed) return;
    this.#cancelWatch = this.#timers.after(stuckMs, () => {
      this.#cancelWatch = null;
      this.#rescue();
    });
  }

  /**
   * Takes what stuck readers have not begun. If all are stuck, another reader is started, for whoever comes next shall
   * not wait for a thread to start beside all that work; until it is there, one of the stuck reads yields.
   */
  #rescue(): void {
    const nowMs = this.#clock.monotonicMs();
    let watched = this.#queue.length > 0 || this.#long.length > 0;
    let isStarting = false;
    let stuck = 0;
    let stuckForLong = 0;
    for (const reader of this.#readers.values()) {
      const stillMs = nowMs - reader.stillSinceMs;
      if (reader.state === "starting") isStarting = true;
      else if (reader.state === "busy") {
        watched = true;
        if (stillMs < stuckMs) continue;
        stuck++;
        if (stillMs >= extraAfterMs) stuckForLong++;
        this.#takeBack(reader);
      } else if (reader.extra && reader.streams.size === 0) {
        if (stillMs > extraIdleMs) this.#dismiss(reader);
        else watched = true;
      }
    }
    const free = this.#readers.size - stuck;
    const wanted = stuckForLong === this.#readers.size || (free <= 1 && this.#long.length > 0);
    if (wanted && !isStarting && this.#readers.size < this.#options.readersMax) this.#startReader(true);
    const canBegin = this.#options.readersMax > 1 && (free === 0 || (free === 1 && isStarting));
    if (canBegin && this.#queue.length > 0) this.#preempt();
    this.dispatch();
    if (watched) this.#watch();
  }

  /** What a reader has not begun waits again, as if it had just come. */
  #takeBack(reader: Reader): void {
    for (const [id, read] of reader.batch) {
      if (isBackup(read.work) || !reclaimCell(this.#cells.cells, read.cell)) continue;
      reader.batch.delete(id);
      read.cell = this.#cells.again(read.cell);
      this.#queue.push(read);
    }
  }

  /** Has the stuck read that has lost the least begin anew later. */
  #preempt(): void {
    let youngest: { readonly read: PooledRead; readonly sinceMs: number } | null = null;
    for (const reader of this.#readers.values()) {
      for (const read of reader.batch.values()) {
        // One is on its way out already.
        if (read.lane === "yielding") return;
        if (read.lane === "long" || isBackup(read.work)) continue;
        if (youngest === null || reader.stillSinceMs > youngest.sinceMs)
          youngest = { read, sinceMs: reader.stillSinceMs };
      }
    }
    if (youngest === null) return;
    youngest.read.lane = "yielding";
    this.#cells.stop(youngest.read.cell);
  }

  #dismiss(reader: Reader): void {
    this.#readers.delete(reader.id);
    reader.handle.terminate();
    this.#events.readerLeft(reader.id);
  }

  #exited(id: number, error: string | null): void {
    const reader = this.#readers.get(id);
    if (reader === undefined || this.#closed) return;
    this.#readers.delete(id);
    const reason = `reader thread ended: ${error ?? "terminated"}`;
    this.#takeBack(reader);
    this.#unpin(reader);
    for (const stream of reader.streams.values()) {
      this.#endStream(reader, stream);
      stream.read.broken(reason);
    }
    for (const read of reader.batch.values()) read.broken(reason);
    this.#events.readerLeft(id);
    if (reader.state === "starting" && !reader.extra) this.#events.failed(reason);
    else if (!reader.extra) this.#startReader(false);
    this.dispatch();
  }

  #post(reader: Reader, message: ToReader): void {
    reader.handle.post(message);
  }
}

function takeOut(reads: PooledRead[], read: PooledRead): boolean {
  const place = reads.indexOf(read);
  if (place >= 0) reads.splice(place, 1);
  return place >= 0;
}

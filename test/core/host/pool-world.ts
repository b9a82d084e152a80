/** A reader pool over pretended threads, a clock that only moves when told, and a record of all it says. */
import { logIndex, type RequestId, requestId } from "../../../src/core/base/mod.ts";
import {
  type BackupOrder,
  beginCell,
  type Cell,
  type FromReader,
  isStopped,
  ResultPacker,
  type StatementRequest,
  type StatementResult,
  type ToReader,
  unpackRequests,
} from "../../../src/core/engine/mod.ts";
import { CellPool } from "../../../src/core/host/cells.ts";
import { NoteHistory } from "../../../src/core/host/note-history.ts";
import type { PooledRead, ReadLane } from "../../../src/core/host/pooled-read.ts";
import { ReaderPool } from "../../../src/core/host/reader-pool.ts";
import type { EntryNote } from "../../../src/core/pages/mod.ts";
import type { WorkerEvents } from "../../../src/core/ports/mod.ts";

const text = (words: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(words);

export function note(index: number): EntryNote {
  return {
    index: logIndex(index),
    term: 1 as EntryNote["term"],
    pageSize: 4096,
    pageCount: index,
    pgnos: new Uint32Array(0),
    segments: new Uint32Array(0),
    positions: new Float64Array(0),
    image: null,
  };
}

/** One pretended thread: it begins requests as the real one does, and answers when told. */
export class ThreadDouble {
  readonly received: ToReader[] = [];
  /** Indexes of the notes that it has been told of, at its start or later. */
  readonly notes: number[];
  terminated = false;
  readonly #cells: Int32Array;
  readonly #events: WorkerEvents;
  #batch: readonly { readonly id: RequestId; readonly cell: Cell }[] = [];

  constructor(cells: Int32Array, data: { readonly notes: readonly EntryNote[] }, events: WorkerEvents) {
    this.#cells = cells;
    this.#events = events;
    this.notes = data.notes.map(({ index }) => index);
  }

  post(message: ToReader): void {
    this.received.push(message);
    if ("notes" in message) this.notes.push(...message.notes.map(({ index }) => index));
    if (message.type === "read") this.#batch = unpackRequests(message.requests);
    if (message.type === "backup") this.#batch = [message];
  }

  say(message: FromReader): void {
    if (!this.terminated) this.#events.message(message);
  }

  ready(): void {
    this.say({ type: "ready" });
  }

  /** IDs of the batch that it has. */
  get batch(): readonly RequestId[] {
    return this.#batch.map(({ id }) => id);
  }

  /** Begins the next request of its batch; false: main has taken it back. */
  begin(id: RequestId): boolean {
    const request = this.#batch.find((one) => one.id === id);
    return request !== undefined && beginCell(this.#cells, request.cell);
  }

  isStopped(id: RequestId): boolean {
    const request = this.#batch.find((one) => one.id === id);
    return request === undefined || isStopped(this.#cells, request.cell);
  }

  /** Answers some of its batch. */
  answer(results: readonly StatementResult[], done: boolean): void {
    const packer = new ResultPacker();
    for (const result of results) packer.add(result);
    if (done) this.#batch = [];
    this.say({ type: "results", results: packer.take(), done });
  }

  /** Runs its whole batch as the real one does, in no time; what it had begun it ends. */
  work(): void {
    const results = this.#batch.map(({ id, cell }): StatementResult => {
      if (!beginCell(this.#cells, cell) && isStopped(this.#cells, cell)) return { type: "stopped", id };
      return { type: "json", id, body: text(`answer ${id}`), failed: false };
    });
    this.answer(results, true);
  }

  die(error: string): void {
    this.terminated = true;
    this.#events.exit(error);
  }
}

/** One read and what became of it. */
export class ReadDouble implements PooledRead {
  readonly id: RequestId;
  cell: Cell;
  lane: ReadLane = "fresh";
  readonly work: StatementRequest | BackupOrder;
  readonly told: string[] = [];

  constructor(id: RequestId, cell: Cell, work: StatementRequest | BackupOrder) {
    this.id = id;
    this.cell = cell;
    this.work = work;
  }

  result(result: StatementResult): void {
    this.told.push(result.type);
  }
  chunk(bytes: Uint8Array): void {
    this.told.push(`chunk ${bytes.length}`);
  }
  end(): void {
    this.told.push("end");
  }
  broken(reason: string): void {
    this.told.push(`broken: ${reason}`);
  }
}

const options: StatementRequest["options"] = {
  transaction: false,
  associative: false,
  blobArray: false,
  qualifyColumns: false,
  pretty: false,
  timings: false,
  raftIndex: false,
  dbTimeoutMs: 0,
};

export class PoolWorld {
  readonly cells = new CellPool();
  readonly history = new NoteHistory({ index: logIndex(0), file: "db.sqlite", pageSize: 4096, pageCount: 0 }, []);
  readonly threads: ThreadDouble[] = [];
  readonly pins = new Map<number, number>();
  readonly events: string[] = [];
  readonly pool: ReaderPool;
  nowMs = 0;
  #timers: { readonly atMs: number; readonly run: () => void }[] = [];
  #lastRequest = 0;

  constructor(standing = 1, readersMax = 4) {
    const data = { folder: "/data", foreignKeys: false, cells: this.cells.cells, wasm: null };
    this.pool = new ReaderPool(
      {
        workers: {
          start: (_role, input, events) => {
            const thread = new ThreadDouble(this.cells.cells, input as { notes: EntryNote[] }, events);
            this.threads.push(thread);
            return {
              post: (message) => thread.post(message as ToReader),
              terminate: () => {
                thread.terminated = true;
              },
            };
          },
        },
        timers: {
          after: (delayMs, run) => {
            const timer = { atMs: this.nowMs + delayMs, run };
            this.#timers.push(timer);
            return () => {
              this.#timers = this.#timers.filter((one) => one !== timer);
            };
          },
          soon: (run) => run(),
        },
        clock: { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs },
      },
      this.cells,
      this.history,
      { standing, readersMax, data },
      {
        readerJoined: (reader, through) => this.events.push(`joined ${reader} at ${through}`),
        readerLeft: (reader) => this.events.push(`left ${reader}`),
        readerReleased: (reader, through) => this.events.push(`released ${reader} ${through}`),
        pinned: (pin, at) => this.pins.set(pin, at),
        unpinned: (pin) => this.pins.delete(pin),
        failed: (reason) => this.events.push(`failed: ${reason}`),
      },
    );
  }

  /** The thread that was started as the nth, from 0. */
  thread(place: number): ThreadDouble {
    const thread = this.threads[place];
    if (thread === undefined) throw new Error(`no thread ${place}, there are ${this.threads.length}`);
    return thread;
  }

  /** Lets time pass, with all timers that fall into it. */
  pass(timeMs: number): void {
    const untilMs = this.nowMs + timeMs;
    for (;;) {
      const due = this.#timers.filter(({ atMs }) => atMs <= untilMs).sort((left, right) => left.atMs - right.atMs)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((one) => one !== due);
      this.nowMs = due.atMs;
      due.run();
    }
    this.nowMs = untilMs;
  }

  get hasTimers(): boolean {
    return this.#timers.length > 0;
  }

  add(): ReadDouble {
    const cell = this.cells.take();
    if (cell === null) throw new Error("no cell");
    const id = requestId(++this.#lastRequest);
    const read = new ReadDouble(id, cell, { id, endpoint: "query", format: "json", body: text("[]"), options, cell });
    this.pool.add(read);
    return read;
  }

  addBackup(): ReadDouble {
    const cell = this.cells.take();
    if (cell === null) throw new Error("no cell");
    const read = new ReadDouble(requestId(++this.#lastRequest), cell, { format: "binary", vacuum: false, tables: [] });
    this.pool.add(read);
    return read;
  }

  commit(index: number): void {
    this.history.logged([note(index)]);
    this.history.commit(logIndex(index));
  }
}

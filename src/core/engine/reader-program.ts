import {
  assert,
  createHasher,
  done,
  failed,
  type Hasher,
  type LogIndex,
  type Outcome,
  type RequestId,
  unreachable,
} from "../base/mod.ts";
import { type EntryNote, encodePageChunk } from "../pages/mod.ts";
import type { Clock, Files } from "../ports/mod.ts";
import type { Sqlite } from "../sqlite/mod.ts";
import { analyse, parseBody, type ReadRun, type RunLimit } from "../statements/mod.ts";
import { openBackup, openVacuumedBackup } from "./backup-source.ts";
import { beginCell } from "./cancel-cells.ts";
import type { ChunkSource } from "./chunk-source.ts";
import { scratchName } from "./file-names.ts";
import { unpackRequests } from "./packed-requests.ts";
import { ResultPacker } from "./packed-results.ts";
import { ReadStreams } from "./read-streams.ts";
import type { FromReader, ReaderData, ToReader } from "./reader-messages.ts";
import { RequestLimit } from "./request-limit.ts";
import { type SnapshotConnection, SnapshotConnections } from "./snapshot-connections.ts";
import type { StatementRequest, StatementResult } from "./statement-messages.ts";
import { SnapshotPages } from "./storage-snapshot.ts";
import { PageVersions } from "./storage-versions.ts";

/** Below this a result is one whole body; beyond, it comes in chunks of about this size. */
const chunkBytes = 256 * 1024;
/** Pages of a binary backup come with less work, so in bigger chunks. */
const pageChunkBytes = 512 * 1024;
/** Finished results of a batch wait this long at most for those behind them. */
const gatherMs = 2;
const connectionsMax = 32;

/** What a reader's program needs of its thread. */
export interface ReaderPorts {
  readonly files: Files;
  readonly clock: Clock;
  /** Another instance, for what takes much memory once. */
  loadSqlite(): Promise<Sqlite>;
  post(message: FromReader, transfer?: readonly ArrayBuffer[]): void;
}

/** A reader thread's program: batches of reads at one snapshot each, and streams of what is long. */
export class ReaderProgram {
  readonly #ports: ReaderPorts;
  readonly #data: ReaderData;
  readonly #versions: PageVersions;
  readonly #connections: SnapshotConnections;
  readonly #streams: ReadStreams;
  readonly #packer = new ResultPacker();
  #gatheringSinceMs = 0;
  /** Only a reader that serves other nodes needs it. */
  #hashing: Promise<Hasher> | null = null;

  constructor(sqlite: Sqlite, ports: ReaderPorts, data: ReaderData) {
    this.#ports = ports;
    this.#data = data;
    this.#versions = new PageVersions(ports.files, data.folder, data.base);
    const { foreignKeys } = data;
    this.#connections = new SnapshotConnections(sqlite, ports.clock, this.#versions, { foreignKeys, connectionsMax });
    this.#streams = new ReadStreams((message, transfer) => ports.post(message, transfer));
    this.#add(data.notes);
    ports.post({ type: "ready" });
  }

  /** Resolves when it is done with the message; most need no promise. */
  receive(message: ToReader): Promise<void> | undefined {
    switch (message.type) {
      case "read":
        this.#add(message.notes);
        this.#read(message.at, unpackRequests(message.requests));
        break;
      case "backup":
        this.#add(message.notes);
        if (message.order.vacuum) return this.#ports.loadSqlite().then((sqlite) => this.#backup(message, sqlite));
        this.#backup(message, null);
        break;
      case "drop-versions":
        this.#add(message.notes);
        this.#versions.dropThrough(message.base.index);
        this.#ports.post({ type: "released", through: message.base.index });
        break;
      case "snapshot-ask":
        this.#add(message.notes);
        this.#hashing ??= createHasher();
        return this.#hashing.then((hasher) => this.#answerAsk(message, hasher));
      case "credit":
        this.#streams.advance(message.id);
        break;
      case "cancel-stream":
        this.#streams.cancel(message.id);
        break;
      default:
        unreachable(message);
    }
    return undefined;
  }

  #add(notes: readonly EntryNote[]): void {
    for (const note of notes) {
      this.#versions.index.add(note);
      if (note.image !== null) this.#connections.beginEra();
    }
  }

  #read(at: LogIndex, requests: readonly StatementRequest[]): void {
    this.#gatheringSinceMs = this.#ports.clock.monotonicMs();
    let lent: SnapshotConnection | null = null;
    for (const request of requests) {
      this.#flushIfLate();
      if (!beginCell(this.#data.cells, request.cell)) {
        this.#packer.add({ type: "stopped", id: request.id });
        continue;
      }
      lent ??= this.#connections.take(at);
      if (lent === null) {
        this.#packer.add(tooManyStreams(request.id));
        continue;
      }
      const result = this.#start(request, lent);
      this.#packer.add(result);
      // A long answer keeps the connection.
      if (result.type === "stream") lent = null;
    }
    if (lent !== null) this.#connections.give(lent);
    this.#flush(true);
  }

  #start(request: StatementRequest, lent: SnapshotConnection): StatementResult {
    const { id, endpoint, options, cell } = request;
    assert(endpoint !== "execute" && endpoint !== "load", "what writes does not go to a reader");
    const parsed = parseBody(request.format, request.body);
    if (!parsed.ok) return { type: "text", id, status: 400, message: parsed.error };
    if (endpoint === "analyse") {
      const body = analyse(lent.connection, this.#ports.clock, parsed.value, options);
      return { type: "json", id, body, failed: false };
    }
    const limit = new RequestLimit(this.#data.cells, cell, this.#ports.clock, options.dbTimeoutMs);
    const run = lent.runner.startRead(endpoint, parsed.value, options, this.#flushingLimit(limit));
    if (run === "not-read-only") return { type: "not-read-only", id };
    const first = run.next(chunkBytes);
    if (first.type === "stream") {
      this.#streams.begin(id, { source: this.#rest(run, lent), chunkBytes, limit });
      return { type: "stream", id, body: first.body };
    }
    run.close();
    assert(first.type !== "chunk" && first.type !== "broken", "a body has a beginning");
    return { ...first, id };
  }

  #rest(run: ReadRun, lent: SnapshotConnection): ChunkSource {
    return {
      next: (bytesMax) => {
        const step = run.next(bytesMax);
        assert(step.type !== "json" && step.type !== "stream" && step.type !== "text", "a body begins once");
        return step;
      },
      close: () => {
        run.close();
        this.#connections.give(lent);
      },
    };
  }

  #answerAsk({ id, at, ask }: Extract<ToReader, { type: "snapshot-ask" }>, hasher: Hasher): void {
    const pages = new SnapshotPages(this.#versions);
    pages.target(at);
    pages.pin();
    const bytes = encodePageChunk(pages, ask, hasher);
    pages.release();
    this.#ports.post({ type: "snapshot-chunk", id, bytes }, [bytes.buffer]);
  }

  #backup(message: Extract<ToReader, { type: "backup" }>, sqlite: Sqlite | null): void {
    const lent = this.#connections.take(message.at);
    if (lent === null) {
      this.#answer(tooManyStreams(message.id));
      return;
    }
    const limit = new RequestLimit(this.#data.cells, message.cell, this.#ports.clock, 0);
    const begun = beginCell(this.#data.cells, message.cell)
      ? this.#beginBackup(message, sqlite, lent, limit)
      : failed("stopped");
    if (!begun.ok) {
      this.#connections.give(lent);
      const { id } = message;
      const isStopped = limit.due() === "stopped";
      this.#answer(isStopped ? { type: "stopped", id } : { type: "text", id, status: 500, message: begun.error });
    }
  }

  /** The error is why it can't begin; then nothing is left of it. */
  #beginBackup(
    { id, order }: Extract<ToReader, { type: "backup" }>,
    sqlite: Sqlite | null,
    lent: SnapshotConnection,
    limit: RequestLimit,
  ): Outcome<null> {
    const scratchPath = `${this.#data.folder}/${scratchName(id)}`;
    const opened =
      sqlite === null
        ? done(openBackup(lent, order, limit))
        : openVacuumedBackup({ sqlite, files: this.#ports.files, scratchPath }, lent.pages, limit);
    if (!opened.ok) return opened;
    const backup = opened.value;
    const first = backup.next(pageChunkBytes);
    if (first.type !== "chunk") {
      backup.close();
      return failed(first.type === "broken" ? first.reason : "stopped");
    }
    this.#answer({ type: "stream", id, body: first.bytes });
    const source: ChunkSource = {
      next: (bytesMax) => backup.next(bytesMax),
      close: () => {
        backup.close();
        this.#connections.give(lent);
      },
    };
    if (first.state === "more") {
      this.#streams.begin(id, { source, chunkBytes: pageChunkBytes, limit });
    } else {
      source.close();
      this.#ports.post({ type: "chunk", id, bytes: new Uint8Array(0), state: "done" });
    }
    return done(null);
  }

  #answer(result: StatementResult): void {
    this.#packer.add(result);
    this.#flush(true);
  }

  /** A limit that, whenever it is asked, lets go of what is done: a long read must not hold up its neighbours. */
  #flushingLimit(limit: RequestLimit): RunLimit {
    return {
      due: () => {
        this.#flushIfLate();
        return limit.due();
      },
    };
  }

  #flushIfLate(): void {
    if (this.#packer.isEmpty || this.#ports.clock.monotonicMs() - this.#gatheringSinceMs < gatherMs) return;
    this.#flush(false);
    this.#gatheringSinceMs = this.#ports.clock.monotonicMs();
  }

  #flush(isLast: boolean): void {
    const results = this.#packer.take();
    this.#ports.post({ type: "results", results, done: isLast }, [results.heads.buffer, results.bytes.buffer]);
  }
}

const tooManyStreams = (id: RequestId): StatementResult => ({
  type: "text",
  id,
  status: 500,
  message: "too many long answers are under way",
});

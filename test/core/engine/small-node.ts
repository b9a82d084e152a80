import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LogIndex, logIndex, type RequestId, requestId, term } from "../../../src/core/base/mod.ts";
import {
  type BackupOrder,
  createCells,
  type FromEngine,
  type FromKeeper,
  type FromReader,
  packRequests,
  queueCell,
  type StatementRequest,
  type StatementResult,
  stopCell,
  type ToEngine,
  type ToKeeper,
  type ToReader,
  unpackResults,
} from "../../../src/core/engine/mod.ts";
import type { BaseShape, EntryNote } from "../../../src/core/pages/mod.ts";
import type { Files } from "../../../src/core/ports/mod.ts";
import { files as realFiles } from "../../../src/runtime/node/files.ts";
import { FaultyFiles } from "../../sim/faulty-files.ts";
import { type Ask, defaultOptions } from "./group-fixture.ts";
import { WorkerDouble, wasm } from "./worker-double.ts";

type Reader = WorkerDouble<ToReader, FromReader>;
type Recovered = Extract<FromEngine, { type: "recovered" }>;

const firstTerm = term(1);

/** The storage threads' programs on real files, and as much of a host as it takes to use them. */
export class SmallNode {
  readonly folder: string;
  readonly files: Files;
  readonly cells = createCells();
  engine: WorkerDouble<ToEngine, FromEngine>;
  keeper: WorkerDouble<ToKeeper, FromKeeper>;
  base: BaseShape = { index: logIndex(0), file: "db.sqlite", pageSize: 4096, pageCount: 0 };
  committed: LogIndex = logIndex(0);
  notes: EntryNote[] = [];
  /** Up to where each reader has been told. */
  readonly #known = new WeakMap<Reader, LogIndex>();
  #requests = 0;
  #ticket = 0;

  private constructor(folder: string, files: Files) {
    this.folder = folder;
    this.files = files;
    this.engine = this.#startEngine();
    this.keeper = new WorkerDouble("keeper", { folder, cells: this.cells, wasm }, files);
  }

  /** With a new temporary folder of the disk. */
  static async start(): Promise<SmallNode> {
    const node = new SmallNode(mkdtempSync(join(tmpdir(), "quolite-node-")), realFiles);
    await node.recover();
    return node;
  }

  /** With files in memory. */
  static async startInMemory(): Promise<SmallNode> {
    const node = new SmallNode("data", new FaultyFiles());
    await node.recover();
    return node;
  }

  #startEngine(): WorkerDouble<ToEngine, FromEngine> {
    const { folder, cells } = this;
    return new WorkerDouble(
      "engine",
      { folder, cells, wasm, foreignKeys: false, segmentBytes: 256 * 1024 },
      this.files,
    );
  }

  /** As a lone leader starts: recovered, its term saved, a no-op in the log. */
  async recover(): Promise<Recovered> {
    const recovered = await this.engine.next("recovered", "want-spare");
    this.base = recovered.base;
    this.notes = [...recovered.notes];
    this.engine.post({ type: "save-hard-state", ticket: 0, term: firstTerm, votedFor: "me" });
    await this.engine.next("hard-state-saved", "want-spare");
    this.engine.post({ type: "append-noop", term: firstTerm });
    const noop = await this.engine.next("executed", "want-spare");
    this.committed = noop.lastIndex;
    return recovered;
  }

  async stop(): Promise<void> {
    this.engine.post({ type: "stop" });
    await this.engine.next("stopped", "want-spare");
  }

  async restart(): Promise<Recovered> {
    await this.stop();
    return this.crash();
  }

  /** Another engine over the same folder; the one before is forgotten as it is. */
  crash(): Promise<Recovered> {
    this.engine = this.#startEngine();
    return this.recover();
  }

  remove(): void {
    if (this.files === realFiles) rmSync(this.folder, { recursive: true });
  }

  request({ endpoint = "execute", sql, options }: Ask): StatementRequest {
    const number = ++this.#requests;
    const cell = { slot: number % 1000, key: number };
    queueCell(this.cells, cell);
    const isText = typeof sql === "string";
    return {
      id: requestId(number),
      endpoint,
      format: isText ? "text" : "json",
      body: new TextEncoder().encode(isText ? sql : JSON.stringify(sql)),
      options: { ...defaultOptions, ...options },
      cell,
    };
  }

  stopRequest(request: StatementRequest): void {
    stopCell(this.cells, request.cell);
  }

  async execute(...asks: Ask[]): Promise<StatementResult[]> {
    const requests = asks.map((ask) => this.request(ask));
    this.engine.post({
      type: "run-group",
      ticket: ++this.#ticket,
      term: firstTerm,
      requests: packRequests(requests).packed,
    });
    return [...unpackResults((await this.#executed()).results)];
  }

  async #executed(): Promise<Extract<FromEngine, { type: "executed" }>> {
    const executed = await this.engine.next("executed", "want-spare");
    this.notes.push(...executed.notes);
    this.committed = executed.lastIndex;
    return executed;
  }

  /** Sends a file through the keeper and installs it. Null, or why not. */
  async load(image: Uint8Array): Promise<string | null> {
    const { id, cell } = this.request({ sql: [] });
    this.keeper.post({ type: "upload-begin", id });
    for (let from = 0; from < image.length; from += 100_000) {
      this.keeper.post({ type: "upload-chunk", id, bytes: image.slice(from, from + 100_000) });
      await this.keeper.next("upload-credit");
    }
    this.keeper.post({ type: "upload-end", id, cell });
    const checked = await this.keeper.receive();
    if (checked.type === "upload-refused") return checked.reason;
    if (checked.type !== "upload-checked") return checked.type;
    this.engine.post({ type: "install", ticket: ++this.#ticket, term: firstTerm, request: id, image: checked.image });
    await this.#executed();
    return null;
  }

  /** Brings `db.sqlite` to the last committed entry. */
  async checkpoint(readers: readonly Reader[]): Promise<void> {
    this.engine.post({ type: "plan-checkpoint", upTo: this.committed });
    const { order } = await this.engine.next("checkpoint-plan", "want-spare");
    if (order === null) return;
    this.keeper.post({ type: "checkpoint", order });
    await this.keeper.next("checkpoint-done");
    this.engine.post({ type: "checkpointed", through: order.index });
    this.base = (await this.engine.next("checkpoint-noted", "want-spare")).base;
    for (const reader of readers) {
      reader.post({ type: "drop-versions", notes: this.#news(reader), base: this.base });
      await reader.next("released");
    }
    this.notes = this.notes.filter((note) => note.index > order.index);
    this.engine.post({ type: "recycle", through: order.index });
  }

  async reader(): Promise<Reader> {
    const { folder, cells, base, notes } = this;
    const data = { folder, cells, wasm, foreignKeys: false, base, notes };
    const reader: Reader = new WorkerDouble("reader", data, this.files);
    await reader.next("ready");
    this.#known.set(reader, this.committed);
    return reader;
  }

  #news(reader: Reader): EntryNote[] {
    const known = this.#known.get(reader) ?? 0;
    this.#known.set(reader, this.committed);
    return this.notes.filter(({ index }) => index > known);
  }

  /** Reads at the newest committed snapshot, or at an older one. */
  async read(reader: Reader, requests: readonly StatementRequest[], at = this.committed): Promise<StatementResult[]> {
    reader.post({ type: "read", notes: this.#news(reader), at, requests: packRequests(requests).packed });
    const results: StatementResult[] = [];
    for (let isDone = false; !isDone; ) {
      const message = await reader.next("results");
      results.push(...unpackResults(message.results));
      isDone = message.done;
    }
    return results;
  }

  /** A whole backup; an error's text if there is none. */
  async backup(reader: Reader, order: Partial<BackupOrder>): Promise<Uint8Array | string> {
    const { id, cell } = this.request({ sql: [] });
    const whole = { format: "binary" as const, vacuum: false, tables: [], ...order };
    reader.post({ type: "backup", notes: this.#news(reader), at: this.committed, id, cell, order: whole });
    const [result] = unpackResults((await reader.next("results")).results);
    if (result?.type !== "stream") return result?.type === "text" ? result.message : `${result?.type}`;
    return this.rest(reader, id, result.body);
  }

  /** The rest of a stream whose first bytes are known. */
  async rest(reader: Reader, id: RequestId, first: Uint8Array): Promise<Uint8Array | string> {
    const parts = [first];
    for (;;) {
      const early = reader.takeAll()[0];
      if (early === undefined) reader.post({ type: "credit", id });
      const message = early ?? (await reader.receive());
      if (message.type === "broken") return message.reason;
      if (message.type !== "chunk") throw new Error(`expected a chunk, got ${message.type}`);
      parts.push(message.bytes);
      if (message.state === "done") return Buffer.concat(parts);
    }
  }
}

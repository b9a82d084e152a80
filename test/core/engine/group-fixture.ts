import { requestId, term } from "../../../src/core/base/mod.ts";
import { type Cell, createCells, queueCell, stopCell } from "../../../src/core/engine/cancel-cells.ts";
import { GroupRunner } from "../../../src/core/engine/group-runner.ts";
import { type StatementRequest, type StatementResult, unpackResults } from "../../../src/core/engine/mod.ts";
import { Writer } from "../../../src/core/engine/writer.ts";
import type { Clock } from "../../../src/core/ports/mod.ts";
import { loadSqlite, type SqlConnection, type Sqlite } from "../../../src/core/sqlite/mod.ts";
import { type Due, parseBody, type StatementOptions } from "../../../src/core/statements/mod.ts";
import { GroupStorageDouble } from "./group-storage-double.ts";
import { entropy, wasm } from "./worker-double.ts";

/** Time stands still, but for a microsecond whenever one looks. */
class StillClock implements Clock {
  #looks = 0;
  nowMs(): number {
    return 1_700_000_000_000;
  }
  monotonicMs(): number {
    return ++this.#looks / 1000;
  }
}

export const clock: Clock = new StillClock();

let loading: Promise<Sqlite> | null = null;
/** One instance for a whole test file; each engine has its own connection. */
export function sqlite(): Promise<Sqlite> {
  loading ??= loadSqlite(wasm, { clock, entropy });
  return loading;
}

export const defaultOptions: StatementOptions = {
  transaction: false,
  associative: false,
  blobArray: false,
  qualifyColumns: false,
  pretty: false,
  timings: false,
  raftIndex: false,
  dbTimeoutMs: 0,
};

/** A request in a test's words. */
export interface Ask {
  readonly endpoint?: "execute" | "request" | "query" | "load";
  /** Statements; or one text, sent as text. */
  readonly sql: readonly (string | readonly unknown[])[] | string;
  readonly options?: Partial<StatementOptions>;
}

/** A writer with a group runner over storage in memory. */
export class GroupEngine {
  readonly storage: GroupStorageDouble;
  readonly writer: Writer;
  readonly runner: GroupRunner;
  readonly cells = createCells();
  #requests = 0;

  constructor(sqlite: Sqlite, foreignKeys = false, pageSize = 4096) {
    this.storage = new GroupStorageDouble(pageSize);
    this.writer = new Writer(sqlite, this.storage, { foreignKeys }, clock);
    this.runner = new GroupRunner(this.writer, this.storage, this.cells, clock);
  }

  get connection(): SqlConnection {
    return this.writer.connection;
  }

  /** Ready to be run; `cell` stays the request's. */
  request({ endpoint = "execute", sql, options }: Ask): StatementRequest {
    const number = ++this.#requests;
    const cell: Cell = { slot: number % 1000, key: number };
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

  runRequests(requests: readonly StatementRequest[]): StatementResult[] {
    return [...unpackResults(this.runner.run(requests, term(1)).results)];
  }

  /** Runs these as one group; the answers as text. */
  run(...asks: Ask[]): string[] {
    return this.runRequests(asks.map((ask) => this.request(ask))).map(resultText);
  }

  /** Runs this by itself, past the group runner: what a lone client would have got. */
  runAlone(ask: Ask): string {
    const { endpoint, format, body, options } = this.request(ask);
    const parsed = parseBody(format, body);
    if (!parsed.ok || endpoint === "analyse") throw new Error("the test's request is sound");
    const beganMs = clock.monotonicMs();
    const { dbTimeoutMs } = options;
    const due = (): Due | null => (dbTimeoutMs > 0 && clock.monotonicMs() - beganMs >= dbTimeoutMs ? "timeout" : null);
    const outcome = this.writer.runner.runWrite(endpoint, parsed.value, options, "alone", { due });
    this.storage.appendPending(term(1));
    if (outcome.type !== "done") throw new Error(`a request by itself is ${outcome.type}`);
    const { result } = outcome;
    return result.type === "json" ? new TextDecoder().decode(result.body) : JSON.stringify(result);
  }

  stop(request: StatementRequest): void {
    stopCell(this.cells, request.cell);
  }

  /** Main's stop comes in when the request's limit is asked for the `times`th time. Returns what ends the watch. */
  stopWhenAsked(request: StatementRequest, times: number): () => void {
    const { load } = Atomics;
    let asked = 0;
    Atomics.load = ((cells: Int32Array, slot: number): number => {
      if (slot === request.cell.slot && ++asked === times) this.stop(request);
      return load(cells, slot);
    }) as typeof load;
    return () => {
      Atomics.load = load;
    };
  }

  /** Rows of a query that leaves no trace in what clients can see. */
  rows(sql: string): string {
    const counters = this.connection.counters();
    const [text = ""] = this.run({ endpoint: "request", sql: [sql] });
    this.connection.restoreCounters(counters);
    return text;
  }

  close(): void {
    this.writer.close();
  }
}

/** An answer in one line. */
export function resultText(result: StatementResult): string {
  if (result.type === "json") return new TextDecoder().decode(result.body);
  return result.type === "text" ? `${result.status} ${result.message}` : result.type;
}

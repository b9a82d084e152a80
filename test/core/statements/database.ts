import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadSqlite, type SqlConnection, type Sqlite } from "../../../src/core/sqlite/mod.ts";
import {
  type BodyFormat,
  type Due,
  type GroupRunResult,
  type ParsedBody,
  parseBody,
  type ReadRun,
  type RunLimit,
  type StatementEndpoint,
  type StatementOptions,
  StatementRunner,
  type Surroundings,
} from "../../../src/core/statements/mod.ts";
import { MemorySnapshots, MemoryStore } from "../sqlite/memory-store.ts";

const wasmPath = join(import.meta.dirname, "../../../node_modules/@sqlite.org/sqlite-wasm/dist/sqlite3.wasm");

export const plainOptions: StatementOptions = {
  transaction: false,
  associative: false,
  blobArray: false,
  qualifyColumns: false,
  pretty: false,
  timings: false,
  raftIndex: false,
  dbTimeoutMs: 0,
};

export type Options = Partial<StatementOptions>;

/** A clock that tests move: every look at it takes `stepMs`. */
export class TestClock {
  timeMs = 1000;
  stepMs = 0;
  nowMs = (): number => this.timeMs;
  monotonicMs = (): number => {
    this.timeMs += this.stepMs;
    return this.timeMs;
  };
}

/** One SQLite for a file of tests. */
export function startSqlite(): Promise<Sqlite> {
  return loadSqlite(readFileSync(wasmPath), {
    clock: { nowMs: () => 1_700_000_000_000, monotonicMs: () => 0 },
    entropy: { fill: (into) => into.fill(7) },
  });
}

export function bodyOf(body: readonly unknown[] | string, format: BodyFormat = "json"): ParsedBody {
  const bytes = new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body));
  const parsed = parseBody(format, bytes);
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}

/** A database in memory with a writer and a reader, each with its runner; requests go as the engine would send them. */
export class TestDatabase {
  readonly store: MemoryStore;
  readonly writer: SqlConnection;
  readonly reader: SqlConnection;
  readonly clock = new TestClock();
  readonly writes: StatementRunner;
  readonly reads: StatementRunner;
  #due: Due | null = null;
  #questions = 0;

  constructor(sqlite: Sqlite, foreignKeys = false, store = new MemoryStore()) {
    this.store = store;
    this.writer = sqlite.openWriter(this.store, { foreignKeys });
    this.reader = sqlite.openReader(new MemorySnapshots(this.store), { foreignKeys });
    this.writes = new StatementRunner(this.writer, this.clock);
    this.reads = new StatementRunner(this.reader, this.clock);
  }

  /** The next request's limit: due once it has been asked this often. */
  arm(due: Due, questions = 0): void {
    this.#due = due;
    this.#questions = questions;
  }

  #limit(): RunLimit {
    const due = this.#due;
    let left = this.#questions;
    this.#due = null;
    return { due: () => (left-- > 0 ? null : due) };
  }

  close(): void {
    this.reader.close();
    this.writer.close();
  }

  /** Alone, and published. */
  write(endpoint: StatementEndpoint, body: readonly unknown[] | string, options: Options = {}): string {
    const format = endpoint === "load" ? "text" : "json";
    const outcome = this.run(endpoint, bodyOf(body, format), options, "alone");
    this.store.publish();
    return show(outcome);
  }

  execute = (body: readonly unknown[], options: Options = {}): string => this.write("execute", body, options);

  /** As the only one of a group; commits where that is due. */
  inGroup(endpoint: StatementEndpoint, body: readonly unknown[], options: Options = {}): string {
    this.writer.run("BEGIN IMMEDIATE");
    const outcome = this.run(endpoint, bodyOf(body), options, "group");
    if (outcome.type === "done") {
      const commit = this.writer.run("COMMIT");
      if (!commit.ok) throw new Error(commit.error.message);
      this.store.publish();
    } else this.writer.resetState();
    return show(outcome);
  }

  run(endpoint: StatementEndpoint, body: ParsedBody, options: Options, surroundings: Surroundings): GroupRunResult {
    return this.writes.runWrite(endpoint, body, { ...plainOptions, ...options }, surroundings, this.#limit());
  }

  startRead(endpoint: "query" | "request", body: ParsedBody, options: Options = {}): ReadRun | "not-read-only" {
    return this.reads.startRead(endpoint, body, { ...plainOptions, ...options }, this.#limit());
  }

  query = (body: readonly unknown[] | string, options: Options = {}): string =>
    this.read("query", typeof body === "string" ? bodyOf(body, "text") : bodyOf(body), options);

  /** The whole answer of a read, however it comes. */
  read(endpoint: "query" | "request", body: ParsedBody, options: Options = {}, bytesMax = 1 << 20): string {
    const run = this.startRead(endpoint, body, options);
    if (run === "not-read-only") return run;
    const decoder = new TextDecoder();
    let text = "";
    for (;;) {
      const step = run.next(bytesMax);
      if (step.type === "chunk") text += decoder.decode(step.bytes, { stream: true });
      else if (step.type === "stream") text += decoder.decode(step.body, { stream: true });
      else if (step.type === "json") text += decoder.decode(step.body);
      else
        text += show({
          type: "done",
          result: step.type === "broken" ? { type: "text", status: 500, message: `broken: ${step.reason}` } : step,
        });
      if (step.type !== "stream" && !(step.type === "chunk" && step.state === "more")) break;
    }
    run.close();
    return text;
  }

  /** `/db/request` as a node would: on a reader if that can be, else alone on the writer. */
  request = (body: readonly unknown[], options: Options = {}): string => {
    const answer = this.read("request", bodyOf(body), options);
    return answer === "not-read-only" ? this.write("request", body, options) : answer;
  };
}

export function show(outcome: GroupRunResult): string {
  if (outcome.type === "stopped") return "stopped";
  if (outcome.type === "alone") return outcome.touched ? "alone, touched" : "alone";
  const { result } = outcome;
  if (result.type === "stopped") return "stopped";
  return result.type === "json" ? new TextDecoder().decode(result.body) : `${result.status} ${result.message}`;
}

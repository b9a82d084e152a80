/** The node under the bench: started when a row first needs it, filled once, loaded, weighed and ended. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { execute, postFile } from "./bench-api.ts";
import { bigTableSql, hasSqlite3, makeBigDatabase } from "./bench-disk.ts";
import { drive, type Load, type LoadResult } from "./bench-load.ts";
import { type RuntimeName, ServerProcess } from "./server-process.ts";

export type Unit = "per second" | "ms" | "MB" | "% of a core" | "KiB";

/** One number of the table. */
export interface Result {
  readonly name: string;
  readonly value: number;
  readonly unit: Unit;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  /** CPU time of the server per request, all its threads. */
  readonly cpuMicros?: number;
  readonly note?: string;
}

export interface BenchContext {
  readonly runtime: RuntimeName;
  /** A running server that is only driven, never started or stopped. */
  readonly url: string | null;
  /** On the disk that is measured. */
  readonly folder: string;
  readonly seconds: number;
  readonly flags: readonly string[];
}

/** Milliseconds until the work is done. */
export async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** The server under test and what has been put into it so far. Servers are started when a row first needs one. */
export class Bench {
  readonly context: BenchContext;
  #server: ServerProcess | null = null;
  #bigServer: ServerProcess | null = null;
  #folders = 0;
  #prepared = new Set<string>();

  constructor(context: BenchContext) {
    this.context = context;
  }

  /** Starts a node over a folder, by default a new one. */
  start(folder = join(this.context.folder, `data-${this.#folders++}`)): Promise<ServerProcess> {
    return ServerProcess.start({ runtime: this.context.runtime, folder, flags: this.context.flags });
  }

  async server(): Promise<ServerProcess | null> {
    if (this.context.url !== null) return null;
    this.#server ??= await this.start();
    return this.#server;
  }

  async url(): Promise<string> {
    return this.context.url ?? (await this.server())?.url ?? "";
  }

  /** Runs a preparation once per bench. */
  async prepare(name: string, work: (url: string) => Promise<void>): Promise<string> {
    const url = await this.url();
    if (!this.#prepared.has(name)) await work(url);
    this.#prepared.add(name);
    return url;
  }

  /** Puts load on the server; counts its CPU time and written bytes meanwhile. */
  async load(name: string, load: Omit<Load, "seconds">, perRequest = 1): Promise<readonly Result[]> {
    const url = await this.url();
    const server = await this.server();
    const before = server?.usage();
    const result = await drive(url, { ...load, seconds: this.context.seconds });
    const after = server?.usage();
    if (result.requests === 0) throw new Error(`${name}: no request was answered`);
    return [rate(name, result, perRequest, before && after ? after.cpuMs - before.cpuMs : null)];
  }

  /** The node that holds the big database, after `boot`. */
  async bigServer(): Promise<ServerProcess> {
    this.#bigServer ??= (await this.boot()).server;
    return this.#bigServer;
  }

  replaceBigServer(server: ServerProcess): void {
    this.#bigServer = server;
  }

  /** A new node that took in the big database: through `/boot`, or row by row where there is no `sqlite3`. */
  async boot(): Promise<{ readonly server: ServerProcess; readonly tookMs: number; readonly note?: string }> {
    const server = await this.start(join(this.context.folder, "big"));
    this.#bigServer = server;
    if (!hasSqlite3) {
      const rows = bigTableSql.replace(
        /FROM generate_series\(1, (\d+)\)/,
        "FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < $1) SELECT value FROM n)",
      );
      return {
        server,
        tookMs: await elapsedMs(() => execute(server.url, rows.split(";\n"))),
        note: "made by SQL: no sqlite3 here",
      };
    }
    const path = join(this.context.folder, "big.sqlite");
    if (!this.#prepared.has(path)) makeBigDatabase(path);
    this.#prepared.add(path);
    const tookMs = await elapsedMs(() => postFile(`${server.url}/boot`, path));
    return { server, tookMs, note: `${Math.round(statSync(path).size / 1e6)} MB` };
  }

  /** Ends whatever this bench started. */
  async end(): Promise<void> {
    await Promise.all([this.#server?.end("SIGKILL"), this.#bigServer?.end("SIGKILL")]);
    this.#server = null;
    this.#bigServer = null;
  }

  /** Ends the first node, so that it costs nothing while the big one is measured. */
  async endFirst(): Promise<void> {
    await this.#server?.end("SIGKILL");
    this.#server = null;
    this.#prepared = new Set([...this.#prepared].filter((name) => name.endsWith(".sqlite")));
  }
}

/** A load's outcome as a row; `perRequest` is what one request does, `cpuMs` what it cost the server in all. */
export function rate(name: string, load: LoadResult, perRequest: number, cpuMs: number | null): Result {
  return {
    name,
    value: (load.requests * perRequest) / load.seconds,
    unit: "per second",
    p50Ms: load.p50Ms,
    p99Ms: load.p99Ms,
    ...(cpuMs === null ? {} : { cpuMicros: (cpuMs * 1000) / load.requests }),
    ...(load.errors === 0 ? {} : { note: `${load.errors} errors` }),
  };
}

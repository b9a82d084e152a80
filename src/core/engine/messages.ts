import type { RequestId } from "../base/mod.ts";

/**
 * What main and the storage threads say to each other. All of it is structured-cloneable; byte arrays are transferred.
 */

/** How a statement request is to be run and written; parsed from the query string by `http/`. */
export interface StatementOptions {
  readonly transaction: boolean;
  readonly associative: boolean;
  readonly blobArray: boolean;
  readonly qualifyColumns: boolean;
  readonly pretty: boolean;
  readonly timings: boolean;
  /** Append `raft_index` to the envelope. */
  readonly raftIndex: boolean;
  /** SQL time limit in ms for the whole request; 0 = none. */
  readonly dbTimeoutMs: number;
}

export type StatementEndpoint = "execute" | "query" | "request" | "load";

/** One statement request: its body stays bytes until the worker that runs it. */
export interface StatementRequest {
  readonly id: RequestId;
  readonly endpoint: StatementEndpoint;
  /** `json`: http-api §4.2. `text`: the whole body is one SQL text. */
  readonly format: "json" | "text";
  readonly body: Uint8Array;
  readonly options: StatementOptions;
  /** Index into the shared cancel flags: non-zero there means "stop this request". */
  readonly cancelSlot: number;
}

/**
 * The answer to a statement request.
 * `json`: the whole response body. `stream`: the first bytes; more follow as chunks. `text`: plain-text error (§1.4).
 * `not-read-only`: a /db/request that holds a write, or that must go through the log: nothing was run.
 * `broken`: a stream that had begun cannot be finished (the connection is cut).
 */
export type StatementResult =
  | { readonly type: "json"; readonly id: RequestId; readonly body: Uint8Array; readonly failed: boolean }
  | { readonly type: "stream"; readonly id: RequestId; readonly body: Uint8Array }
  | { readonly type: "text"; readonly id: RequestId; readonly status: 400 | 500; readonly message: string }
  | { readonly type: "not-read-only"; readonly id: RequestId };

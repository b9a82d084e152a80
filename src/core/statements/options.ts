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

/** Which rules a statement request is run by (http-api §8.3, §8.4, §8.7, §13.2). */
export type StatementEndpoint = "execute" | "query" | "request" | "load";

/** `json`: http-api §4.2. `text`: the whole body is one SQL text. */
export type BodyFormat = "json" | "text";

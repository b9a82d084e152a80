import type { ConnectionInfo } from "../ports/mod.ts";
import type { StatementEndpoint, StatementOptions } from "../statements/mod.ts";
import type { PlainObject } from "./json-text.ts";

/**
 * What the HTTP room asks of a node; `host/` answers. Everything expected comes back as a value; a rejected promise
 * is a broken invariant and becomes a 500 after `HttpConfig.failed` has seen it.
 */
export interface Service {
  /** Runs statements: execute, query, request, and the SQL text of a load. Forwards to the leader where it has to. */
  submit(call: StatementCall, connection: ConnectionInfo): Promise<StatementReply>;
  /** `/db/sql`: what each statement is, without running it. Answers the JSON body itself. */
  analyse(call: AnalyseCall, connection: ConnectionInfo): Promise<StatementReply>;
  /** The first bytes of a backup are ready when this resolves; cancelling the stream stops the work. */
  backup(call: BackupCall, connection: ConnectionInfo): Promise<BackupReply>;
  /** Replaces the database through the log. The body begins with `SQLite format`; it errors if the client breaks off. */
  loadFile(call: ForwardCall, body: ReadableStream<Uint8Array>, connection: ConnectionInfo): Promise<LoadFileReply>;
  /** `/boot`: replaces a lone node's database. The body as for `loadFile`. */
  boot(body: ReadableStream<Uint8Array>, connection: ConnectionInfo): Promise<BootReply>;
  remove(call: RemoveCall): Promise<ActionReply>;
  stepdown(call: StepdownCall): Promise<ActionReply>;
  /** `trailingLogs`: entries to keep; 0 = the configured default. */
  snapshot(trailingLogs: number): Promise<SnapshotReply>;
  reap(): Promise<ReapReply>;
  nodes(call: NodesCall): Promise<NodesReply>;
  /** The leader as a node, asked from here. */
  leader(call: ProbeCall): Promise<LeaderReply>;
  readiness(call: ReadinessCall): Promise<Readiness>;
  status(): Promise<StatusReply>;
  processVars(): ProcessVars;
}

/** http-api §10. `auto` is resolved by the node. */
export type ReadLevel = "none" | "weak" | "strong" | "auto" | "linearizable";

/** How long and how often to try at the leader, or to answer 301 instead (http-api §11). */
export interface ForwardCall {
  /** Zero and below expire at once. */
  readonly timeoutMs: number;
  readonly retries: number;
  /** Answer `elsewhere` instead of forwarding. */
  readonly redirect: boolean;
}

/** Everything about a statement request but its body. Frozen and shared between requests. */
export interface StatementTerms extends ForwardCall {
  readonly options: StatementOptions;
  readonly level: ReadLevel;
  /** 0 = off; negative = always stale. */
  readonly freshnessMs: number;
  readonly freshnessStrict: boolean;
  readonly linearizableTimeoutMs: number;
}

export interface StatementCall {
  readonly endpoint: StatementEndpoint;
  /** `json`: http-api §4.2. `text`: the whole body is one SQL text. */
  readonly format: "json" | "text";
  /** Owned by the service from now on: it may be transferred. */
  readonly body: Uint8Array<ArrayBuffer>;
  readonly terms: StatementTerms;
}

/** `/db/sql` (http-api §13.4). The body as for `StatementCall`. */
export interface AnalyseCall {
  readonly format: "json" | "text";
  readonly body: Uint8Array<ArrayBuffer>;
  readonly pretty: boolean;
  readonly timings: boolean;
}

export type BackupFormat = "binary" | "delete" | "sql";

/** `/db/backup` (http-api §13.1). */
export interface BackupCall extends ForwardCall {
  readonly format: BackupFormat;
  readonly vacuum: boolean;
  /** Only these tables in an SQL dump; empty = all. */
  readonly tables: readonly string[];
  /** This node's own database, leader or not. */
  readonly noleader: boolean;
}

/** `/remove` (http-api §14.6). */
export interface RemoveCall extends ForwardCall {
  /** Of the node to remove; may name none. */
  readonly id: string;
}

/** `POST /leader` (http-api §14.3). */
export interface StepdownCall extends ForwardCall {
  /** Null: any node. */
  readonly target: string | null;
  /** Answer when the transfer is over. */
  readonly wait: boolean;
}

/** How nodes are asked for what they are. */
export interface ProbeCall {
  /** For each node; zero and below expire at once. */
  readonly timeoutMs: number;
  readonly retries: number;
}

/** `/nodes` (http-api §14.4). */
export interface NodesCall extends ProbeCall {
  /** List read replicas too. */
  readonly nonvoters: boolean;
}

/** `/readyz` (http-api §14.5). */
export interface ReadinessCall extends ProbeCall {
  /** Wait until this node's commit index has reached the leader's. */
  readonly sync: boolean;
}

/** Why a request was not carried out, where more than one route can say so. */
export type Refusal =
  /** A plain-text error (http-api §1.4), without the final newline. `servedBy` only on the 500 of §5.2. */
  | {
      readonly type: "text";
      readonly status: 400 | 401 | 408 | 500 | 503;
      readonly message: string;
      readonly servedBy?: string;
    }
  /** `redirect` was asked: the leader's API URL without a path (`http://host:port`), or null if it is not known. */
  | { readonly type: "elsewhere"; readonly leaderUrl: string | null }
  | { readonly type: "no-leader" }
  /** Start-up: the store is not open yet (http-api §16.3). */
  | { readonly type: "not-open" };

/** `servedBy`: http-api §11.3; null leaves the header out. */
export type StatementReply =
  /** The whole body of a 200. */
  | { readonly type: "json"; readonly body: Uint8Array<ArrayBuffer>; readonly servedBy: string | null }
  /** The body of a 200 as it comes. If it cannot be finished, the stream errors and the connection is cut. */
  | { readonly type: "stream"; readonly body: ReadableStream<Uint8Array>; readonly servedBy: string | null }
  /** A request-level failure: 200 with `{"results":[],"error":…}`. */
  | { readonly type: "error"; readonly message: string }
  | Refusal;

export type BackupReply =
  | { readonly type: "stream"; readonly body: ReadableStream<Uint8Array>; readonly servedBy: string | null }
  | Refusal;
export type ActionReply = { readonly type: "done"; readonly servedBy: string | null } | Refusal;
export type LoadFileReply = ActionReply;
export type BootReply = { readonly type: "done" } | Refusal;
export type SnapshotReply = { readonly type: "taken" } | { readonly type: "nothing-new" } | Refusal;
export type ReapReply = { readonly type: "reaped"; readonly snapshots: number; readonly wals: number } | Refusal;
export type NodesReply = { readonly type: "nodes"; readonly nodes: readonly NodeReport[] } | Refusal;
export type LeaderReply = { readonly type: "leader"; readonly node: NodeReport } | Refusal;
export type StatusReply = { readonly type: "status"; readonly report: PlainObject } | Refusal;

/** One node as this one sees it (http-api §14.4). */
export interface NodeReport {
  readonly id: string;
  /** Raft address. */
  readonly addr: string;
  readonly voter: boolean;
  readonly leader: boolean;
  readonly probe:
    | { readonly reachable: true; readonly apiUrl: string; readonly version: string; readonly roundTripNs: bigint }
    | { readonly reachable: false; readonly error: string };
}

/** What `/readyz` found, up to the first step that failed (http-api §14.5). */
export type Readiness =
  | { readonly type: "ready" }
  | { readonly type: "no-leader" }
  | { readonly type: "leader-not-contactable"; readonly reason: string }
  | { readonly type: "store-not-ready" }
  | { readonly type: "sync-timeout" }
  | { readonly type: "db-not-ok"; readonly error: string; readonly rows: string }
  | { readonly type: "text"; readonly message: string };

/** The entries of `/debug/vars` that are not counters. */
export interface ProcessVars {
  readonly commandLine: readonly string[];
  readonly memory: PlainObject;
}

import type { NodeId } from "../base/mod.ts";
import type { Address } from "./address.ts";

/** How much the Raft room tells, least last. */
export type LogLevel = "TRACE" | "DEBUG" | "INFO" | "WARN" | "ERROR" | "OFF";

/** Everything a node is told when it starts: checked, defaulted and frozen. Times may have fractions of a ms. */
export interface Config {
  /** Absolute path of the data folder. */
  readonly dataFolder: string;
  /** Stable name of this node; it may not change for a data folder. */
  readonly nodeId: NodeId;

  readonly httpAddress: Address;
  readonly httpAdvertised: Address;
  /** Value of `Access-Control-Allow-Origin`; null = no such header. */
  readonly httpAllowOrigin: string | null;
  /** Largest request body held in memory; database files stream and have no limit. */
  readonly httpBodyBytesMax: number;

  readonly raftAddress: Address;
  readonly raftAdvertised: Address;
  readonly raftLogLevel: LogLevel;
  readonly heartbeatTimeoutMs: number;
  readonly electionTimeoutMs: number;
  readonly leaderLeaseTimeoutMs: number;
  readonly commitTimeoutMs: number;
  /** Limit for getting a write into the log, not for its commit. */
  readonly applyTimeoutMs: number;
  /** The leader hands over before it stops. */
  readonly shutdownStepdown: boolean;
  /** Stop Raft when this node is removed while it leads. */
  readonly removeShutdown: boolean;
  /** Leave the cluster on a clean stop; a node alone has none to leave. */
  readonly clusterRemoveShutdown: boolean;
  /** Reaping of unreachable voters and read replicas; 0 = off. */
  readonly reapTimeoutMs: number;
  readonly reapReadOnlyTimeoutMs: number;
  /** Entries since the last checkpoint that bring about the next one. */
  readonly checkpointEntries: number;
  /** Bytes of log since the last checkpoint that bring about the next one; 0 = off. */
  readonly checkpointLogBytes: number;
  /** How often both are looked at. */
  readonly checkpointIntervalMs: number;

  readonly foreignKeys: boolean;
  /** Reader threads, at least one. */
  readonly readers: number;
  /** `-db-max-ro-conns`; 0 = no limit. */
  readonly readOnlyConnectionsMax: number;

  readonly writeQueueCapacity: number;
  readonly writeQueueBatchSize: number;
  readonly writeQueueTimeoutMs: number;
  readonly writeQueueTransaction: boolean;
}

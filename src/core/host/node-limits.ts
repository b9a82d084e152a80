import type { Config } from "../config/mod.ts";
import { requestCellsMax } from "../engine/mod.ts";
import type { NodeOptions } from "../node/mod.ts";
import type { Configuration, RaftOptions } from "../raft/mod.ts";

/** Sizes that no setting changes. Who runs a node under test may want its log in smaller pieces. */
export interface NodeSizes {
  /** Segments of the log: big enough to be seldom full, small enough to be zero-filled in a moment. */
  readonly segmentBytes: number;
  /** Log behind the checkpoint that brings about the next one at once. */
  readonly logBytesMax: number;
  /** While one group syncs the next runs; more would only sit in the engine's mail. */
  readonly groupsInFlightMax: number;
  readonly groupRequestsMax: number;
  readonly groupBytesMax: number;
}

export const standardSizes: NodeSizes = {
  segmentBytes: 16 * 1024 * 1024,
  logBytesMax: 128 * 1024 * 1024,
  groupsInFlightMax: 2,
  groupRequestsMax: 512,
  groupBytesMax: 4 * 1024 * 1024,
};

/** Bodies that wait for the writer, in bodies of the largest size. */
const queueBodiesMax = 2;

/** A node's bounds, from its settings where there is one. */
export function nodeOptions(
  config: Config,
  raft: RaftOptions,
  configuration: Configuration,
  { groupsInFlightMax, groupRequestsMax, groupBytesMax, logBytesMax }: NodeSizes,
): NodeOptions {
  return {
    raft,
    configuration,
    writes: {
      groupsInFlightMax,
      groupRequestsMax,
      groupBytesMax,
      queueRequestsMax: requestCellsMax,
      queueBytesMax: queueBodiesMax * config.httpBodyBytesMax,
      enqueueTimeoutMs: config.applyTimeoutMs,
    },
    checkpoints: {
      entries: config.checkpointEntries,
      logBytes: config.checkpointLogBytes,
      logBytesMax,
    },
  };
}

/** Readers that may be started because all others are stuck. */
const extraReadersMax = 16;

/** How many readers there may be. */
export function readersMax({ readers, readOnlyConnectionsMax }: Config): number {
  const connectionsMax = readOnlyConnectionsMax === 0 ? Number.POSITIVE_INFINITY : readOnlyConnectionsMax;
  return Math.max(readers, Math.min(readers + extraReadersMax, connectionsMax));
}

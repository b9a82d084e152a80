import type { Config } from "../config/mod.ts";
import { requestCellsMax } from "../engine/mod.ts";
import type { NodeOptions } from "../node/mod.ts";
import type { Configuration, RaftOptions } from "../raft/mod.ts";

/** While one group syncs the next runs; more would only sit in the engine's mail. */
const groupsInFlightMax = 2;
const groupRequestsMax = 512;
const groupBytesMax = 4 * 1024 * 1024;
/** Bodies that wait for the writer, in bodies of the largest size. */
const queueBodiesMax = 2;
const logBytesMax = 128 * 1024 * 1024;

/** A node's bounds, from its settings where there is one. */
export function nodeOptions(config: Config, raft: RaftOptions, configuration: Configuration): NodeOptions {
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

/** node: one node of a cluster as a pure machine around Raft: groups, reads, checkpoints, the end. */

export type { CheckpointLimits } from "./checkpoints.ts";
export { ClusterNode, type NodeOptions } from "./cluster-node.ts";
export type { CheckpointResult, NodeEffect, RefusalReason } from "./node-effect.ts";
export type { Executed, NodeEvent, ReadEvent, ReadLevel, Recovered, WriteEvent } from "./node-event.ts";
export type { WriteLimits } from "./write-queue.ts";

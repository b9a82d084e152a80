/** engine: the storage threads' programs: groups run in SQLite, entries written and synced, snapshots read. */
export {
  beginCell,
  type Cell,
  createCells,
  isStopped,
  queueCell,
  reclaimCell,
  requestCellsMax,
  stopCell,
} from "./cancel-cells.ts";
export type * from "./engine-messages.ts";
export type * from "./keeper-messages.ts";
export { type PackedRequests, packRequests, unpackRequests } from "./packed-requests.ts";
export { noResults, type PackedResults, ResultPacker, unpackResults } from "./packed-results.ts";
export type * from "./reader-messages.ts";
export { prepareWorker, runWorker, type WorkerPorts } from "./run-worker.ts";
export type * from "./statement-messages.ts";

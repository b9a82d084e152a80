import type { ToKeeper } from "../engine/mod.ts";
import type { Metrics } from "../metrics/mod.ts";
import type { NodeEvent } from "../node/mod.ts";
import type { CellPool } from "./cells.ts";
import type { ReaderPool } from "./reader-pool.ts";
import type { Task } from "./task.ts";

/** What a task asks of the node that it is under way on. */
export interface TaskHost {
  readonly cells: CellPool;
  readonly pool: ReaderPool;
  readonly metrics: Metrics;
  /** This node's advertised HTTP address, for a header (http-api §11.3). */
  readonly servedBy: string;
  nowMs(): number;
  /** Hands an event to the node and does what comes of it. */
  give(event: NodeEvent): void;
  toKeeper(message: ToKeeper, transfer?: readonly ArrayBuffer[]): void;
  /** It has its answer: its cell is free again. */
  end(task: Task): void;
  isUnderWay(task: Task): boolean;
}

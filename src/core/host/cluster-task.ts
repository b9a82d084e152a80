import type { RequestId } from "../base/mod.ts";
import type { Cell } from "../engine/mod.ts";
import type { RefusalReason } from "../node/mod.ts";
import type { Refusal as RaftRefusal } from "../raft/mod.ts";
import { Task } from "./task.ts";
import type { TaskHost } from "./task-host.ts";

/** How a change of the cluster ended. `undecided`: it may happen yet. */
export type ClusterEnd =
  | { readonly type: "completed" }
  | { readonly type: "declined"; readonly reason: RaftRefusal | "undecided" | "shutdown" };

/** A removal or a handing over of leadership under way. */
export class ClusterTask extends Task {
  readonly #host: TaskHost;
  readonly #ended: (end: ClusterEnd) => void;

  constructor(host: TaskHost, id: RequestId, cell: Cell, ended: (end: ClusterEnd) => void) {
    super(id, cell, null);
    this.#host = host;
    this.#ended = ended;
  }

  override completed(): void {
    this.#end({ type: "completed" });
  }

  override declined(reason: RaftRefusal | "undecided"): void {
    this.#end({ type: "declined", reason });
  }

  override refused(reason: RefusalReason): void {
    this.#end({ type: "declined", reason: reason === "no-leader" ? "not leader" : "shutdown" });
  }

  override gone(): void {
    this.#end({ type: "declined", reason: "undecided" });
  }

  override abandon(): void {
    this.#end({ type: "declined", reason: "undecided" });
  }

  #end(end: ClusterEnd): void {
    this.#ended(end);
    this.#host.end(this);
  }
}

import type { RequestId } from "../base/mod.ts";
import type { Cell } from "../engine/mod.ts";
import type { CheckpointResult, RefusalReason } from "../node/mod.ts";
import { Task } from "./task.ts";
import type { TaskHost } from "./task-host.ts";

/** Somebody who waits for a checkpoint. */
export class CheckpointTask extends Task {
  readonly #host: TaskHost;
  readonly #ended: (result: CheckpointResult) => void;

  constructor(host: TaskHost, id: RequestId, cell: Cell, ended: (result: CheckpointResult) => void) {
    super(id, cell, null);
    this.#host = host;
    this.#ended = ended;
  }

  override checkpointed(result: CheckpointResult): void {
    this.#ended(result);
    this.#host.end(this);
  }

  override refused(reason: RefusalReason): void {
    this.checkpointed({ type: "failed", reason });
  }

  override gone(): void {
    this.checkpointed({ type: "failed", reason: "raft is already shutdown" });
  }

  override abandon(reason: string): void {
    this.checkpointed({ type: "failed", reason });
  }
}

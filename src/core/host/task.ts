import { assert, type LogIndex, type RequestId } from "../base/mod.ts";
import type { Cell, StatementResult } from "../engine/mod.ts";
import type { CheckpointResult, RefusalReason } from "../node/mod.ts";
import type { ConnectionInfo } from "../ports/mod.ts";
import type { Refusal as RaftRefusal } from "../raft/mod.ts";

/**
 * One request under way, from its arrival until its last byte. What becomes of it comes in through these calls; each
 * kind of request overrides those that can happen to it.
 */
export abstract class Task {
  readonly id: RequestId;
  /** Through which the threads are told to stop it. */
  cell: Cell;
  /** Null: nobody to watch for. */
  readonly connection: ConnectionInfo | null;
  /** Whether the watch has come by since it began. */
  isOld = false;

  constructor(id: RequestId, cell: Cell, connection: ConnectionInfo | null) {
    this.id = id;
    this.cell = cell;
    this.connection = connection;
  }

  /** The node refused it: nothing happened. */
  abstract refused(reason: RefusalReason): void;
  /** The client has hung up, or the node does not wait any longer. */
  abstract gone(): void;
  /** The node ends by a failure. What was in the log's hands may have happened. */
  abstract abandon(reason: string): void;

  /** For how long its client has not taken what lies ready for it. */
  idleMs(_nowMs: number): number {
    return 0;
  }
  /** The node lets it read what is committed. `strongIndex`: of the entry that it went through, 0 = none. */
  read(strongIndex: LogIndex): void {
    assert(false, `request ${this.id} reads nothing at ${strongIndex}`);
  }
  /** A storage thread has run it. */
  result(result: StatementResult): void {
    assert(false, `request ${this.id} has no ${result.type} result`);
  }
  /** Its group or install is in the log, but whether that stays nobody knows. */
  lost(reason: string): void {
    assert(false, `request ${this.id} is in no group: ${reason}`);
  }
  installed(): void {
    assert(false, `request ${this.id} has no image`);
  }
  /** The image is out, and its file gone. */
  installRefused(reason: string): void {
    assert(false, `request ${this.id} has no image: ${reason}`);
  }
  completed(): void {
    assert(false, `request ${this.id} is no change of the cluster`);
  }
  declined(reason: RaftRefusal | "undecided"): void {
    assert(false, `request ${this.id} asked nothing of Raft: ${reason}`);
  }
  checkpointed(result: CheckpointResult): void {
    assert(false, `request ${this.id} waits for no checkpoint: ${result.type}`);
  }
}

import type { RequestId } from "../base/mod.ts";
import type { BackupOrder, Cell, StatementResult } from "../engine/mod.ts";
import type { BackupCall, BackupReply } from "../http/mod.ts";
import type { RefusalReason } from "../node/mod.ts";
import type { ConnectionInfo } from "../ports/mod.ts";
import type { PooledRead, ReadLane } from "./pooled-read.ts";
import { refusalReply } from "./refusal-reply.ts";
import { StreamBody } from "./stream-body.ts";
import { Task } from "./task.ts";
import type { TaskHost } from "./task-host.ts";

/** A backup under way: one long read. */
export class BackupTask extends Task implements PooledRead {
  lane: ReadLane = "fresh";
  readonly work: BackupOrder;
  readonly #host: TaskHost;
  readonly #call: BackupCall;
  readonly #reply: (reply: BackupReply) => void;
  readonly #finished: () => void;
  #isReading = false;
  #body: StreamBody | null = null;

  /** `finished`: its last byte has been made. */
  constructor(
    host: TaskHost,
    id: RequestId,
    cell: Cell,
    call: BackupCall,
    connection: ConnectionInfo,
    reply: (reply: BackupReply) => void,
    finished: () => void,
  ) {
    super(id, cell, connection);
    this.#host = host;
    this.#call = call;
    this.#reply = reply;
    this.#finished = finished;
    this.work = { format: call.format, vacuum: call.vacuum, tables: call.tables };
  }

  begin(): void {
    // The leader's data, or with `noleader` whatever is here (http-api §13.1).
    const level = this.#call.noleader ? "none" : "weak";
    this.#host.give({ type: "read", request: this.id, level, freshnessMs: 0 });
  }

  override read(): void {
    this.#isReading = true;
    this.#host.pool.add(this);
  }

  override result(result: StatementResult): void {
    if (result.type === "stream") {
      this.#body = new StreamBody(result.body, {
        taken: () => this.#host.pool.credit(this.id),
        cancelled: () => this.gone(),
      });
      this.#reply({ type: "stream", body: this.#body.stream, servedBy: this.#host.servedBy });
    } else {
      this.#fail(result.type === "text" ? result.message : "context canceled");
    }
  }

  chunk(bytes: Uint8Array): void {
    this.#body?.chunk(bytes);
  }

  end(): void {
    this.#body?.end();
    this.#finished();
    this.#host.end(this);
  }

  broken(reason: string): void {
    if (this.#body === null) {
      this.#fail(reason);
      return;
    }
    this.#body.fail(reason);
    this.#host.end(this);
  }

  override refused(reason: RefusalReason): void {
    this.#reply(refusalReply(reason, this.#call.redirect));
    this.#host.end(this);
  }

  override gone(): void {
    if (!this.#host.isUnderWay(this)) return;
    if (this.#isReading) this.#host.pool.stop(this);
    else this.#host.give({ type: "gone", request: this.id });
  }

  override idleMs(nowMs: number): number {
    return this.#body?.idleMs(nowMs) ?? 0;
  }

  override abandon(reason: string): void {
    this.broken(reason);
  }

  #fail(message: string): void {
    this.#reply({ type: "text", status: 500, message });
    this.#host.end(this);
  }
}

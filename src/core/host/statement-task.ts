import type { LogIndex, RequestId } from "../base/mod.ts";
import type { Cell, StatementRequest, StatementResult } from "../engine/mod.ts";
import type { StatementReply, StatementTerms } from "../http/mod.ts";
import type { RefusalReason } from "../node/mod.ts";
import type { ConnectionInfo } from "../ports/mod.ts";
import { withRaftIndex } from "../statements/mod.ts";
import { isObviousWrite } from "./obvious-write.ts";
import type { PooledRead, ReadLane } from "./pooled-read.ts";
import { refusalReply } from "./refusal-reply.ts";
import { StreamBody } from "./stream-body.ts";
import { Task } from "./task.ts";
import type { TaskHost } from "./task-host.ts";

type Reply = (reply: StatementReply) => void;

/** What a client asks of statements; `analyse`: to be told about them only. */
export interface StatementWork {
  readonly endpoint: StatementRequest["endpoint"];
  readonly format: StatementRequest["format"];
  readonly body: Uint8Array<ArrayBuffer>;
  readonly terms: Pick<StatementTerms, "options" | "level" | "freshnessMs" | "redirect">;
}

/** A statement request under way: through the log, or to a reader, or to a reader first and then through the log. */
export class StatementTask extends Task implements PooledRead {
  lane: ReadLane = "fresh";
  readonly work: StatementRequest;
  readonly #host: TaskHost;
  readonly #call: StatementWork;
  readonly #reply: Reply;
  /** Where it is: with the node (or the engine), or in the pool. */
  #isReading = false;
  /** Of the entry that a strong read went through; 0 = none. */
  #strongIndex: LogIndex | 0 = 0;
  #body: StreamBody | null = null;
  /** The end, so far, of a streamed body that must get its `raft_index` yet. */
  #tail: Uint8Array<ArrayBuffer> | null = null;

  constructor(
    host: TaskHost,
    id: RequestId,
    cell: Cell,
    call: StatementWork,
    connection: ConnectionInfo,
    reply: Reply,
  ) {
    super(id, cell, connection);
    this.#host = host;
    this.#call = call;
    this.#reply = reply;
    const { endpoint, format, body, terms } = call;
    this.work = { id, endpoint, format, body, options: terms.options, cell };
  }

  begin(): void {
    const { endpoint, terms, body } = this.#call;
    const { level, freshnessMs } = terms;
    // A unified request at level strong goes through the log whatever it holds (http-api §8.7).
    const writes =
      endpoint === "execute" ||
      endpoint === "load" ||
      (endpoint === "request" && (level === "strong" || isObviousWrite(body)));
    if (writes) this.#write();
    else this.#host.give({ type: "read", request: this.id, level, freshnessMs });
  }

  #write(): void {
    const { body } = this.#call;
    this.#host.give({ type: "write", request: this.id, bodyBytes: body.length, nowMs: this.#host.nowMs() });
  }

  /** The node lets it be read. */
  override read(strongIndex: LogIndex): void {
    this.#isReading = true;
    this.#strongIndex = strongIndex;
    this.#host.pool.add(this);
  }

  override result(result: StatementResult): void {
    switch (result.type) {
      case "json":
        this.#finish({
          type: "json",
          body: this.#indexed(result.body),
          servedBy: result.failed ? null : this.#servedBy,
        });
        break;
      case "text": {
        const { status, message } = result;
        const servedBy = this.#servedBy;
        // The 500 is a result that JSON can't say (http-api §5.2), and tells who made it.
        if (status === 500 && servedBy !== null) this.#finish({ type: "text", status, message, servedBy });
        else this.#finish({ type: "text", status, message });
        break;
      }
      case "not-read-only":
        this.#isReading = false;
        this.cell = this.#host.cells.again(this.cell);
        this.#write();
        break;
      case "stopped":
        this.#finish({ type: "error", message: "context canceled" });
        break;
      case "stream":
        this.#stream(result.body);
        break;
    }
  }

  #stream(first: Uint8Array<ArrayBuffer>): void {
    if (this.#addsIndex) this.#tail = first;
    this.#body = new StreamBody(this.#addsIndex ? null : first, {
      taken: () => this.#host.pool.credit(this.id),
      cancelled: () => this.gone(),
    });
    this.#reply({ type: "stream", body: this.#body.stream, servedBy: this.#servedBy });
  }

  chunk(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#tail === null) {
      this.#body?.chunk(bytes);
      return;
    }
    // What closes the body may be cut anywhere, so a short last chunk stays with the one before it.
    if (bytes.length < closingBytesMax) {
      this.#tail = joined(this.#tail, bytes);
      return;
    }
    this.#body?.chunk(this.#tail);
    this.#tail = bytes;
  }

  end(): void {
    if (this.#tail !== null) this.#body?.chunk(this.#indexed(this.#tail));
    this.#body?.end();
    this.#host.end(this);
  }

  broken(reason: string): void {
    if (this.#body === null) {
      this.#finish({ type: "error", message: reason });
      return;
    }
    this.#body.fail(reason);
    this.#host.end(this);
  }

  override refused(reason: RefusalReason): void {
    const reply = refusalReply(reason, this.#call.terms.redirect);
    // Statements tell what went wrong in the envelope (http-api §5.1); an overfull node is not about them.
    const inEnvelope = reply.type === "text" && reply.status === 500;
    this.#finish(inEnvelope ? { type: "error", message: reply.message } : reply);
  }

  override lost(reason: string): void {
    this.#finish({ type: "error", message: reason });
  }

  override gone(): void {
    if (!this.#host.isUnderWay(this)) return;
    if (this.#isReading) this.#host.pool.stop(this);
    else {
      this.#host.cells.stop(this.cell);
      this.#host.give({ type: "gone", request: this.id });
    }
  }

  override idleMs(nowMs: number): number {
    return this.#body?.idleMs(nowMs) ?? 0;
  }

  override abandon(reason: string): void {
    this.broken(this.#isReading ? reason : `${reason}; whether this request was carried out is unknown`);
  }

  get #servedBy(): string | null {
    return this.#call.endpoint === "analyse" ? null : this.#host.servedBy;
  }

  get #addsIndex(): boolean {
    return this.#strongIndex !== 0 && this.#call.terms.options.raftIndex;
  }

  /** Of a write the engine has put it in already. */
  #indexed(body: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    if (this.#strongIndex === 0 || !this.#addsIndex) return body;
    return withRaftIndex(body, this.#call.terms.options.pretty, this.#strongIndex);
  }

  #finish(reply: StatementReply): void {
    this.#reply(reply);
    this.#host.end(this);
  }
}

/** A body's closing brace, with the line break that may come before it. */
const closingBytesMax = 2;

function joined(left: Uint8Array, right: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(left.length + right.length);
  bytes.set(left);
  bytes.set(right, left.length);
  return bytes;
}

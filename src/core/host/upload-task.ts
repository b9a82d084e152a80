import type { RequestId } from "../base/mod.ts";
import type { Cell, CheckedImage, FromKeeper } from "../engine/mod.ts";
import type { RefusalReason } from "../node/mod.ts";
import type { ConnectionInfo } from "../ports/mod.ts";
import { Task } from "./task.ts";
import type { TaskHost } from "./task-host.ts";

/** How an upload ended. */
export type UploadEnd =
  | { readonly type: "installed" }
  /** Nothing has changed. */
  | { readonly type: "refused"; readonly reason: RefusalReason }
  | { readonly type: "failed"; readonly reason: string };

type KeeperWord = Extract<FromKeeper, { type: "upload-credit" | "upload-checked" | "upload-refused" }>;

/** Chunks that may be on their way to the keeper. */
const windowChunks = 8;

/** A database file on its way in: kept and checked by the keeper, then installed through the log. */
export class UploadTask extends Task {
  readonly #host: TaskHost;
  readonly #body: ReadableStream<Uint8Array>;
  readonly #ended: (end: UploadEnd) => void;
  #credits = windowChunks;
  #credited: (() => void) | null = null;
  #step: "receiving" | "checking" | "installing" | "over" = "receiving";
  #image: CheckedImage | null = null;

  constructor(
    host: TaskHost,
    id: RequestId,
    cell: Cell,
    body: ReadableStream<Uint8Array>,
    connection: ConnectionInfo,
    ended: (end: UploadEnd) => void,
  ) {
    super(id, cell, connection);
    this.#host = host;
    this.#body = body;
    this.#ended = ended;
  }

  /** What the engine is to install. */
  get image(): CheckedImage | null {
    return this.#image;
  }

  /** Resolves when the whole body has been passed on, or nobody wants the rest. */
  async begin(): Promise<void> {
    this.#host.toKeeper({ type: "upload-begin", id: this.id });
    const reader = this.#body.getReader();
    try {
      while (this.#step === "receiving") {
        const { done, value } = await reader.read();
        if (this.#step !== "receiving") break;
        if (done) {
          this.#step = "checking";
          this.#host.toKeeper({ type: "upload-end", id: this.id, cell: this.cell });
          return;
        }
        if (value.length > 0) await this.#send(value);
      }
      await reader.cancel();
    } catch {
      // The client broke off.
      if (this.#step === "receiving") this.gone();
    }
  }

  /** Resolves when the next chunk may come. */
  #send(value: Uint8Array): Promise<void> | undefined {
    // A view of a bigger buffer would drag all of it along.
    const bytes = value.slice();
    this.#host.toKeeper({ type: "upload-chunk", id: this.id, bytes }, [bytes.buffer]);
    this.#credits--;
    if (this.#credits > 0) return undefined;
    return new Promise((resolve) => {
      this.#credited = resolve;
    });
  }

  /** The keeper says something about it. */
  hear(word: KeeperWord): void {
    switch (word.type) {
      case "upload-credit":
        this.#credits++;
        this.#wake();
        break;
      case "upload-checked":
        this.#image = word.image;
        this.#step = "installing";
        this.#host.give({ type: "install", request: this.id });
        break;
      case "upload-refused":
        this.#end({ type: "failed", reason: word.reason });
        break;
    }
  }

  override installed(): void {
    this.#end({ type: "installed" });
  }

  override installRefused(reason: string): void {
    this.#end({ type: "failed", reason });
  }

  override refused(reason: RefusalReason): void {
    if (this.#image !== null) this.#host.toKeeper({ type: "image-drop", file: this.#image.file });
    this.#end({ type: "refused", reason });
  }

  override lost(reason: string): void {
    this.#end({ type: "failed", reason });
  }

  override gone(): void {
    if (!this.#host.isUnderWay(this)) return;
    this.#host.cells.stop(this.cell);
    if (this.#step === "installing") this.#host.give({ type: "gone", request: this.id });
    if (this.#step !== "receiving") return;
    this.#host.toKeeper({ type: "upload-drop", id: this.id });
    this.#end({ type: "refused", reason: "gone" });
  }

  override abandon(reason: string): void {
    const isInLog = this.#step === "installing";
    this.#end({
      type: "failed",
      reason: isInLog ? `${reason}; whether this request was carried out is unknown` : reason,
    });
  }

  #end(end: UploadEnd): void {
    this.#step = "over";
    this.#wake();
    this.#ended(end);
    this.#host.end(this);
  }

  #wake(): void {
    this.#credited?.();
    this.#credited = null;
  }
}

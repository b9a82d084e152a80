import { assert, type RequestId } from "../base/mod.ts";
import type { ChunkSource } from "./chunk-source.ts";
import type { FromReader } from "./reader-messages.ts";
import type { RequestLimit } from "./request-limit.ts";

/** One long answer under way. */
export interface ReadStream {
  readonly source: ChunkSource;
  /** About how much to send at once. */
  readonly chunkBytes: number;
  readonly limit: RequestLimit;
}

/** A reader's long answers: each waits for credit, then makes one chunk. */
export class ReadStreams {
  readonly #streams = new Map<RequestId, ReadStream>();
  readonly #post: (message: FromReader, transfer?: readonly ArrayBuffer[]) => void;

  constructor(post: (message: FromReader, transfer?: readonly ArrayBuffer[]) => void) {
    this.#post = post;
  }

  /** Its first bytes have been answered. */
  begin(id: RequestId, stream: ReadStream): void {
    assert(!this.#streams.has(id), "a request has one stream");
    stream.limit.pause();
    this.#streams.set(id, stream);
  }

  /** One more chunk; nothing if the stream has ended meanwhile. */
  advance(id: RequestId): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    stream.limit.resume();
    const step = stream.source.next(stream.chunkBytes);
    stream.limit.pause();
    switch (step.type) {
      case "chunk": {
        const { bytes, state } = step;
        if (state === "done") this.#end(id, stream);
        this.#post({ type: "chunk", id, bytes, state }, [bytes.buffer]);
        break;
      }
      case "broken":
        this.#break(id, stream, step.reason);
        break;
      case "stopped":
        this.#break(id, stream, "stopped");
        break;
    }
  }

  cancel(id: RequestId): void {
    const stream = this.#streams.get(id);
    if (stream !== undefined) this.#break(id, stream, "stopped");
  }

  #break(id: RequestId, stream: ReadStream, reason: string): void {
    this.#end(id, stream);
    this.#post({ type: "broken", id, reason });
  }

  #end(id: RequestId, stream: ReadStream): void {
    this.#streams.delete(id);
    stream.source.close();
  }
}

import { assert, type RequestId, requestId } from "../base/mod.ts";
import type { StatementResult } from "./statement-messages.ts";

/**
 * The results of many requests as one message: four numbers a result and one transferred buffer of all bodies, so
 * that a group of a hundred small answers costs one hop and no objects to clone.
 */
export interface PackedResults {
  /** Per result: request id, kind, start, end (byte range in `bytes`; for `text` results the message). */
  readonly heads: Float64Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const kinds = {
  json: 0,
  "json-failed": 1,
  stream: 2,
  "text-400": 3,
  "text-500": 4,
  "not-read-only": 5,
  stopped: 6,
} as const;
const headLength = 4;

/** Gathers results; `take` gives what was gathered and starts anew. */
export class ResultPacker {
  #heads: number[] = [];
  #bodies: Uint8Array<ArrayBuffer>[] = [];
  #byteLength = 0;
  readonly #encoder = new TextEncoder();

  get isEmpty(): boolean {
    return this.#heads.length === 0;
  }

  add(result: StatementResult): void {
    switch (result.type) {
      case "json":
        this.#push(result.id, result.failed ? kinds["json-failed"] : kinds.json, result.body);
        break;
      case "stream":
        this.#push(result.id, kinds.stream, result.body);
        break;
      case "text":
        this.#push(
          result.id,
          result.status === 400 ? kinds["text-400"] : kinds["text-500"],
          this.#encoder.encode(result.message),
        );
        break;
      case "not-read-only":
      case "stopped":
        this.#push(result.id, kinds[result.type], new Uint8Array(0));
        break;
    }
  }

  take(): PackedResults {
    const packed = { heads: Float64Array.from(this.#heads), bytes: this.#join() };
    this.#heads = [];
    this.#bodies = [];
    this.#byteLength = 0;
    return packed;
  }

  #join(): Uint8Array<ArrayBuffer> {
    const [only] = this.#bodies;
    // A long body by itself is handed on as it is.
    if (this.#bodies.length === 1 && only?.length === only?.buffer.byteLength && only !== undefined) return only;
    const bytes = new Uint8Array(this.#byteLength);
    let position = 0;
    for (const body of this.#bodies) {
      bytes.set(body, position);
      position += body.length;
    }
    return bytes;
  }

  #push(id: RequestId, kind: number, body: Uint8Array<ArrayBuffer>): void {
    this.#heads.push(id, kind, this.#byteLength, this.#byteLength + body.length);
    this.#bodies.push(body);
    this.#byteLength += body.length;
  }
}

/** The results one by one; bodies are views of the packed buffer. */
export function* unpackResults(packed: PackedResults): Generator<StatementResult> {
  const { heads, bytes } = packed;
  assert(heads.length % headLength === 0, "packed results have whole heads");
  for (let at = 0; at < heads.length; at += headLength) {
    const id = requestId(heads[at] ?? -1);
    const body = bytes.subarray(heads[at + 2], heads[at + 3]);
    switch (heads[at + 1]) {
      case kinds.json:
      case kinds["json-failed"]:
        yield { type: "json", id, body, failed: heads[at + 1] === kinds["json-failed"] };
        break;
      case kinds.stream:
        yield { type: "stream", id, body };
        break;
      case kinds["text-400"]:
      case kinds["text-500"]:
        yield {
          type: "text",
          id,
          status: heads[at + 1] === kinds["text-400"] ? 400 : 500,
          message: new TextDecoder().decode(body),
        };
        break;
      case kinds["not-read-only"]:
        yield { type: "not-read-only", id };
        break;
      case kinds.stopped:
        yield { type: "stopped", id };
        break;
      default:
        assert(false, `unknown kind of result ${heads[at + 1]}`);
    }
  }
}

/** No results: for groups that answer nobody. */
export const noResults: PackedResults = { heads: new Float64Array(0), bytes: new Uint8Array(0) };

import { type Heap, Scratch } from "./heap.ts";

/** What is copied at once of a long text, at least. */
const windowBytes = 64 * 1024;
const growth = 8;

/**
 * The part of a SQL text that is in WASM memory. A text of many statements (a dump) is copied piece by piece as the
 * statements are prepared one after another, not once for each of them.
 */
export class SqlWindow {
  readonly #heap: Heap;
  readonly #scratch: Scratch;
  #source: Uint8Array | null = null;
  #pointer = 0;
  #start = 0;
  #end = 0;
  /** Where the caller goes on if it is still at the same text. */
  #next = -1;

  constructor(heap: Heap) {
    this.#heap = heap;
    this.#scratch = new Scratch(heap, windowBytes + 1);
  }

  /** Where in the text the window ends. What is prepared right up to here may have been cut off. */
  get end(): number {
    return this.#end;
  }

  /** Puts the text from `from` on into memory, or a first part of it: a C string. 0: no memory. */
  place(sql: Uint8Array, from: number): number {
    const goesOn = sql === this.#source && from === this.#next && from < this.#end;
    return goesOn ? this.#pointer + from - this.#start : this.#fill(sql, from, windowBytes);
  }

  /** Puts a longer part into memory, after what `place` gave was not enough. 0: no memory. */
  grow(sql: Uint8Array, from: number): number {
    const startedHere = this.#start === from;
    return this.#fill(sql, from, startedHere ? (this.#end - from) * growth : windowBytes);
  }

  /** The caller goes on at `next`, if at all with this text. */
  advance(next: number): void {
    this.#next = next;
  }

  free(): void {
    this.#scratch.free();
    this.#source = null;
  }

  #fill(sql: Uint8Array, from: number, length: number): number {
    const end = Math.min(sql.length, from + length);
    this.#source = null;
    this.#pointer = this.#scratch.take(end - from + 1);
    if (this.#pointer === 0) return 0;
    const bytes = this.#heap.bytes;
    bytes.set(from === 0 && end === sql.length ? sql : sql.subarray(from, end), this.#pointer);
    bytes[this.#pointer + end - from] = 0;
    this.#source = sql;
    this.#start = from;
    this.#end = end;
    this.#next = -1;
    return this.#pointer;
  }
}

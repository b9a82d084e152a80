import { assert } from "../base/mod.ts";
import type { WasmExports } from "./wasm-exports.ts";

/** What is needed of a started WASM instance. */
export interface WasmInstance {
  readonly exports: WasmExports;
  readonly memory: WebAssembly.Memory;
  /** Makes a function callable from C; `signature` such as `i(pij)`. Returns its pointer. */
  installFunction(signature: string, callback: (...values: never[]) => unknown): number;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * WASM memory as seen from here. It grows under us, which detaches every view: take `bytes` afresh after any call into
 * WASM.
 */
export class Heap {
  readonly exports: WasmExports;
  readonly #memory: WebAssembly.Memory;
  #bytes: Uint8Array;
  #words: Int32Array;
  #thrown: { readonly error: unknown } | null = null;
  #broken = false;

  constructor(instance: WasmInstance) {
    this.exports = instance.exports;
    this.#memory = instance.memory;
    this.#bytes = new Uint8Array(instance.memory.buffer);
    this.#words = new Int32Array(instance.memory.buffer);
  }

  /** All of memory. A detached view has length 0, which is cheaper to see than to ask the memory for its buffer. */
  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#refresh();
    return this.#bytes;
  }

  /** A view of part of memory, good until the next call into WASM. */
  view(pointer: number, length: number): Uint8Array {
    return new Uint8Array(this.bytes.buffer, pointer, length);
  }

  word(pointer: number): number {
    if (this.#words.length === 0) this.#refresh();
    return this.#words[pointer >> 2] ?? 0;
  }

  setWord(pointer: number, value: number): void {
    if (this.#words.length === 0) this.#refresh();
    this.#words[pointer >> 2] = value;
  }

  setInt64(pointer: number, value: bigint): void {
    new DataView(this.bytes.buffer).setBigInt64(pointer, value, true);
  }

  setDouble(pointer: number, value: number): void {
    new DataView(this.bytes.buffer).setFloat64(pointer, value, true);
  }

  /** The C string at `pointer`, as a view. */
  text(pointer: number): Uint8Array {
    const bytes = this.bytes;
    return bytes.subarray(pointer, bytes.indexOf(0, pointer));
  }

  /** The C string at `pointer`. */
  string(pointer: number): string {
    return decoder.decode(this.text(pointer));
  }

  /** Memory for `length` bytes, or 0 when there is none left. */
  allocate(length: number): number {
    return this.exports.sqlite3_malloc(length);
  }

  /** A C string that lives as long as the instance. */
  permanentString(text: string): number {
    const bytes = encoder.encode(text);
    const pointer = this.allocate(bytes.length + 1);
    assert(pointer !== 0, "WASM memory was just made");
    this.bytes.set(bytes, pointer);
    this.bytes[pointer + bytes.length] = 0;
    return pointer;
  }

  /**
   * Keeps what a callback threw, so that it does not unwind through SQLite's frames; the call into SQLite that led to
   * it must end with `rethrow`. Returns `code` for SQLite.
   */
  caught(error: unknown, code: number): number {
    this.#thrown ??= { error };
    return code;
  }

  /** Throws what a callback threw during the last call into SQLite, if any did. */
  rethrow(): void {
    if (this.#thrown === null) return;
    const { error } = this.#thrown;
    if (!this.#broken) this.#thrown = null;
    throw error;
  }

  /**
   * WASM itself was left by an error (its stack overflowed, a trap): its state can't be trusted any more. From now on
   * nothing is written and every call throws this. Returns the error to throw.
   */
  breakOn(error: unknown): unknown {
    if (!this.#broken) this.#thrown = { error };
    this.#broken = true;
    return error;
  }

  get broken(): boolean {
    return this.#broken;
  }

  #refresh(): void {
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#words = new Int32Array(this.#memory.buffer);
  }
}

/** A piece of WASM memory that grows to what was last asked for, and shrinks back when that was much. */
export class Scratch {
  readonly #heap: Heap;
  readonly #keptMax: number;
  #pointer = 0;
  #length = 0;

  constructor(heap: Heap, keptMax: number) {
    this.#heap = heap;
    this.#keptMax = keptMax;
  }

  /** Room for `length` bytes; what it held before is lost. 0 when there is no memory left. */
  take(length: number): number {
    if (length <= this.#length && (this.#length <= this.#keptMax || length > this.#keptMax)) return this.#pointer;
    this.free();
    const wanted = Math.max(length, this.#keptMax);
    this.#pointer = this.#heap.allocate(wanted);
    if (this.#pointer !== 0) this.#length = wanted;
    return this.#pointer;
  }

  free(): void {
    this.#heap.exports.sqlite3_free(this.#pointer);
    this.#pointer = 0;
    this.#length = 0;
  }
}

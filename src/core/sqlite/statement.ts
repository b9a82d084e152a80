import type { SqlError, SqlStatement } from "./api.ts";
import { ResultCode, transientDestructor } from "./codes.ts";
import type { Heap, Scratch } from "./heap.ts";
import type { Cached } from "./statement-cache.ts";
import type { StatementKind } from "./statement-kind.ts";
import type { WasmExports } from "./wasm-exports.ts";

const int32Max = 0x7fffffff;
/** Longer values are handed over to SQLite instead of being copied twice. */
export const bindScratchBytes = 16 * 1024;
const nothing = new Uint8Array(0);

/** What a statement needs of its connection. */
export interface StatementOwner {
  readonly heap: Heap;
  readonly closed: boolean;
  /** Where values lie while SQLite copies them: `bindScratchBytes` long. */
  readonly bindScratch: Scratch;
  /** Pointer of `sqlite3_free` as a C function. */
  readonly freeFunction: number;
  /** The error of the last call, which answered `code`. */
  failure(code: number): SqlError;
  /** Called around each step of a statement of kind "change", "with" or "vacuum"; `ended`: no row came of it. */
  stepping(statement: Statement): void;
  stepped(statement: Statement, ended: boolean): void;
  /** The statement is idle again: keeps or finalizes it. */
  giveBack(statement: Statement): void;
}

/** What is known of a statement once it is prepared. */
export interface StatementFacts {
  readonly pointer: number;
  readonly kind: StatementKind;
  /** The text for the cache, or null for what may not be kept. */
  readonly text: Uint8Array | null;
  /** Length of the statement itself, up to SQLite's tail. */
  readonly length: number;
  readonly outsideTransaction: boolean;
}

/** A `sqlite3_stmt`. */
export class Statement implements SqlStatement, Cached {
  readonly pointer: number;
  readonly text: Uint8Array;
  readonly kept: boolean;
  readonly length: number;
  readonly kind: StatementKind;
  readonly readonly: boolean;
  readonly explain: 0 | 1 | 2;
  readonly returning: boolean;
  readonly outsideTransaction: boolean;
  readonly countsChanges: boolean;
  readonly parameterCount: number;
  readonly #owner: StatementOwner;
  readonly #heap: Heap;
  readonly #exports: WasmExports;
  /** The connection has something to do around each step. */
  readonly #watched: boolean;
  #parameterNames: (string | null)[] | null = null;
  #bindFailure: SqlError | null = null;
  #bound = false;
  /** A watched statement has given a row and may have more: `reset` ends it. */
  #midway = false;

  constructor(owner: StatementOwner, facts: StatementFacts) {
    const { heap } = owner;
    const { pointer, kind } = facts;
    this.#owner = owner;
    this.#heap = heap;
    this.#exports = heap.exports;
    this.pointer = pointer;
    this.kind = kind;
    this.text = facts.text ?? nothing;
    this.kept = facts.text !== null;
    this.length = facts.length;
    this.outsideTransaction = facts.outsideTransaction;
    this.readonly = heap.exports.sqlite3_stmt_readonly(pointer) !== 0;
    const explain = heap.exports.sqlite3_stmt_isexplain(pointer);
    this.explain = explain === 1 || explain === 2 ? explain : 0;
    this.countsChanges = !this.readonly && (kind === "change" || kind === "with");
    this.returning = this.countsChanges && heap.exports.sqlite3_column_count(pointer) > 0;
    this.parameterCount = heap.exports.sqlite3_bind_parameter_count(pointer);
    this.#watched = this.countsChanges || kind === "vacuum";
  }

  parameterName(index: number): string | null {
    if (this.#parameterNames === null) {
      this.#parameterNames = [];
      for (let at = 1; at <= this.parameterCount; at += 1) {
        const name = this.#exports.sqlite3_bind_parameter_name(this.pointer, at);
        this.#parameterNames.push(name === 0 ? null : this.#heap.string(name));
      }
    }
    return this.#parameterNames[index - 1] ?? null;
  }

  bindNull(index: number): void {
    this.#bind(this.#exports.sqlite3_bind_null(this.pointer, index));
  }

  bindInteger(index: number, value: number | bigint): void {
    this.#bind(
      typeof value === "number" && value >= -int32Max && value <= int32Max
        ? this.#exports.sqlite3_bind_int(this.pointer, index, value)
        : this.#exports.sqlite3_bind_int64(this.pointer, index, BigInt(value)),
    );
  }

  bindReal(index: number, value: number): void {
    this.#bind(this.#exports.sqlite3_bind_double(this.pointer, index, value));
  }

  bindText(index: number, utf8: Uint8Array): void {
    const { pointer, destructor } = this.#lend(utf8);
    this.#bind(this.#exports.sqlite3_bind_text(this.pointer, index, pointer, utf8.length, destructor));
  }

  bindBlob(index: number, bytes: Uint8Array): void {
    const { pointer, destructor } = this.#lend(bytes);
    this.#bind(this.#exports.sqlite3_bind_blob(this.pointer, index, pointer, bytes.length, destructor));
  }

  step(): "row" | "done" | SqlError {
    if (this.#bindFailure !== null) return this.#bindFailure;
    if (this.#watched) this.#owner.stepping(this);
    let code: number;
    try {
      code = this.#exports.sqlite3_step(this.pointer);
    } catch (error) {
      throw this.#heap.breakOn(error);
    }
    if (this.#watched) {
      this.#midway = code === ResultCode.row;
      this.#owner.stepped(this, !this.#midway);
    }
    this.#heap.rethrow();
    if (code === ResultCode.row) return "row";
    return code === ResultCode.done ? "done" : this.#owner.failure(code);
  }

  reset(): void {
    this.#bindFailure = null;
    this.#exports.sqlite3_reset(this.pointer);
    if (this.#midway) this.#owner.stepped(this, true);
    this.#midway = false;
    this.#heap.rethrow();
  }

  clearBindings(): void {
    this.#bindFailure = null;
    if (!this.#bound) return;
    this.#exports.sqlite3_clear_bindings(this.pointer);
    this.#bound = false;
  }

  columnCount(): number {
    return this.#exports.sqlite3_column_count(this.pointer);
  }

  columnName(column: number): Uint8Array {
    const name = this.#exports.sqlite3_column_name(this.pointer, column);
    return name === 0 ? nothing : this.#heap.text(name).slice();
  }

  columnDeclaredType(column: number): string | null {
    const type = this.#exports.sqlite3_column_decltype(this.pointer, column);
    return type === 0 ? null : this.#heap.string(type);
  }

  columnTableName(column: number): string | null {
    const name = this.#exports.sqlite3_column_table_name(this.pointer, column);
    return name === 0 ? null : this.#heap.string(name);
  }

  columnType(column: number): number {
    return this.#exports.sqlite3_column_type(this.pointer, column);
  }

  columnNumber(column: number): number {
    return this.#exports.sqlite3_column_double(this.pointer, column);
  }

  columnBigInt(column: number): bigint {
    return this.#exports.sqlite3_column_int64(this.pointer, column);
  }

  columnBytes(column: number): Uint8Array {
    // UTF-8 is the only encoding of this build, so a text's bytes are its blob.
    const pointer = this.#exports.sqlite3_column_blob(this.pointer, column);
    return pointer === 0 ? nothing : this.#heap.view(pointer, this.#exports.sqlite3_column_bytes(this.pointer, column));
  }

  release(): void {
    if (this.#owner.closed) return;
    this.#owner.giveBack(this);
  }

  /** Bytes in WASM memory, and who frees them there: SQLite's copy is its own, longer ones it takes over. */
  #lend(bytes: Uint8Array): { readonly pointer: number; readonly destructor: number } {
    if (bytes.length <= bindScratchBytes) {
      const pointer = this.#owner.bindScratch.take(bindScratchBytes);
      if (pointer !== 0) this.#heap.bytes.set(bytes, pointer);
      return { pointer, destructor: transientDestructor };
    }
    const pointer = this.#heap.allocate(bytes.length);
    if (pointer !== 0) this.#heap.bytes.set(bytes, pointer);
    return { pointer, destructor: this.#owner.freeFunction };
  }

  #bind(code: number): void {
    this.#bound = true;
    if (code !== ResultCode.ok) this.#bindFailure ??= this.#owner.failure(code);
  }
}

import { present } from "../base/mod.ts";
import { type SqlConnection, type SqlStatement, StorageClass } from "../sqlite/mod.ts";
import type { ByteOutput } from "./byte-output.ts";

const quote = 0x27;
const hexDigits = new TextEncoder().encode("0123456789ABCDEF");
const encoder = new TextEncoder();

/** A name as SQL writes it, whatever is in it. */
export const quotedName = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Writes column values as SQL literals: as SQLite's `quote()` does, but with nothing lost after a U+0000. */
export class SqlLiterals {
  readonly #output: ByteOutput;
  /** Only SQLite knows how it prints a REAL. */
  readonly #quoteReal: SqlStatement;

  constructor(connection: SqlConnection, output: ByteOutput) {
    this.#output = output;
    const prepared = connection.prepare(encoder.encode("SELECT quote(?1)"), 0);
    this.#quoteReal = present(prepared.ok ? prepared.value.statement : null, "SQLite has quote()");
  }

  write(statement: SqlStatement, column: number): void {
    const output = this.#output;
    switch (statement.columnType(column)) {
      case StorageClass.integer: {
        const value = statement.columnNumber(column);
        if (Number.isSafeInteger(value)) output.integer(value);
        else output.ascii(String(statement.columnBigInt(column)));
        break;
      }
      case StorageClass.real:
        this.#writeReal(statement.columnNumber(column));
        break;
      case StorageClass.text:
        this.#writeText(statement.columnBytes(column));
        break;
      case StorageClass.blob:
        this.#writeBlob(statement.columnBytes(column));
        break;
      default:
        output.ascii("NULL");
    }
  }

  release(): void {
    this.#quoteReal.release();
  }

  #writeReal(value: number): void {
    const quoteReal = this.#quoteReal;
    quoteReal.bindReal(1, value);
    quoteReal.step();
    this.#output.raw(quoteReal.columnBytes(0));
    quoteReal.reset();
  }

  #writeText(bytes: Uint8Array): void {
    const output = this.#output;
    if (bytes.includes(0)) {
      output.ascii("CAST(");
      this.#writeBlob(bytes);
      output.ascii(" AS TEXT)");
      return;
    }
    output.byte(quote);
    for (let from = 0; from < bytes.length; ) {
      const found = bytes.indexOf(quote, from);
      const end = found < 0 ? bytes.length : found + 1;
      output.raw(bytes.subarray(from, end));
      if (found >= 0) output.byte(quote);
      from = end;
    }
    output.byte(quote);
  }

  #writeBlob(bytes: Uint8Array): void {
    const output = this.#output;
    output.ascii("X'");
    output.reserve(bytes.length * 2 + 1);
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i] ?? 0;
      output.bytes[output.length++] = hexDigits[byte >> 4] ?? 0;
      output.bytes[output.length++] = hexDigits[byte & 0xf] ?? 0;
    }
    output.byte(quote);
  }
}

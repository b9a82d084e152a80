import { type SqlStatement, StorageClass } from "../sqlite/mod.ts";
import type { ByteOutput } from "./byte-output.ts";
import { writeJsonString } from "./json-string.ts";
import type { StatementOptions } from "./options.ts";

/** How a column's values are written beyond their storage class, by its type (http-api §7.2). */
export const Encoding = {
  /** INTEGER is `true` or `false`. */
  boolean: 1,
  /** INTEGER and TEXT are times. */
  time: 2,
  /** A BLOB is a string of its bytes. */
  textLike: 4,
} as const;

const encoder = new TextEncoder();
const textLike = /^(?:$|text$|json$|varchar|varying character|nchar|native character|nvarchar|clob)/;

function encodingOf(type: string): number {
  if (type === "boolean") return Encoding.boolean;
  if (type === "date" || type === "datetime" || type === "timestamp") return Encoding.time;
  return textLike.test(type) ? Encoding.textLike : 0;
}

const filledTypes: Readonly<Record<number, string>> = {
  [StorageClass.integer]: "integer",
  [StorageClass.real]: "real",
  [StorageClass.text]: "text",
  // Without a type a BLOB is written as text.
  [StorageClass.blob]: "text",
};

/** The columns of one result: taken after the first step, because a step may prepare the statement anew. */
export class ColumnShape {
  readonly count: number;
  /** Names as JSON strings, qualified where that is asked for. */
  readonly names: readonly Uint8Array[];
  readonly types: string[] = [];
  /** Per column: bits of `Encoding`. */
  readonly encodings: number[] = [];
  /** Columns in the order of an associative row: by name, the last of each name only. */
  readonly order: readonly number[];

  constructor(statement: SqlStatement, options: StatementOptions, scratch: ByteOutput, qualify: boolean) {
    this.count = statement.columnCount();
    const names: Uint8Array[] = [];
    for (let column = 0; column < this.count; column++) {
      names.push(qualify ? qualifiedName(statement, column) : statement.columnName(column));
      const type = (statement.columnDeclaredType(column) ?? "").toLowerCase();
      this.types.push(type);
      this.encodings.push(encodingOf(type));
    }
    this.order = options.associative ? sortedLast(names) : [];
    this.names = names.map((name) => quoted(name, scratch));
  }

  /** Gives columns without a type that of the first row's value. The row itself is still written as without. */
  typesFrom(statement: SqlStatement): void {
    for (let column = 0; column < this.count; column++) {
      if (this.types[column] === "") this.types[column] = filledTypes[statement.columnType(column)] ?? "";
    }
  }

  /** From now on values are written by the types filled in. */
  settle(): void {
    for (let column = 0; column < this.count; column++) this.encodings[column] = encodingOf(this.types[column] ?? "");
  }
}

function qualifiedName(statement: SqlStatement, column: number): Uint8Array {
  const name = statement.columnName(column);
  const table = statement.columnTableName(column);
  if (table === null) return name;
  const prefix = encoder.encode(`${table}.`);
  const qualified = new Uint8Array(prefix.length + name.length);
  qualified.set(prefix);
  qualified.set(name, prefix.length);
  return qualified;
}

function quoted(name: Uint8Array, scratch: ByteOutput): Uint8Array {
  scratch.clear();
  writeJsonString(scratch, name);
  return scratch.take();
}

function sortedLast(names: readonly Uint8Array[]): readonly number[] {
  const columns = names.map((_, column) => column);
  columns.sort((left, right) => compareBytes(names[left], names[right]) || left - right);
  return columns.filter((column, i) => compareBytes(names[column], names[columns[i + 1] ?? -1]) !== 0);
}

/** Bytewise order; nothing at all is like nothing else. */
function compareBytes(left: Uint8Array | undefined, right: Uint8Array | undefined): number {
  if (left === undefined || right === undefined) return -1;
  const length = Math.min(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

import { type SqlStatement, StorageClass } from "../sqlite/mod.ts";
import { type ColumnType, columnType } from "./column-type.ts";

const encoder = new TextEncoder();
const untyped = columnType("");
const integerType = columnType("integer");
const realType = columnType("real");
const textType = columnType("text");

/** The columns of one result: taken after the first step, because a step may prepare the statement anew. */
export class ColumnShape {
  readonly count: number;
  /** UTF-8; qualified where that is asked for. */
  readonly names: Uint8Array[] = [];
  readonly types: ColumnType[] = [];
  /** Per column, how its values are written: one of `Encoding`. */
  readonly encodings: number[] = [];

  constructor(statement: SqlStatement, qualify: boolean) {
    this.count = statement.columnCount();
    for (let column = 0; column < this.count; column++) {
      this.names.push(qualify ? qualifiedName(statement, column) : statement.columnName(column));
      const declared = statement.columnDeclaredType(column) ?? "";
      const type = declared === "" ? untyped : columnType(declared);
      this.types.push(type);
      this.encodings.push(type.encoding);
    }
  }

  /** Gives columns without a type that of the first row's value. The row itself is still written as without. */
  typesFrom(statement: SqlStatement): void {
    for (let column = 0; column < this.count; column++) {
      if (this.types[column] === untyped) this.types[column] = typeOfValue(statement.columnType(column));
    }
  }

  /** From now on values are written by the types filled in. */
  settle(): void {
    for (const [column, type] of this.types.entries()) this.encodings[column] = type.encoding;
  }

  /** Columns in the order of an associative row: by the names' bytes, the last of each name only. */
  byName(): readonly number[] {
    const { names } = this;
    const columns = names.map((_, column) => column);
    columns.sort((left, right) => compareBytes(names[left], names[right]) || left - right);
    return columns.filter((column, i) => compareBytes(names[column], names[columns[i + 1] ?? -1]) !== 0);
  }
}

function typeOfValue(storageClass: number): ColumnType {
  switch (storageClass) {
    case StorageClass.integer:
      return integerType;
    case StorageClass.real:
      return realType;
    // Without a type a BLOB is written as text.
    case StorageClass.text:
    case StorageClass.blob:
      return textType;
    default:
      return untyped;
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

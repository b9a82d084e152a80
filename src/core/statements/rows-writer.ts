import { type SqlStatement, StorageClass } from "../sqlite/mod.ts";
import { ColumnShape } from "./column-shape.ts";
import { Encoding } from "./column-type.ts";
import { type Fault, statementFault } from "./fault.ts";
import type { JsonOutput } from "./json-output.ts";
import { jsonString } from "./json-string.ts";
import type { StatementOptions } from "./options.ts";
import { formatTimeText, formatUnixTime } from "./time-text.ts";

const tooBig = statementFault("string or blob too big");
const infinite = (value: number): Fault => ({
  type: "request",
  message: `json: error calling MarshalJSON for type *http.DBResults: json: unsupported value: ${value > 0 ? "+" : "-"}Inf`,
});
const nothing = new Uint8Array(0);
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Writes the rows of one statement after the other (http-api §6.2, §6.4, §7), straight from SQLite's memory. */
export class RowsWriter {
  readonly #output: JsonOutput;
  #statement: SqlStatement | null = null;
  #shape: ColumnShape | null = null;
  /** In the order of an associative row: columns, and their names as JSON strings. */
  #order: readonly number[] = [];
  #keys: readonly Uint8Array[] = [];
  #associative = false;
  #blobArray = false;
  /** The `[` of the rows has been written. */
  #listOpen = false;

  constructor(output: JsonOutput) {
    this.#output = output;
  }

  /** Begins an entry's object; its members up to the rows. The statement has been stepped; `hasRow`: to a row. */
  begin(statement: SqlStatement, hasRow: boolean, options: StatementOptions, qualify: boolean): void {
    const shape = new ColumnShape(statement, qualify);
    this.#statement = statement;
    this.#shape = shape;
    this.#associative = options.associative;
    this.#blobArray = options.blobArray;
    this.#listOpen = false;
    if (hasRow) shape.typesFrom(statement);
    if (options.associative) this.#writeTypesByName(shape);
    else this.#writeNamesAndTypes(shape);
    if (hasRow) this.#openList();
  }

  /** Writes the row that the statement stands on. */
  row(): Fault | null {
    const shape = this.#shape;
    const statement = this.#statement;
    if (shape === null || statement === null) return null;
    const output = this.#output;
    output.item();
    if (this.#associative) {
      output.open("{");
      for (let i = 0; i < this.#order.length; i++) {
        const column = this.#order[i] ?? 0;
        output.memberQuoted(this.#keys[i] ?? nothing);
        const fault = this.#value(statement, column, shape.encodings[column] ?? 0);
        if (fault !== null) return fault;
      }
      output.close("}");
      return null;
    }
    output.open("[");
    for (let column = 0; column < shape.count; column++) {
      output.item();
      const fault = this.#value(statement, column, shape.encodings[column] ?? 0);
      if (fault !== null) return fault;
    }
    output.close("]");
    return null;
  }

  /** The members of an entry without a statement. */
  none(associative: boolean): void {
    this.#associative = associative;
    this.#listOpen = false;
    this.end();
  }

  /** After the first row. */
  settle(): void {
    this.#shape?.settle();
  }

  /** Closes the list of rows; the entry's object stays open for its `time`. */
  end(): void {
    if (this.#associative && !this.#listOpen) this.#openList();
    if (this.#listOpen) this.#output.close("]");
    this.#statement = null;
    this.#shape = null;
  }

  #writeNamesAndTypes(shape: ColumnShape): void {
    if (shape.count === 0) return;
    const output = this.#output;
    output.member("columns");
    output.open("[");
    for (const name of shape.names) {
      output.item();
      output.string(name);
    }
    output.close("]");
    output.member("types");
    output.open("[");
    for (const type of shape.types) {
      output.item();
      output.raw(type.json);
    }
    output.close("]");
  }

  #writeTypesByName(shape: ColumnShape): void {
    this.#order = shape.byName();
    this.#keys = this.#order.map((column) => jsonString(shape.names[column] ?? nothing));
    if (shape.count === 0) return;
    const output = this.#output;
    output.member("types");
    output.open("{");
    for (const [i, column] of this.#order.entries()) {
      output.memberQuoted(this.#keys[i] ?? nothing);
      output.raw(shape.types[column]?.json ?? nothing);
    }
    output.close("}");
  }

  #openList(): void {
    this.#output.member(this.#associative ? "rows" : "values");
    this.#output.open("[");
    this.#listOpen = true;
  }

  #value(statement: SqlStatement, column: number, encoding: number): Fault | null {
    const output = this.#output;
    switch (statement.columnType(column)) {
      case StorageClass.integer: {
        const value = statement.columnNumber(column);
        if (encoding === Encoding.time) return this.#time(formatUnixTime(value));
        if (encoding === Encoding.boolean) output.ascii(value > 0 ? "true" : "false");
        else if (Number.isSafeInteger(value)) output.integer(value);
        else output.ascii(String(statement.columnBigInt(column)));
        return null;
      }
      case StorageClass.real: {
        const value = statement.columnNumber(column);
        if (!Number.isFinite(value)) return infinite(value);
        output.real(value);
        return null;
      }
      case StorageClass.text: {
        const bytes = statement.columnBytes(column);
        if (encoding === Encoding.time) return this.#time(formatTimeText(decoder.decode(bytes)));
        return output.string(bytes) ? null : tooBig;
      }
      case StorageClass.blob: {
        const bytes = statement.columnBytes(column);
        if (encoding === Encoding.textLike) return output.string(bytes) ? null : tooBig;
        return (this.#blobArray ? output.byteArray(bytes) : output.base64(bytes)) ? null : tooBig;
      }
      default:
        output.ascii("null");
        return null;
    }
  }

  #time(text: ReturnType<typeof formatTimeText>): Fault | null {
    if (!text.ok) return statementFault(text.error);
    this.#output.byte(0x22);
    this.#output.ascii(text.value);
    this.#output.byte(0x22);
    return null;
  }
}

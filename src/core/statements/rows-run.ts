import { done, failed, type Outcome } from "../base/mod.ts";
import type { PreparedText, SqlConnection, SqlStatement } from "../sqlite/mod.ts";
import { bindParameters, notEnough } from "./binder.ts";
import { type Fault, sqlFault, statementFault } from "./fault.ts";
import type { JsonOutput } from "./json-output.ts";
import type { StatementOptions } from "./options.ts";
import type { ParsedStatement } from "./parsed-body.ts";
import { RowsWriter } from "./rows-writer.ts";
import { isBlankFrom } from "./sql-blanks.ts";

/**
 * Runs texts for their rows, one after the other (http-api §8.2): only a text's last statement runs, those before it
 * are prepared and their parameters counted. Can be left and resumed between rows.
 */
export class RowsRun {
  readonly #connection: SqlConnection;
  readonly #output: JsonOutput;
  readonly #writer: RowsWriter;
  #statement: SqlStatement | null = null;
  #options: StatementOptions | null = null;
  #qualify = false;
  /** It has not been stepped yet. */
  #fresh = true;
  #hasRow = false;

  constructor(connection: SqlConnection, output: JsonOutput) {
    this.#connection = connection;
    this.#output = output;
    this.#writer = new RowsWriter(output);
  }

  /** Prepares the text's last statement; `first`, if given, is its first one, and belongs to this run now. */
  start(
    parsed: ParsedStatement,
    first: PreparedText | null,
    options: StatementOptions,
    qualify: boolean,
  ): Fault | null {
    const last = this.#prepareLast(parsed, first);
    if (!last.ok) return last.error;
    this.#statement = last.value;
    this.#options = options;
    this.#qualify = qualify;
    this.#fresh = true;
    this.#hasRow = false;
    return null;
  }

  /** The statement that will run; null if the text ends in none. */
  get statement(): SqlStatement | null {
    return this.#statement;
  }

  /** It has given a row: what it changes is changed (sqlite.org/lang_returning.html §2.1). */
  get hasRow(): boolean {
    return this.#hasRow;
  }

  /** Writes rows until the end, or until the output holds `bytesMax` bytes. */
  advance(bytesMax: number): "more" | "done" | Fault {
    const statement = this.#statement;
    if (this.#options === null) return "done";
    if (statement === null) {
      this.#writer.none(this.#options.associative);
      return "done";
    }
    for (;;) {
      const step = statement.step();
      if (typeof step === "object") return sqlFault(step);
      if (this.#fresh) this.#writer.begin(statement, step === "row", this.#options, this.#qualify);
      if (step === "done") {
        this.#writer.end();
        return "done";
      }
      this.#hasRow = true;
      const fault = this.#writer.row();
      if (fault !== null) return fault;
      if (this.#fresh) this.#writer.settle();
      this.#fresh = false;
      if (this.#output.length >= bytesMax) return "more";
    }
  }

  /** Lets go of the statement, at whatever point it is. */
  close(): void {
    this.#statement?.release();
    this.#statement = null;
    this.#options = null;
  }

  #prepareLast(parsed: ParsedStatement, first: PreparedText | null): Outcome<SqlStatement | null, Fault> {
    const { sql, parameters } = parsed;
    let prepared = first;
    let start = 0;
    let from = 0;
    for (;;) {
      if (prepared === null) {
        const outcome = this.#connection.prepare(sql, from);
        if (!outcome.ok) return failed(sqlFault(outcome.error));
        prepared = outcome.value;
      }
      const { statement, tail } = prepared;
      if (statement === null) return done(null);
      const left = parameters.length - start;
      if (left < statement.parameterCount) {
        const fault = statementFault(notEnough(statement.parameterCount, left));
        statement.release();
        return failed(fault);
      }
      if (isBlankFrom(sql, tail)) {
        bindParameters(statement, parameters, start);
        return done(statement);
      }
      start += statement.parameterCount;
      from = tail;
      statement.release();
      prepared = null;
    }
  }
}

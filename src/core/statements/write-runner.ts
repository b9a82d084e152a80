import type { PreparedText, SqlStatement } from "../sqlite/mod.ts";
import { bindParameters, notEnough } from "./binder.ts";
import { outputBytesMax } from "./byte-output.ts";
import { type Fault, sqlFault, statementFault } from "./fault.ts";
import type { StatementEndpoint, StatementOptions } from "./options.ts";
import type { ParsedBody, ParsedStatement } from "./parsed-body.ts";
import type { EntryKind } from "./response-writer.ts";
import type { GroupRunResult, RunLimit, Surroundings } from "./run.ts";
import { deadlineExceeded, disallowedPragma, leftOpen, type RunContext } from "./run-context.ts";
import { isBlankFrom } from "./sql-blanks.ts";

/** What became of a request's statements. `failed`: an error ended a transaction. */
type Ending = "ended" | "failed" | "alone" | "stopped";

const resultTooBig = statementFault("result too big");
const savepoint = "SAVEPOINT quolite_request";
const rollbackToSavepoint = "ROLLBACK TO quolite_request";
const releaseSavepoint = "RELEASE quolite_request";
const statementSavepoint = "SAVEPOINT quolite_statement";
const rollbackToStatement = "ROLLBACK TO quolite_statement";
const releaseStatement = "RELEASE quolite_statement";

/**
 * Runs requests through the writer, one after the other (http-api §8). In a group, an outer transaction is open and
 * everything must look as if each statement, or the request with `transaction`, had one of its own; what can't is
 * handed back as `alone`.
 */
export class WriteRunner {
  readonly #context: RunContext;
  #endpoint: StatementEndpoint = "execute";
  #options: StatementOptions | null = null;
  #grouped = false;
  #transaction = false;
  /** Parameters are counted even where no list was given. */
  #countsAlways = false;
  /** A statement that is not read-only has been stepped. */
  #wrote = false;
  /** The entry under way is one of rows. */
  #kind: EntryKind = "write";
  /** The text of a 500 that takes the place of the body; its effects stay. */
  #unwritable: string | null = null;

  constructor(context: RunContext) {
    this.#context = context;
  }

  run(
    endpoint: StatementEndpoint,
    body: ParsedBody,
    options: StatementOptions,
    surroundings: Surroundings,
    limit: RunLimit,
  ): GroupRunResult {
    const { connection, response } = this.#context;
    this.#endpoint = endpoint;
    this.#options = options;
    this.#grouped = surroundings === "group";
    this.#transaction = options.transaction && endpoint !== "load";
    this.#countsAlways = options.dbTimeoutMs > 0;
    this.#wrote = false;
    this.#unwritable = null;
    // A load may end in a ROLLBACK of everything, and an interrupt does.
    if (this.#grouped && (endpoint === "load" || options.dbTimeoutMs > 0)) return { type: "alone", touched: false };
    response.begin(options);
    if (body.disallowedPragma) return this.#failure(disallowedPragma);
    const due = limit.due();
    if (due === "stopped") return { type: "stopped" };
    if (due === "timeout") return this.#failure(deadlineExceeded);
    if (!this.#grouped) connection.resetState();
    // So that SQLite itself refuses just what it would refuse on a reader.
    if (endpoint === "query") this.#context.control("PRAGMA query_only=1");
    this.#context.limitBy(limit);
    const result = this.#transaction ? this.#runTransaction(body) : this.#runSingly(body);
    this.#context.limitBy(null);
    if (endpoint === "query") this.#context.control("PRAGMA query_only=0");
    if (!this.#grouped) connection.resetState();
    return result;
  }

  #runSingly(body: ParsedBody): GroupRunResult {
    const ending = this.#runStatements(body);
    // Where the outer transaction is gone, a statement that wrote has taken it away.
    if (ending === "alone") return { type: "alone", touched: this.#wrote };
    if (ending === "stopped") {
      if (!this.#grouped) this.#context.rollback();
      return { type: "stopped" };
    }
    if (!this.#grouped && this.#context.connection.inTransaction) {
      this.#context.rollback();
      return this.#failure(leftOpen);
    }
    return this.#success();
  }

  #runTransaction(body: ParsedBody): GroupRunResult {
    return this.#grouped ? this.#runInSavepoint(body) : this.#runBetweenBeginAndCommit(body);
  }

  #runInSavepoint(body: ParsedBody): GroupRunResult {
    const context = this.#context;
    context.control(savepoint);
    let ending = this.#runStatements(body);
    if (!context.connection.inTransaction) {
      return ending === "stopped" ? { type: "stopped" } : { type: "alone", touched: true };
    }
    // A COMMIT would fail now; releasing a savepoint does not.
    if (ending === "ended" && this.#wrote && context.connection.hasDeferredViolations) ending = "alone";
    if (ending !== "ended") context.control(rollbackToSavepoint);
    context.control(releaseSavepoint);
    if (ending === "alone") return { type: "alone", touched: this.#wrote };
    return ending === "stopped" ? { type: "stopped" } : this.#success();
  }

  #runBetweenBeginAndCommit(body: ParsedBody): GroupRunResult {
    const context = this.#context;
    context.control("BEGIN");
    const ending = this.#runStatements(body);
    if (ending === "ended") {
      const commit = context.control("COMMIT");
      context.rollback();
      return commit.ok ? this.#success() : this.#failure(commit.error.message);
    }
    context.rollback();
    return ending === "stopped" ? { type: "stopped" } : this.#success();
  }

  #runStatements(body: ParsedBody): Ending {
    const { connection, response } = this.#context;
    const errorsEnd = this.#transaction && this.#endpoint !== "query";
    let timedOut = false;
    for (const parsed of body.statements) {
      if (parsed.sql.length === 0) continue;
      const due = this.#context.due();
      if (due === "stopped") return "stopped";
      if (due === "timeout") timedOut = true;
      this.#kind = this.#endpoint === "query" ? "rows" : "write";
      response.beginEntry();
      const before = !this.#grouped && connection.inTransaction;
      const verdict = timedOut ? interrupted : this.#runOne(parsed);
      if (verdict === "done") continue;
      if (verdict === "alone") return "alone";
      if (this.#grouped && !connection.inTransaction) return this.#context.due() === "stopped" ? "stopped" : "alone";
      if (verdict.type === "request") {
        this.#unwritable ??= verdict.message;
        response.failEntry(verdict.message, this.#kind);
        continue;
      }
      // A text that fails leaves no transaction of its own open (§13.2 asks it of a load).
      if (!this.#grouped && !before) this.#context.rollback();
      if (verdict.type === "interrupted") {
        const reason = this.#context.due();
        if (reason === "stopped") return "stopped";
        timedOut ||= reason === "timeout";
      }
      response.failEntry(verdict.type === "interrupted" ? this.#timeoutText() : verdict.message, this.#kind);
      if (errorsEnd) return "failed";
    }
    return "ended";
  }

  #runOne(parsed: ParsedStatement): "done" | "alone" | Fault {
    const { connection, response } = this.#context;
    if (parsed.nameFault !== null) return statementFault(parsed.nameFault);
    if (this.#endpoint === "query") return this.#runRows(parsed, null);
    const prepared = connection.prepare(parsed.sql, 0);
    if (!prepared.ok) return sqlFault(prepared.error);
    const { statement } = prepared.value;
    if (this.#endpoint === "request" && (statement === null || statement.readonly || statement.returning)) {
      return this.#runRows(parsed, prepared.value);
    }
    if (statement === null) {
      response.endWriteEntry(null);
      return "done";
    }
    if (this.#endpoint === "execute" && statement.returning) return this.#runRows(parsed, prepared.value);
    return this.#runText(parsed, prepared.value);
  }

  #runRows(parsed: ParsedStatement, first: PreparedText | null): "done" | "alone" | Fault {
    const { rows, response } = this.#context;
    this.#kind = "rows";
    const options = this.#options;
    if (options === null) return resultTooBig;
    const fault = rows.start(parsed, first, options, options.qualifyColumns && this.#endpoint !== "execute");
    if (fault !== null) return fault;
    const { statement } = rows;
    if (statement !== null && this.#grouped && statement.outsideTransaction) {
      rows.close();
      return "alone";
    }
    if (statement !== null) this.#wrote ||= !statement.readonly;
    const changes = statement?.returning === true && !this.#transaction;
    const guarded = changes && !this.#grouped;
    if (guarded) this.#context.control(statementSavepoint);
    const step = rows.advance(outputBytesMax);
    const isUntold = rows.hasRow && (step === "more" || (step !== "done" && step.type === "statement"));
    rows.close();
    if (changes && this.#grouped && isUntold) return "alone";
    const violation = guarded ? this.#endStatement(isUntold) : null;
    if (violation !== null) return violation;
    if (step === "more") return resultTooBig;
    if (this.#isUndecided()) return "alone";
    if (step === "done") response.endEntry();
    return step;
  }

  /** Ends the savepoint around one statement: its changes go if their rows can't be told. The fault is its commit's. */
  #endStatement(isUntold: boolean): Fault | null {
    const context = this.#context;
    // Gone with a transaction that was rolled back.
    if (!context.connection.inTransaction) return null;
    if (isUntold) context.control(rollbackToStatement);
    const released = context.control(releaseStatement);
    if (released.ok) return null;
    context.control(rollbackToStatement);
    context.control(releaseStatement);
    return sqlFault(released.error);
  }

  /** Every statement of the text, one step each; the last one's numbers. */
  #runText(parsed: ParsedStatement, first: PreparedText): "done" | "alone" | Fault {
    const { connection, response } = this.#context;
    const { sql, parameters } = parsed;
    const counted = parameters.length > 0 || this.#countsAlways;
    let prepared = first;
    let start = 0;
    for (;;) {
      const { statement, tail } = prepared;
      if (statement === null) {
        response.endWriteEntry(null);
        return "done";
      }
      if (this.#grouped && statement.outsideTransaction) {
        statement.release();
        return "alone";
      }
      const count = statement.parameterCount;
      if (counted && parameters.length - start < count) {
        statement.release();
        return statementFault(notEnough(count, parameters.length));
      }
      bindParameters(statement, parameters, start);
      start += count;
      const isLast = isBlankFrom(sql, tail);
      const fault = this.#stepOnce(statement, isLast);
      statement.release();
      if (this.#isUndecided()) return "alone";
      if (fault !== null) return fault;
      if (isLast) return "done";
      if (this.#context.due() !== null) return interrupted;
      const next = connection.prepare(sql, tail);
      if (!next.ok) return sqlFault(next.error);
      prepared = next.value;
    }
  }

  #stepOnce(statement: SqlStatement, isLast: boolean): Fault | null {
    const { connection, response } = this.#context;
    this.#wrote ||= !statement.readonly;
    let step = statement.step();
    if (typeof step === "object") return sqlFault(step);
    if (isLast) response.endWriteEntry(connection.counters());
    // All rows are in after the first step, but what the statement's end may still say must not get lost.
    while (statement.returning && step === "row") {
      step = statement.step();
      if (typeof step === "object") return sqlFault(step);
    }
    return null;
  }

  /** In a group and without a transaction, whether a statement's own commit would have failed by now. */
  #isUndecided(): boolean {
    return this.#grouped && !this.#transaction && this.#wrote && this.#context.connection.hasDeferredViolations;
  }

  #timeoutText(): string {
    return this.#kind === "rows" ? "query timeout" : "execute timeout";
  }

  #success(): GroupRunResult {
    const { response } = this.#context;
    if (this.#unwritable !== null) {
      return { type: "done", result: { type: "text", status: 500, message: this.#unwritable } };
    }
    response.end(null);
    return { type: "done", result: { type: "json", body: response.output.take(), failed: false } };
  }

  #failure(error: string): GroupRunResult {
    return { type: "done", result: { type: "json", body: this.#context.response.failureBody(error), failed: true } };
  }
}

const interrupted: Fault = { type: "interrupted" };

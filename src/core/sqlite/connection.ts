import { assert, done, failed, type Outcome } from "../base/mod.ts";
import type { ChangeCounters, ConnectionOptions, PreparedText, SqlConnection, SqlError } from "./api.ts";
import { isJudged, judge } from "./authorizer.ts";
import { preparePersistent, ResultCode, statusDeferredForeignKeys } from "./codes.ts";
import type { Heap, Scratch } from "./heap.ts";
import { autoVacuumPragma, foreignKeysPragma, pragmaRules } from "./pragma-rules.ts";
import { SqlWindow } from "./sql-window.ts";
import { Statement, type StatementOwner } from "./statement.ts";
import { cachedTextBytesMax, StatementCache } from "./statement-cache.ts";
import { statementKind } from "./statement-kind.ts";

/** How many VM steps between two questions whether to stop: some 20 to 50 µs. */
const stepsPerQuestion = 2_000;
/** Texts of our own that stay prepared. */
const ownStatementsMax = 64;

/** What all connections of an instance share. */
export interface Shared {
  readonly heap: Heap;
  readonly bindScratch: Scratch;
  /** Two words for what a function gives by pointer. */
  readonly outPointer: number;
  readonly freeFunction: number;
  readonly authorizerFunction: number;
  readonly progressFunction: number;
  /** The connection was closed. */
  closed(connection: Connection): void;
}

/** A `sqlite3`: opened and set up by `loadSqlite`. */
export class Connection implements SqlConnection, StatementOwner {
  readonly heap: Heap;
  readonly bindScratch: Scratch;
  readonly freeFunction: number;
  readonly #shared: Shared;
  readonly #database: number;
  readonly #number: number;
  readonly #options: ConnectionOptions;
  readonly #writes: boolean;
  readonly #window: SqlWindow;
  readonly #cache = new StatementCache<Statement>();
  readonly #own = new Map<string, Statement>();
  /** Pointers of all statements that are not finalized. */
  readonly #statements = new Set<number>();
  /** Settings that SQL has changed since the last `resetState`. */
  readonly #changed = new Set<string>();
  #closed = false;
  /** A text of our own is being run: the authorizer allows everything. */
  #trusted = false;
  #vacuuming = false;
  /** Why the authorizer refused; SQLite itself only says "not authorized". */
  #refusal: string | null = null;
  /** The statement being prepared sets something on the connection. */
  #sets = false;
  #changesShown: number | null = null;
  #due: (() => boolean) | null = null;

  /** `number` is what the callbacks get to know the connection by. */
  constructor(shared: Shared, database: number, number: number, writes: boolean, options: ConnectionOptions) {
    this.heap = shared.heap;
    this.bindScratch = shared.bindScratch;
    this.freeFunction = shared.freeFunction;
    this.#shared = shared;
    this.#database = database;
    this.#number = number;
    this.#options = options;
    this.#writes = writes;
    this.#window = new SqlWindow(shared.heap);
  }

  get closed(): boolean {
    return this.#closed;
  }

  prepare(sql: Uint8Array, from: number): Outcome<PreparedText, SqlError> {
    const cacheable = sql.length - from <= cachedTextBytesMax;
    if (cacheable) {
      const idle = this.#cache.take(sql, from);
      if (idle !== null) return done({ statement: idle, tail: from + idle.length });
    }
    return this.#prepare(sql, from, cacheable);
  }

  run(sql: string): Outcome<null, SqlError> {
    this.#trusted = true;
    try {
      const known = this.#own.get(sql);
      return known === undefined ? this.#runText(sql) : this.#runToEnd(known);
    } finally {
      this.#trusted = false;
    }
  }

  get inTransaction(): boolean {
    return this.heap.exports.sqlite3_get_autocommit(this.#database) === 0;
  }

  counters(): ChangeCounters {
    return {
      lastInsertRowid: this.heap.exports.sqlite3_last_insert_rowid(this.#database),
      changes: this.changes(),
    };
  }

  /** What SQL's `changes()` answers too. */
  changes(): number {
    return this.#changesShown ?? this.heap.exports.sqlite3_changes(this.#database);
  }

  restoreCounters(counters: ChangeCounters): void {
    this.heap.exports.sqlite3_set_last_insert_rowid(this.#database, counters.lastInsertRowid);
    this.#changesShown = counters.changes;
  }

  get hasDeferredViolations(): boolean {
    const { outPointer } = this.#shared;
    const code = this.heap.exports.sqlite3_db_status(
      this.#database,
      statusDeferredForeignKeys,
      outPointer,
      outPointer + 4,
      0,
    );
    assert(code === ResultCode.ok, `SQLite knows this counter: ${code}`);
    return this.heap.word(outPointer) !== 0;
  }

  setInterrupt(due: (() => boolean) | null): void {
    if (due === null && this.#due === null) return;
    if ((due === null) !== (this.#due === null)) {
      const handler = due === null ? 0 : this.#shared.progressFunction;
      this.heap.exports.sqlite3_progress_handler(this.#database, stepsPerQuestion, handler, this.#number);
    }
    this.#due = due;
  }

  resetState(): boolean {
    const open = this.inTransaction;
    if (open) this.#must("ROLLBACK");
    if (this.#changed.size > 0) {
      for (const pragma of this.#changed) this.#must(`PRAGMA ${pragma}=${this.#initial(pragma)}`);
      this.#changed.clear();
    }
    return open;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.heap.broken) return;
    const { exports } = this.heap;
    // Not `sqlite3_next_stmt`: it also tells of statements that virtual tables own, and finalize themselves.
    for (const statement of this.#statements) exports.sqlite3_finalize(statement);
    this.#statements.clear();
    this.#window.free();
    exports.sqlite3_close_v2(this.#database);
    this.#shared.closed(this);
    this.heap.rethrow();
  }

  // What statements and the instance's callbacks use.

  failure(code: number): SqlError {
    const { exports } = this.heap;
    const refusal = this.#refusal;
    this.#refusal = null;
    if (refusal !== null && (code & 0xff) === ResultCode.auth) return { code, message: refusal };
    return { code, message: this.heap.string(exports.sqlite3_errmsg(this.#database)) };
  }

  stepping(statement: Statement): void {
    if (statement.kind === "vacuum") this.#vacuuming = true;
  }

  stepped(statement: Statement, ended: boolean): void {
    if (statement.kind === "vacuum") this.#vacuuming = false;
    else if (ended) this.#changesShown = null;
  }

  giveBack(statement: Statement): void {
    statement.reset();
    statement.clearBindings();
    for (const out of statement.kept ? this.#cache.put(statement) : [statement]) this.#finalize(out);
  }

  /** Answers SQLite's authorizer; true to allow. */
  authorize(action: number, first: number, second: number, database: number): boolean {
    if (this.#trusted || !isJudged(action)) return true;
    const verdict = judge(
      { refusesTemporary: this.#writes, vacuuming: this.#vacuuming },
      action,
      this.#argument(first),
      this.#argument(second),
      this.#argument(database),
    );
    if (verdict.type === "sets") {
      this.#changed.add(verdict.pragma);
      this.#sets = true;
    }
    if (verdict.type === "refused") this.#refusal ??= verdict.why;
    return verdict.type !== "refused";
  }

  /** Answers SQLite's progress handler; true to stop. */
  isDue(): boolean {
    return this.#due?.() ?? false;
  }

  // The rest is for this class alone.

  #argument(pointer: number): string | null {
    return pointer === 0 ? null : this.heap.string(pointer);
  }

  #prepare(sql: Uint8Array, from: number, cacheable: boolean): Outcome<PreparedText, SqlError> {
    const { heap } = this;
    const { outPointer } = this.#shared;
    const kind = statementKind(sql, from);
    // A PRAGMA takes effect while it is prepared: a kept one would do nothing.
    const kept = cacheable && kind !== "pragma" && kind !== "explain";
    let doubted = "";
    for (let place = this.#window.place(sql, from); place !== 0; place = this.#window.grow(sql, from)) {
      this.#refusal = null;
      this.#sets = false;
      const flags = kept ? preparePersistent : 0;
      let code: number;
      try {
        code = heap.exports.sqlite3_prepare_v3(this.#database, place, -1, flags, outPointer, outPointer + 4);
      } catch (error) {
        throw heap.breakOn(error);
      }
      const pointer = heap.word(outPointer);
      const length = heap.word(outPointer + 4) - place;
      heap.rethrow();
      const whole = this.#window.end === sql.length;
      if (code !== ResultCode.ok) {
        const error = this.failure(code);
        // The window may have cut the text where it doesn't parse. If more of it gives the same, it is the text.
        const doubt = `${length} ${error.message}`;
        if (whole || doubt === doubted) return failed(error);
        doubted = doubt;
        continue;
      }
      if (!whole && from + length >= this.#window.end) {
        heap.exports.sqlite3_finalize(pointer);
        continue;
      }
      if (pointer === 0) return done({ statement: null, tail: sql.length });
      this.#window.advance(from + length);
      this.#statements.add(pointer);
      const statement = new Statement(this, {
        pointer,
        kind,
        text: kept ? sql.slice(from) : null,
        length,
        outsideTransaction: kind === "transaction" || kind === "vacuum" || this.#sets,
      });
      return done({ statement, tail: from + length });
    }
    return failed(this.#outOfMemory());
  }

  #outOfMemory(): SqlError {
    const { exports } = this.heap;
    return { code: ResultCode.noMemory, message: this.heap.string(exports.sqlite3_errstr(ResultCode.noMemory)) };
  }

  #runText(sql: string): Outcome<null, SqlError> {
    const bytes = new TextEncoder().encode(sql);
    for (let from = 0; ; ) {
      const prepared = this.#prepare(bytes, from, true);
      if (!prepared.ok) return prepared;
      const { statement, tail } = prepared.value;
      if (!(statement instanceof Statement)) return done(null);
      const result = this.#runToEnd(statement);
      if (result.ok && from === 0 && tail === bytes.length && statement.kept && this.#own.size < ownStatementsMax) {
        this.#own.set(sql, statement);
      } else this.#finalize(statement);
      if (!result.ok) return result;
      from = tail;
    }
  }

  #runToEnd(statement: Statement): Outcome<null, SqlError> {
    for (;;) {
      const result = statement.step();
      if (result === "row") continue;
      statement.reset();
      return result === "done" ? done(null) : failed(result);
    }
  }

  #must(sql: string): void {
    const result = this.run(sql);
    assert(result.ok, `${sql} works: ${result.ok ? "" : result.error.message}`);
  }

  /** What `resetState` puts back. */
  #initial(pragma: string): string {
    if (pragma === foreignKeysPragma) return this.#options.foreignKeys ? "1" : "0";
    if (pragma === autoVacuumPragma) return this.#readPragma(autoVacuumPragma);
    const rule = pragmaRules[pragma];
    assert(rule?.kind === "setting", `PRAGMA ${pragma} is a setting`);
    return rule.initial;
  }

  #readPragma(pragma: string): string {
    this.#trusted = true;
    const prepared = this.#prepare(new TextEncoder().encode(`PRAGMA ${pragma}`), 0, false);
    this.#trusted = false;
    if (!prepared.ok || !(prepared.value.statement instanceof Statement)) return "0";
    const { statement } = prepared.value;
    const value = statement.step() === "row" ? statement.columnNumber(0) : 0;
    this.#finalize(statement);
    return value.toString();
  }

  #finalize(statement: Statement): void {
    if (!this.#statements.delete(statement.pointer)) return;
    this.heap.exports.sqlite3_finalize(statement.pointer);
    this.heap.rethrow();
  }
}

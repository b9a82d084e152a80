import { type Fault, statementFault } from "./fault.ts";
import type { StatementOptions } from "./options.ts";
import type { ParsedBody } from "./parsed-body.ts";
import type { ReadRun, ReadStep } from "./read-step.ts";
import type { RunLimit } from "./run.ts";
import { deadlineExceeded, disallowedPragma, leftOpen, type RunContext } from "./run-context.ts";

const timeoutText = "query timeout";
/** What the reference says at the end of a transaction whose time was up. */
const endedEarly = "sql: transaction has already been committed or rolled back";

/** The statements of one request, run as reads (http-api §8.4) and resumable between rows. */
export class StatementsRead implements ReadRun {
  readonly #context: RunContext;
  readonly #body: ParsedBody;
  readonly #options: StatementOptions;
  /** The statement under way, or the next. */
  #position = 0;
  #begun = false;
  #inEntry = false;
  /** Bytes of the body, and of the entry under way, have been handed over. */
  #left = false;
  #entryLeft = false;
  #timedOut = false;
  #closed = false;

  constructor(context: RunContext, body: ParsedBody, options: StatementOptions, limit: RunLimit) {
    this.#context = context;
    this.#body = body;
    this.#options = options;
    context.limitBy(limit);
    context.response.begin(options);
  }

  next(bytesMax: number): ReadStep {
    if (!this.#begun) {
      const refusal = this.#begin();
      if (refusal !== null) return refusal;
    }
    const { rows, response } = this.#context;
    while (this.#position < this.#body.statements.length) {
      if (!this.#inEntry && !this.#beginEntry()) {
        if (this.#isStopped()) return { type: "stopped" };
        continue;
      }
      const step = rows.advance(bytesMax);
      if (step === "more") {
        this.#entryLeft = true;
        return this.#chunk("more");
      }
      rows.close();
      this.#inEntry = false;
      this.#position++;
      if (step === "done") response.endEntry();
      else {
        const end = this.#fail(step);
        if (end !== null) return end;
      }
      if (response.output.length >= bytesMax) return this.#chunk("more");
    }
    return this.#end();
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#context.limitBy(null);
    this.#context.rows.close();
    this.#context.connection.resetState();
  }

  #begin(): ReadStep | null {
    this.#begun = true;
    if (this.#body.disallowedPragma) return this.#failure(disallowedPragma);
    const due = this.#context.due();
    if (due === "stopped") return { type: "stopped" };
    if (due === "timeout") return this.#failure(deadlineExceeded);
    if (this.#options.transaction) this.#context.control("BEGIN");
    return null;
  }

  /** False when there is nothing to run for this statement: it is skipped, or its entry is an error already. */
  #beginEntry(): boolean {
    const { rows, response } = this.#context;
    const parsed = this.#body.statements[this.#position];
    if (parsed === undefined || parsed.sql.length === 0) {
      this.#position++;
      return false;
    }
    const due = this.#context.due();
    if (due === "stopped") return false;
    this.#timedOut ||= due === "timeout";
    this.#entryLeft = false;
    response.beginEntry();
    const fault = this.#timedOut
      ? statementFault(timeoutText)
      : parsed.nameFault !== null
        ? statementFault(parsed.nameFault)
        : rows.start(parsed, null, this.#options, this.#options.qualifyColumns);
    if (fault === null) {
      this.#inEntry = true;
      return true;
    }
    this.#position++;
    this.#fail(fault);
    return false;
  }

  /** Makes the entry an error, or ends the body where that is too late. */
  #fail(fault: Fault): ReadStep | null {
    if (fault.type === "interrupted") {
      if (this.#isStopped()) return { type: "stopped" };
      this.#timedOut = true;
    }
    const message = fault.type === "interrupted" ? timeoutText : fault.message;
    if (fault.type === "request" && !this.#left) return { type: "text", status: 500, message };
    if (fault.type === "request" || this.#entryLeft) return { type: "broken", reason: message };
    this.#context.response.failEntry(message, "rows");
    return null;
  }

  #isStopped(): boolean {
    return this.#context.due() === "stopped";
  }

  #end(): ReadStep {
    const error = this.#endTransaction();
    if (error !== null && !this.#left) return this.#failure(error);
    this.#context.response.end(error);
    if (this.#left) return this.#chunk("done");
    return { type: "json", body: this.#context.response.output.take(), failed: false };
  }

  /** The top-level error of what is still, or no longer, open. */
  #endTransaction(): string | null {
    const context = this.#context;
    if (!this.#options.transaction) return context.connection.inTransaction ? leftOpen : null;
    if (this.#timedOut) return endedEarly;
    const commit = context.control("COMMIT");
    return commit.ok ? null : commit.error.message;
  }

  #chunk(state: "more" | "done"): ReadStep {
    const bytes = this.#context.response.output.take();
    if (this.#left) return { type: "chunk", bytes, state };
    this.#left = true;
    return { type: "stream", body: bytes };
  }

  #failure(error: string): ReadStep {
    return { type: "json", body: this.#context.response.failureBody(error), failed: true };
  }
}

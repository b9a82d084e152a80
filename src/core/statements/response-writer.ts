import type { Clock } from "../ports/mod.ts";
import type { ChangeCounters } from "../sqlite/mod.ts";
import { beginEnvelope, endEnvelope, writeTime } from "./envelope.ts";
import { JsonOutput } from "./json-output.ts";
import type { StatementOptions } from "./options.ts";

/** Which kind of entry a failed statement would have had: only rows keep their empty list (http-api §6.4). */
export type EntryKind = "write" | "rows";

const noCounters: ChangeCounters = { lastInsertRowid: 0n, changes: 0 };

/** Writes one response after the other: the envelope, and its entries but for their rows. */
export class ResponseWriter {
  readonly output = new JsonOutput();
  readonly #clock: Clock;
  #options: StatementOptions | null = null;
  #startedMs = 0;
  #entryStartedMs = 0;
  #entryLength = 0;
  #entryDepth = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(options: StatementOptions): void {
    const { output } = this;
    this.#options = options;
    if (options.timings) this.#startedMs = this.#clock.monotonicMs();
    beginEnvelope(output, options.pretty);
  }

  beginEntry(): void {
    const { output } = this;
    output.item();
    this.#entryLength = output.length;
    this.#entryDepth = output.depth;
    if (this.#timed) this.#entryStartedMs = this.#clock.monotonicMs();
    output.open("{");
  }

  /** Ends an entry that is open, after its last member but `time`. */
  endEntry(): void {
    this.#writeEntryTime();
    this.output.close("}");
  }

  /** The rest of an execute entry. */
  endWriteEntry(counters: ChangeCounters | null): void {
    const { output } = this;
    const { lastInsertRowid, changes } = counters ?? noCounters;
    if (lastInsertRowid !== 0n) {
      output.member("last_insert_id");
      output.ascii(String(lastInsertRowid));
    }
    if (changes !== 0) {
      output.member("rows_affected");
      output.integer(changes);
    }
    this.#writeEntryTime();
    if (this.#associative) {
      output.member("rows");
      output.ascii("null");
    }
    output.close("}");
  }

  /** What the entry held so far is dropped; it is an error alone. None of it may have been taken. */
  failEntry(message: string, kind: EntryKind): void {
    const { output } = this;
    output.rewind(this.#entryLength, this.#entryDepth);
    output.open("{");
    if (kind === "rows" && this.#associative) {
      output.member("rows");
      output.open("[");
      output.close("]");
    }
    output.member("error");
    output.text(message);
    output.close("}");
  }

  /** Ends the response after its entries; `error` beside them. */
  end(error: string | null): void {
    endEnvelope(this.output, error, this.#elapsedMs());
  }

  /** The whole body of a request that failed as one; what was written is dropped. */
  failureBody(error: string): Uint8Array<ArrayBuffer> {
    const { output } = this;
    beginEnvelope(output, output.pretty);
    endEnvelope(output, error, this.#elapsedMs());
    return output.take();
  }

  get #timed(): boolean {
    return this.#options?.timings === true;
  }

  get #associative(): boolean {
    return this.#options?.associative === true;
  }

  #writeEntryTime(): void {
    if (this.#timed) writeTime(this.output, this.#clock.monotonicMs() - this.#entryStartedMs);
  }

  #elapsedMs(): number | null {
    return this.#timed ? this.#clock.monotonicMs() - this.#startedMs : null;
  }
}

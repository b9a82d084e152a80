import { assert, type LogIndex, type Term } from "../base/mod.ts";
import type { EntryNote } from "../pages/mod.ts";
import type { Clock } from "../ports/mod.ts";
import type { ChangeCounters } from "../sqlite/mod.ts";
import {
  errorBody,
  type GroupRunResult,
  type ParsedBody,
  parseBody,
  type RunResult,
  withRaftIndex,
} from "../statements/mod.ts";
import { beginCell } from "./cancel-cells.ts";
import { type PackedResults, ResultPacker } from "./packed-results.ts";
import { RequestLimit } from "./request-limit.ts";
import type { StatementRequest } from "./statement-messages.ts";
import type { Storage } from "./storage.ts";
import type { Writer } from "./writer.ts";

/** What a group did: entries that are in the log but not yet synced, and an answer for every request. */
export interface GroupOutcome {
  readonly notes: readonly EntryNote[];
  readonly results: PackedResults;
}

/** What a group needs of the data folder. */
export type GroupStorage = Pick<Storage, "lastIndex" | "appendPending" | "discardPending"> & {
  readonly writerStore: Pick<Storage["writerStore"], "isTouched">;
};

/** A request that is to be run. */
interface Job {
  readonly request: StatementRequest;
  readonly body: ParsedBody;
  readonly endpoint: Exclude<StatementRequest["endpoint"], "analyse">;
  /** Set once the request has begun. */
  limit: RequestLimit | null;
  /** It can't be judged among others. */
  alone: boolean;
  /** The answer so far; a rerun replaces it unless it is `final`. */
  result: RunResult;
  final: boolean;
}

const stoppedResult: RunResult = { type: "stopped" };

/**
 * Runs groups of requests on the writer so that each gets what it would have got by itself, one after another. A group
 * is cut into stretches: some requests in one outer transaction, or one request alone with none. Each stretch that
 * changes anything becomes one entry. A request that turns out not to fit among others (`GroupRunResult`) ends its
 * stretch, or has it undone and run again without; so every request is run at most once more than needed.
 */
export class GroupRunner {
  readonly #writer: Writer;
  readonly #storage: GroupStorage;
  readonly #cells: Int32Array;
  readonly #clock: Clock;
  readonly #packer = new ResultPacker();

  constructor(writer: Writer, storage: GroupStorage, cells: Int32Array, clock: Clock) {
    this.#writer = writer;
    this.#storage = storage;
    this.#cells = cells;
    this.#clock = clock;
  }

  /** Throws `FileError` when the log can't be written: final. */
  run(requests: readonly StatementRequest[], term: Term): GroupOutcome {
    const jobs = this.#admit(requests);
    const notes: EntryNote[] = [];
    for (let from = 0; from < jobs.length; ) from = this.#runStretch(jobs, from, term, notes);
    for (const { request, result } of jobs) {
      this.#packer.add(result.type === "stopped" ? { type: "stopped", id: request.id } : { ...result, id: request.id });
    }
    return { notes, results: this.#packer.take() };
  }

  #admit(requests: readonly StatementRequest[]): Job[] {
    const jobs: Job[] = [];
    for (const request of requests) {
      const { endpoint, options } = request;
      assert(endpoint !== "analyse", "what runs nothing does not go to the writer");
      const parsed = parseBody(request.format, request.body);
      const job: Job = {
        request,
        endpoint,
        body: parsed.ok ? parsed.value : { statements: [], disallowedPragma: false },
        limit: null,
        alone: endpoint === "load" || options.dbTimeoutMs > 0,
        result: stoppedResult,
        final: false,
      };
      if (!parsed.ok) settle(job, { type: "text", status: 400, message: parsed.error });
      jobs.push(job);
    }
    return jobs;
  }

  /** Runs jobs from `from` on; returns where the next stretch begins, which is `from` again if this one was undone. */
  #runStretch(jobs: readonly Job[], from: number, term: Term, notes: EntryNote[]): number {
    const { connection, runner } = this.#writer;
    const before = connection.counters();
    let isOpen = false;
    let next = from;
    for (; next < jobs.length; next++) {
      const job = jobs[next];
      if (job === undefined || job.final) continue;
      if (job.alone) break;
      const limit = this.#begin(job);
      if (limit === null) continue;
      if (!isOpen) {
        this.#mustRun("BEGIN");
        isOpen = true;
      }
      const outcome = runner.runWrite(job.endpoint, job.body, job.request.options, "group", limit);
      if (outcome.type === "alone") {
        job.alone = true;
        if (!outcome.touched && connection.inTransaction) break;
      } else {
        const result = resultOf(outcome);
        if (result.type !== "stopped") {
          job.result = result;
          continue;
        }
        settle(job, stoppedResult);
      }
      this.#undo(before);
      return from;
    }
    if (isOpen) return this.#commit(jobs, from, next, before, term, notes) ? next : from;
    const job = jobs[next];
    if (job !== undefined) this.#runAlone(job, before, term, notes);
    return next + 1;
  }

  /** The request by itself: its statements commit as they would for a lone client, and still make one entry. */
  #runAlone(job: Job, before: ChangeCounters, term: Term, notes: EntryNote[]): void {
    const limit = this.#begin(job);
    if (limit === null) return;
    const { options } = job.request;
    const outcome = this.#writer.runner.runWrite(job.endpoint, job.body, options, "alone", limit);
    assert(outcome.type !== "alone", "a request by itself is judged");
    const result = resultOf(outcome);
    if (result.type === "stopped") {
      settle(job, stoppedResult);
      this.#undo(before);
      return;
    }
    job.result = result;
    this.#append([job], before, term, notes);
  }

  /** Ends the outer transaction around jobs `from` to `next`; false if it had to be undone and the jobs run alone. */
  #commit(
    jobs: readonly Job[],
    from: number,
    next: number,
    before: ChangeCounters,
    term: Term,
    notes: EntryNote[],
  ): boolean {
    const ran = jobs.slice(from, next).filter((job) => !job.final);
    if (this.#writer.connection.run("COMMIT").ok) {
      // What ended the stretch may have set something already as it was prepared.
      this.#writer.connection.resetState();
      this.#append(ran, before, term, notes);
      return true;
    }
    this.#undo(before);
    for (const job of ran) job.alone = true;
    return false;
  }

  /** What was committed becomes an entry; if there is no room for it, it never was, for any of those who ran. */
  #append(ran: readonly Job[], before: ChangeCounters, term: Term, notes: EntryNote[]): void {
    const appended = this.#storage.appendPending(term);
    if (!appended.ok) {
      this.#undo(before);
      for (const job of ran) {
        const { options } = job.request;
        const elapsedMs = options.timings ? (job.limit?.elapsedMs ?? null) : null;
        settle(job, { type: "json", body: errorBody(appended.error, options, elapsedMs), failed: true });
      }
      return;
    }
    if (appended.value !== null) notes.push(appended.value);
    const index = appended.value?.index ?? this.#storage.lastIndex;
    for (const job of ran) settle(job, withIndex(job, index));
  }

  /** Puts everything back to where the stretch began. */
  #undo(before: ChangeCounters): void {
    this.#writer.connection.resetState();
    if (this.#storage.writerStore.isTouched) {
      // Something was committed, or had spilled before the commit: SQLite's cache leans on pages that are to vanish.
      this.#storage.discardPending();
      this.#writer.reopen(before);
    } else this.#writer.connection.restoreCounters(before);
  }

  /** The limit of a request that may run now; null if main took it back or stopped it. */
  #begin(job: Job): RequestLimit | null {
    if (job.limit === null && beginCell(this.#cells, job.request.cell)) {
      job.limit = new RequestLimit(this.#cells, job.request.cell, this.#clock, job.request.options.dbTimeoutMs);
    }
    if (job.limit === null || job.limit.due() === "stopped") {
      settle(job, stoppedResult);
      return null;
    }
    return job.limit;
  }

  #mustRun(sql: string): void {
    const outcome = this.#writer.connection.run(sql);
    assert(outcome.ok, `${sql} works: ${outcome.ok ? "" : outcome.error.message}`);
  }
}

const resultOf = (outcome: Exclude<GroupRunResult, { type: "alone" }>): RunResult =>
  outcome.type === "stopped" ? stoppedResult : outcome.result;

function settle(job: Job, result: RunResult): void {
  job.result = result;
  job.final = true;
}

function withIndex({ request, result }: Job, index: LogIndex): RunResult {
  if (!request.options.raftIndex || result.type !== "json" || result.failed || index === 0) return result;
  return { ...result, body: withRaftIndex(result.body, request.options.pretty, index) };
}

import type { LogIndex, RequestId } from "../base/mod.ts";
import type { BackupOrder, Cell, ReaderData, StatementRequest, StatementResult } from "../engine/mod.ts";
import type { WorkerHandle } from "../ports/mod.ts";

/**
 * `fresh`: nobody knows yet how long it takes. `yielding`: told to stop, because others wait, and to begin anew later.
 * `long`: it has yielded once, and will not again; it runs only where a reader is left for fresh ones.
 */
export type ReadLane = "fresh" | "yielding" | "long";

/** Something that a reader runs. After a result of type "stream", chunks follow until `end` or `broken`. */
export interface PooledRead {
  readonly id: RequestId;
  /** Of the newest attempt; the pool sets it when it tries elsewhere. */
  cell: Cell;
  readonly work: StatementRequest | BackupOrder;
  /** Belongs to the pool. */
  lane: ReadLane;
  result(result: StatementResult): void;
  chunk(bytes: Uint8Array<ArrayBuffer>): void;
  end(): void;
  /** It cannot be finished (its reader died, or the stream broke); nothing comes after. */
  broken(reason: string): void;
}

export interface ReaderPoolOptions {
  /** Readers that always run. */
  readonly standing: number;
  /** All readers, those started because others were stuck included. */
  readonly readersMax: number;
  readonly data: Omit<ReaderData, "base" | "notes">;
}

/** What the pool tells. Pins are numbers of its own. */
export interface ReaderPoolEvents {
  /** It knows versions from after `through` on. */
  readerJoined(reader: number, through: LogIndex): void;
  readerLeft(reader: number): void;
  readerReleased(reader: number, through: LogIndex): void;
  /** Something reads the snapshot `at` from now on, until `unpinned`. */
  pinned(pin: number, at: LogIndex): void;
  unpinned(pin: number): void;
  failed(reason: string): void;
}

/** A long answer that a reader makes. */
export interface ReadStream {
  readonly read: PooledRead;
  readonly pin: number;
}

/** One reader thread, as the pool knows it. */
export interface Reader {
  readonly id: number;
  readonly handle: WorkerHandle;
  /** Beyond the standing number: goes when it has been idle for long. */
  readonly extra: boolean;
  state: "starting" | "idle" | "busy";
  /** Notes up to here have been posted to it. */
  notedThrough: LogIndex;
  /** Since it last gave a sign of life, or became idle. */
  stillSinceMs: number;
  /** Of the batch that it runs now; 0 = none. */
  pin: number;
  /** Snapshot of that batch. */
  at: LogIndex;
  readonly batch: Map<RequestId, PooledRead>;
  /** Reads whose stream it still produces. */
  readonly streams: Map<RequestId, ReadStream>;
}

/** Statements have none of a backup's tables. */
export const isBackup = (work: StatementRequest | BackupOrder): work is BackupOrder => "tables" in work;

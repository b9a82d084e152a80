/** A number or string that may only be used where its own kind is due: a `Term` is not a `LogIndex`. */
declare const brand: unique symbol;
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };

/** Position of an entry in the Raft log, from 1; 0 is "before the first". Safe integer. */
export type LogIndex = Brand<number, "LogIndex">;
/** Raft term, from 1; 0 is "no term yet". Safe integer. */
export type Term = Brand<number, "Term">;
/** Stable name of a node (`-node-id`). */
export type NodeId = Brand<string, "NodeId">;
/** SQLite page number, from 1, below 2^32. */
export type PageNumber = Brand<number, "PageNumber">;
/** Names one request on one node for as long as it is under way. Safe integer, never reused in a process. */
export type RequestId = Brand<number, "RequestId">;
/** Number of a log segment file, from 1. Never reused, also when the file is recycled. Below 2^32. */
export type SegmentId = Brand<number, "SegmentId">;

function natural(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`assertion failed: ${what} ${value} is not a natural number`);
  return value;
}

export const logIndex = (value: number): LogIndex => natural(value, "log index") as LogIndex;
export const term = (value: number): Term => natural(value, "term") as Term;
export const nodeId = (value: string): NodeId => value as NodeId;
export const pageNumber = (value: number): PageNumber => natural(value, "page number") as PageNumber;
export const requestId = (value: number): RequestId => natural(value, "request id") as RequestId;
export const segmentId = (value: number): SegmentId => natural(value, "segment id") as SegmentId;

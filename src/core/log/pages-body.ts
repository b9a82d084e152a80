import { done, failed, type Outcome } from "../base/mod.ts";
import { aligned, alignment } from "./alignment.ts";
import { getNatural, setNatural } from "./safe-integer.ts";

const version = 1;
/** The only database there is; 1 will be the system's own. */
const userDatabase = 0;
const at = {
  version: 0,
  databaseId: 4,
  pageSize: 8,
  pageCount: 12,
  frameCount: 16,
  requestCount: 20,
  partCount: 24,
  checksum: 32,
  leaderTimeMs: 40,
  requests: 48,
} as const;
const requestBytes = 8;
const hashBytes = 8;
const pgnoBytes = 4;

/**
 * The body of a `pages` or `part` entry, but for the pages themselves, which follow it one after the other. The format
 * has room for request ids between the fixed fields and the frame table; nobody gives any yet.
 */
export interface PagesHead {
  readonly pageSize: number;
  /** Pages in the database after the entry. In a part: after the whole transaction. */
  readonly pageCount: number;
  /** The database's rolling checksum after the entry; 0 in a part. */
  readonly checksum: bigint;
  /** Unix time in ms at the leader. */
  readonly leaderTimeMs: number;
  /** How many `part` entries right before this one belong to it. */
  readonly partCount: number;
}

/** Bytes before the first page. */
export const pagesHeadBytes = (frameCount: number, requestCount = 0): number =>
  aligned(at.requests + requestCount * requestBytes + frameCount * (hashBytes + pgnoBytes));

/** Bytes of a whole body. */
export const pagesBodyBytes = (frameCount: number, pageSize: number): number =>
  pagesHeadBytes(frameCount) + frameCount * pageSize;

/** How many pages surely fit into a body of so many bytes; at least one. */
export const framesIn = (bodyBytes: number, pageSize: number): number =>
  Math.max(1, Math.floor((bodyBytes - aligned(at.requests + alignment)) / (pageSize + hashBytes + pgnoBytes)));

/** Writes the head at the start of `into`, with the frame table from `from` on: `frameCount` frames. */
export function encodePagesHead(
  into: Uint8Array,
  head: PagesHead,
  frames: {
    readonly pgnos: Uint32Array;
    readonly hashes: BigUint64Array;
    readonly from: number;
    readonly count: number;
  },
): void {
  const headBytes = pagesHeadBytes(frames.count);
  const view = new DataView(into.buffer, into.byteOffset, headBytes);
  into.fill(0, 0, headBytes);
  view.setUint16(at.version, version, true);
  view.setUint32(at.databaseId, userDatabase, true);
  view.setUint32(at.pageSize, head.pageSize, true);
  view.setUint32(at.pageCount, head.pageCount, true);
  view.setUint32(at.frameCount, frames.count, true);
  view.setUint32(at.partCount, head.partCount, true);
  view.setBigUint64(at.checksum, head.checksum, true);
  setNatural(view, at.leaderTimeMs, head.leaderTimeMs);
  const pgnosAt = at.requests + frames.count * hashBytes;
  for (let i = 0; i < frames.count; i++) {
    view.setBigUint64(at.requests + i * hashBytes, frames.hashes[frames.from + i] ?? 0n, true);
    view.setUint32(pgnosAt + i * pgnoBytes, frames.pgnos[frames.from + i] ?? 0, true);
  }
}

export interface DecodedPages extends PagesHead {
  readonly pgnos: Uint32Array<ArrayBuffer>;
  /** `pageHash` of each page. */
  readonly hashes: BigUint64Array<ArrayBuffer>;
}

/** Reads a head whose checksum has been verified; `bodyBytes` and `checkedBytes` are the entry header's. */
export function decodePagesHead(body: Uint8Array, checkedBytes: number): Outcome<DecodedPages> {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  if (checkedBytes < at.requests) return failed("a pages entry without a head");
  if (view.getUint16(at.version, true) !== version || view.getUint32(at.databaseId, true) !== userDatabase)
    return failed("a pages entry of a newer version");
  const frameCount = view.getUint32(at.frameCount, true);
  const requestCount = view.getUint32(at.requestCount, true);
  const pageSize = view.getUint32(at.pageSize, true);
  if (
    pagesHeadBytes(frameCount, requestCount) !== checkedBytes ||
    checkedBytes + frameCount * pageSize !== body.byteLength
  )
    return failed("a pages entry whose length doesn't fit its pages");
  const hashesAt = at.requests + requestCount * requestBytes;
  const pgnosAt = hashesAt + frameCount * hashBytes;
  const pgnos = new Uint32Array(frameCount);
  const hashes = new BigUint64Array(frameCount);
  for (let i = 0; i < frameCount; i++) {
    hashes[i] = view.getBigUint64(hashesAt + i * hashBytes, true);
    pgnos[i] = view.getUint32(pgnosAt + i * pgnoBytes, true);
  }
  return done({
    pageSize,
    pageCount: view.getUint32(at.pageCount, true),
    checksum: view.getBigUint64(at.checksum, true),
    leaderTimeMs: getNatural(view, at.leaderTimeMs),
    partCount: view.getUint32(at.partCount, true),
    pgnos,
    hashes,
  });
}

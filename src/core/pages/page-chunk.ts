import { done, failed, type Hasher, type Outcome } from "../base/mod.ts";
import { pageHash } from "./page-hashes.ts";

/** Bytes of pages that one chunk speaks of, at most. */
const chunkBytesMax = 1024 * 1024;

/** How many pages one chunk speaks of, unless the database ends before. */
export const pagesPerChunk = (pageSize: number): number => Math.max(1, Math.floor(chunkBytesMax / pageSize));

/** Pages that can be read many at a time. */
export interface PageSource {
  readonly pageSize: number;
  readonly pageCount: number;
  /** Fills `into` with the pages from `pgno` on, as many as it is long. */
  readPages(pgno: number, into: Uint8Array): void;
}

/**
 * What somebody who wants to have another's database asks for: the pages from `first` on, `pagesPerChunk` of them, but for
 * those that he has. Each ask stands for itself, so a transfer goes on wherever it was, over any connection.
 */
export interface PageAsk {
  readonly first: number;
  /** `pageHash` of the pages from `first` on that he has, of whatever age; may end early. */
  readonly hashes: BigUint64Array<ArrayBuffer>;
}

/** The answer: the hashes of all those pages, and the ones whose hash differs. */
export interface PageChunk {
  readonly pageSize: number;
  readonly first: number;
  readonly hashes: BigUint64Array<ArrayBuffer>;
  /** Pages that are here, ascending. */
  readonly pgnos: Uint32Array<ArrayBuffer>;
  /** Their bytes, one after another. */
  readonly pages: Uint8Array;
}

const magic = 0x43505151; // "QQPC"
const version = 1;
const at = { magic: 0, version: 4, pageSize: 8, first: 12, count: 16, sent: 20, checksum: 24, hashes: 32 } as const;
const hashBytes = 8;
const pgnoBytes = 4;

/** Answers an ask from the pages of one snapshot. Empty if it asks for what is behind the last page. */
export function encodePageChunk(source: PageSource, ask: PageAsk, hasher: Hasher): Uint8Array<ArrayBuffer> {
  const { pageSize, pageCount } = source;
  const { first } = ask;
  const count = Math.max(0, Math.min(pagesPerChunk(pageSize), pageCount + 1 - first));
  const pages = new Uint8Array(count * pageSize);
  source.readPages(first, pages);
  const hashes = new BigUint64Array(count);
  const sent: number[] = [];
  for (let nth = 0; nth < count; nth++) {
    const hash = pageHash(hasher, first + nth, pages.subarray(nth * pageSize, (nth + 1) * pageSize));
    hashes[nth] = hash;
    if (hash !== ask.hashes[nth]) sent.push(nth);
  }
  const pgnosAt = at.hashes + count * hashBytes;
  const pagesAt = pgnosAt + sent.length * pgnoBytes;
  const bytes = new Uint8Array(pagesAt + sent.length * pageSize);
  const view = new DataView(bytes.buffer);
  view.setUint32(at.magic, magic, true);
  view.setUint16(at.version, version, true);
  view.setUint32(at.pageSize, pageSize, true);
  view.setUint32(at.first, first, true);
  view.setUint32(at.count, count, true);
  view.setUint32(at.sent, sent.length, true);
  for (let nth = 0; nth < count; nth++) view.setBigUint64(at.hashes + nth * hashBytes, hashes[nth] ?? 0n, true);
  for (const [place, nth] of sent.entries()) {
    view.setUint32(pgnosAt + place * pgnoBytes, first + nth, true);
    bytes.set(pages.subarray(nth * pageSize, (nth + 1) * pageSize), pagesAt + place * pageSize);
  }
  view.setBigUint64(at.checksum, hasher.hash64(bytes.subarray(0, pagesAt)), true);
  return bytes;
}

/** Reads a chunk and verifies it to the last page. Error: what is wrong with it. */
export function decodePageChunk(bytes: Uint8Array<ArrayBuffer>, hasher: Hasher): Outcome<PageChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < at.hashes || view.getUint32(at.magic, true) !== magic) return failed("no chunk of pages");
  if (view.getUint16(at.version, true) !== version) return failed("a chunk of pages of a newer version");
  const pageSize = view.getUint32(at.pageSize, true);
  const first = view.getUint32(at.first, true);
  const count = view.getUint32(at.count, true);
  const sent = view.getUint32(at.sent, true);
  const pgnosAt = at.hashes + count * hashBytes;
  const pagesAt = pgnosAt + sent * pgnoBytes;
  if (pagesAt + sent * pageSize !== bytes.length) return failed("a chunk of pages that is cut short");
  const table = bytes.slice(0, pagesAt);
  table.fill(0, at.checksum, at.hashes);
  if (hasher.hash64(table) !== view.getBigUint64(at.checksum, true)) return failed("a damaged chunk of pages");
  const hashes = new BigUint64Array(count);
  for (let nth = 0; nth < count; nth++) hashes[nth] = view.getBigUint64(at.hashes + nth * hashBytes, true);
  const pgnos = new Uint32Array(sent);
  for (let place = 0; place < sent; place++) {
    const pgno = view.getUint32(pgnosAt + place * pgnoBytes, true);
    const page = bytes.subarray(pagesAt + place * pageSize, pagesAt + (place + 1) * pageSize);
    if (pageHash(hasher, pgno, page) !== hashes[pgno - first]) return failed(`page ${pgno} is damaged`);
    pgnos[place] = pgno;
  }
  return done({ pageSize, first, hashes, pgnos, pages: bytes.subarray(pagesAt) });
}

import { type Hasher, type LogIndex, segmentId } from "../base/mod.ts";
import { aligned } from "./alignment.ts";
import { decodeEntryHeader, type EntryHeader, encodeEntryHeader, entryHeaderBytes } from "./entry-header.ts";
import { type NoEntry, type VerifiedEntry, verifyEntry } from "./verify-entry.ts";

/**
 * Entries on their way from node to node: as they lie in a segment, one after another, each with the header it would have
 * in a segment 0 that there never is: no salt, no chain, no group. So whoever has them in a segment makes them fit to be
 * sent by rewriting headers in place; version, checksums and page hashes are those of the log.
 */
const nowhere = { segment: segmentId(0), groupStart: 0, previousChecksum: 0n };
const noSalt = 0n;

/** Writes the header of an entry that lies at `position` so that it can be sent. */
export function encodeCarriedHeader(
  into: Uint8Array,
  position: number,
  header: Omit<EntryHeader, keyof typeof nowhere>,
  hasher: Hasher,
): void {
  encodeEntryHeader(into, position, { ...header, ...nowhere }, noSalt, hasher);
}

/** The entry at `position` of bytes that were sent; verified to the last page. */
export function verifyCarriedEntry(
  bytes: Uint8Array,
  position: number,
  hasher: Hasher,
  hashPage: (pgno: number, bytes: Uint8Array) => bigint,
): VerifiedEntry | NoEntry {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return verifyEntry({ id: nowhere.segment, salt: noSalt, bytes, view }, position, hasher, hashPage);
}

/** Index of the entry at `position` of bytes that were sent, and how many bytes it takes; null: there is none. */
export function carriedEntryBytes(
  bytes: Uint8Array,
  position: number,
  hasher: Hasher,
): { readonly index: LogIndex; readonly bytes: number } | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = decodeEntryHeader({ id: nowhere.segment, salt: noSalt, bytes, view }, position, hasher);
  if (typeof header === "string") return null;
  return { index: header.index, bytes: aligned(entryHeaderBytes + header.bodyBytes) };
}

import { type Hasher, type LogIndex, logIndex, type SegmentId, segmentId } from "../base/mod.ts";
import { getNatural, setNatural } from "./safe-integer.ts";

/** Bytes of a segment's header, which is the first thing in its file. */
export const segmentHeaderBytes = 64;
/** Positions are kept in 32 bits. */
export const segmentBytesMax = 2 ** 31;

const magic = 0x47535151; // "QQSG"
const version = 1;
const at = { magic: 0, version: 4, id: 8, firstIndex: 16, previousChecksum: 24, salt: 32, checksum: 40 } as const;

/** What a segment says of itself. */
export interface SegmentHeader {
  /** As in the file's name: a recycled file whose header is still the old one is an empty segment. */
  readonly id: SegmentId;
  /** Index of the first entry that begins in it. */
  readonly firstIndex: LogIndex;
  /** Checksum of the entry before that one. */
  readonly previousChecksum: bigint;
  /** Random; seeds the checksums of the segment's entry headers, so that no other bytes can look like them. */
  readonly salt: bigint;
}

/** Writes the header at the start of `into`; all its 64 bytes are set. */
export function encodeSegmentHeader(into: Uint8Array, header: SegmentHeader, hasher: Hasher): void {
  const view = new DataView(into.buffer, into.byteOffset, segmentHeaderBytes);
  into.fill(0, 0, segmentHeaderBytes);
  view.setUint32(at.magic, magic, true);
  view.setUint16(at.version, version, true);
  view.setUint32(at.id, header.id, true);
  setNatural(view, at.firstIndex, header.firstIndex);
  view.setBigUint64(at.previousChecksum, header.previousChecksum, true);
  view.setBigUint64(at.salt, header.salt, true);
  view.setBigUint64(at.checksum, hasher.hash64(into.subarray(0, at.checksum)), true);
}

/** "invalid": no header of segment `id` (blank, torn, or of another segment). "newer": a format that isn't known here. */
export function decodeSegmentHeader(
  bytes: Uint8Array,
  id: SegmentId,
  hasher: Hasher,
): SegmentHeader | "invalid" | "newer" {
  if (bytes.length < segmentHeaderBytes) return "invalid";
  const view = new DataView(bytes.buffer, bytes.byteOffset, segmentHeaderBytes);
  if (view.getUint32(at.magic, true) !== magic || view.getUint32(at.id, true) !== id) return "invalid";
  if (view.getBigUint64(at.checksum, true) !== hasher.hash64(bytes.subarray(0, at.checksum))) return "invalid";
  if (view.getUint16(at.version, true) !== version) return "newer";
  return {
    id: segmentId(id),
    firstIndex: logIndex(getNatural(view, at.firstIndex)),
    previousChecksum: view.getBigUint64(at.previousChecksum, true),
    salt: view.getBigUint64(at.salt, true),
  };
}

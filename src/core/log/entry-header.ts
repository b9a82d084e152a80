import { type Hasher, type LogIndex, logIndex, type SegmentId, type Term, term } from "../base/mod.ts";
import { alignment } from "./alignment.ts";
import { getNatural, setNatural } from "./safe-integer.ts";

/** Bytes of an entry's header; its body follows, then zeros up to the next multiple of 64. */
export const entryHeaderBytes = 64;

/**
 * What an entry's body holds. noop: nothing. membership: who is in the cluster, in bytes that only the host reads. pages:
 * `PagesBody`, which may end a transaction that earlier parts began. part: a `PagesBody` too, invisible without the
 * `pages` entry that follows. image: `ImageBody`.
 */
export const EntryKind = { noop: 1, membership: 2, pages: 3, part: 4, image: 5 } as const;
export type EntryKind = (typeof EntryKind)[keyof typeof EntryKind];

const magic = 0x4e455151; // "QQEN"
const version = 1;
const at = {
  magic: 0,
  version: 4,
  kind: 6,
  segment: 8,
  groupStart: 12,
  index: 16,
  term: 24,
  bodyBytes: 32,
  checkedBytes: 36,
  previousChecksum: 40,
  bodyChecksum: 48,
  checksum: 56,
} as const;

export interface EntryHeader {
  readonly kind: EntryKind;
  readonly segment: SegmentId;
  /** Position in the segment of the group this entry was written with: all before it was synced before. */
  readonly groupStart: number;
  readonly index: LogIndex;
  readonly term: Term;
  readonly bodyBytes: number;
  /** How much of the body its checksum covers; the rest are pages, whose hashes are in the part that is covered. */
  readonly checkedBytes: number;
  /** `checksum` of the entry before: each entry vouches for all before it. */
  readonly previousChecksum: bigint;
  readonly bodyChecksum: bigint;
}

/** Writes the header at `position` of `into` and returns its checksum, which stands for the whole entry. */
export function encodeEntryHeader(
  into: Uint8Array,
  position: number,
  header: EntryHeader,
  salt: bigint,
  hasher: Hasher,
): bigint {
  const bytes = into.subarray(position, position + entryHeaderBytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, entryHeaderBytes);
  view.setUint32(at.magic, magic, true);
  view.setUint16(at.version, version, true);
  view.setUint16(at.kind, header.kind, true);
  view.setUint32(at.segment, header.segment, true);
  view.setUint32(at.groupStart, header.groupStart, true);
  setNatural(view, at.index, header.index);
  setNatural(view, at.term, header.term);
  view.setUint32(at.bodyBytes, header.bodyBytes, true);
  view.setUint32(at.checkedBytes, header.checkedBytes, true);
  view.setBigUint64(at.previousChecksum, header.previousChecksum, true);
  view.setBigUint64(at.bodyChecksum, header.bodyChecksum, true);
  const checksum = hasher.hash64(bytes.subarray(0, at.checksum), salt);
  view.setBigUint64(at.checksum, checksum, true);
  return checksum;
}

/** A segment's bytes, in which entries are looked for. */
export interface SegmentBytes {
  readonly id: SegmentId;
  readonly salt: bigint;
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** A header that was read, with the checksum that it carries. */
export interface DecodedHeader extends EntryHeader {
  readonly checksum: bigint;
}

/** Whether the bytes at `position` claim to be an entry of this segment; nothing is verified. */
export function claimsEntry(view: DataView, id: SegmentId, position: number): boolean {
  return (
    position + entryHeaderBytes <= view.byteLength &&
    view.getUint32(position + at.magic, true) === magic &&
    view.getUint32(position + at.segment, true) === id
  );
}

/** What an entry that can't be verified claims to be its group's position. */
export const claimedGroupStart = (view: DataView, position: number): number =>
  view.getUint32(position + at.groupStart, true);

/**
 * The header at `position`. "none": there is no entry of this segment. "damaged": there was, or should have been.
 * "newer": a version or kind that isn't known here.
 */
export function decodeEntryHeader(
  segment: SegmentBytes,
  position: number,
  hasher: Hasher,
): DecodedHeader | "none" | "damaged" | "newer" {
  const { view, bytes, id } = segment;
  if (!claimsEntry(view, id, position)) return "none";
  const checksum = view.getBigUint64(position + at.checksum, true);
  if (hasher.hash64(bytes.subarray(position, position + at.checksum), segment.salt) !== checksum) return "damaged";
  const kind = kinds.find((known) => known === view.getUint16(position + at.kind, true));
  if (view.getUint16(position + at.version, true) !== version || kind === undefined) return "newer";
  return {
    kind,
    segment: id,
    groupStart: view.getUint32(position + at.groupStart, true),
    index: logIndex(getNatural(view, position + at.index)),
    term: term(getNatural(view, position + at.term)),
    bodyBytes: view.getUint32(position + at.bodyBytes, true),
    checkedBytes: view.getUint32(position + at.checkedBytes, true),
    previousChecksum: view.getBigUint64(position + at.previousChecksum, true),
    bodyChecksum: view.getBigUint64(position + at.bodyChecksum, true),
    checksum,
  };
}

const kinds = Object.values(EntryKind);

/** Positions from `from` on that claim to be entries of the segment, whatever they are. */
export function* claimedPositions(view: DataView, id: SegmentId, from: number): Generator<number> {
  for (let position = from; position + entryHeaderBytes <= view.byteLength; position += alignment) {
    if (claimsEntry(view, id, position)) yield position;
  }
}

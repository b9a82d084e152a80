import {
  done,
  failed,
  type LogIndex,
  logIndex,
  type Outcome,
  type SegmentId,
  segmentId,
  type Term,
  term,
} from "../base/mod.ts";
import type { MembershipEntry } from "./membership-entry.ts";
import { getNatural, setNatural } from "./safe-integer.ts";

/** How far the base file is, and where in the log recovery goes on from there. */
export interface CheckpointRecord {
  /** The base file holds everything up to here. */
  readonly index: LogIndex;
  readonly term: Term;
  /** Checksum of the entry at `index`: the next one's `previousChecksum`. */
  readonly entryChecksum: bigint;
  /** Where the next entry is looked for first: the end of the entry at `index`. */
  readonly segment: SegmentId;
  readonly position: number;
  readonly pageSize: number;
  readonly pageCount: number;
  /** The database's rolling checksum at `index`. */
  readonly checksum: bigint;
  /**
   * A checkpoint up to here has begun (≥ `index`): the base file may hold some pages of it, so only snapshots from here
   * on are whole; and all up to here was committed.
   */
  readonly target: LogIndex;
  /** The base file's name in the data folder. */
  readonly base: string;
  /** The last membership entry up to `index`; null: there was none. */
  readonly membership: MembershipEntry | null;
}

const version = 2;
/** Knew of no membership: the base's name was all the rest. */
const versionWithoutMembership = 1;
const at = {
  version: 0,
  baseBytes: 2,
  pageSize: 4,
  pageCount: 8,
  segment: 12,
  index: 16,
  term: 24,
  position: 32,
  target: 40,
  entryChecksum: 48,
  checksum: 56,
  membershipIndex: 64,
  membershipTerm: 72,
  base: 80,
} as const;
const baseWithoutMembershipAt = 64;

/** The payload of a slot. */
export function encodeCheckpointRecord(record: CheckpointRecord): Uint8Array<ArrayBuffer> {
  const base = new TextEncoder().encode(record.base);
  const { membership } = record;
  const payload = new Uint8Array(at.base + base.length + (membership?.body.length ?? 0));
  const view = new DataView(payload.buffer);
  view.setUint16(at.version, version, true);
  view.setUint16(at.baseBytes, base.length, true);
  view.setUint32(at.pageSize, record.pageSize, true);
  view.setUint32(at.pageCount, record.pageCount, true);
  view.setUint32(at.segment, record.segment, true);
  setNatural(view, at.index, record.index);
  setNatural(view, at.term, record.term);
  setNatural(view, at.position, record.position);
  setNatural(view, at.target, record.target);
  view.setBigUint64(at.entryChecksum, record.entryChecksum, true);
  view.setBigUint64(at.checksum, record.checksum, true);
  payload.set(base, at.base);
  if (membership !== null) {
    setNatural(view, at.membershipIndex, membership.index);
    setNatural(view, at.membershipTerm, membership.term);
    payload.set(membership.body, at.base + base.length);
  }
  return payload;
}

/** Reads the payload of a whole slot. */
export function decodeCheckpointRecord(payload: Uint8Array<ArrayBuffer>): Outcome<CheckpointRecord> {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const written = payload.length < baseWithoutMembershipAt ? 0 : view.getUint16(at.version, true);
  const isOld = written === versionWithoutMembership;
  if (!isOld && (written !== version || payload.length < at.base)) return failed("was written by a newer version");
  const baseAt = isOld ? baseWithoutMembershipAt : at.base;
  const baseEnd = isOld ? payload.length : at.base + view.getUint16(at.baseBytes, true);
  return done({
    index: logIndex(getNatural(view, at.index)),
    term: term(getNatural(view, at.term)),
    entryChecksum: view.getBigUint64(at.entryChecksum, true),
    segment: segmentId(view.getUint32(at.segment, true)),
    position: getNatural(view, at.position),
    pageSize: view.getUint32(at.pageSize, true),
    pageCount: view.getUint32(at.pageCount, true),
    checksum: view.getBigUint64(at.checksum, true),
    target: logIndex(getNatural(view, at.target)),
    base: new TextDecoder().decode(payload.subarray(baseAt, baseEnd)),
    membership: isOld ? null : membershipOf(payload, view, baseEnd),
  });
}

function membershipOf(payload: Uint8Array<ArrayBuffer>, view: DataView, bodyAt: number): MembershipEntry | null {
  const index = logIndex(getNatural(view, at.membershipIndex));
  if (index === 0) return null;
  return { index, term: term(getNatural(view, at.membershipTerm)), body: payload.slice(bodyAt) };
}

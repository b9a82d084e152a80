import { done, failed, type LogIndex, logIndex, type Outcome, type SegmentId, segmentId } from "../base/mod.ts";
import { getNatural, setNatural } from "./safe-integer.ts";

/**
 * A cut of the log's end that was decided (Raft §5.3) and may be under way: the log ends here, whatever lies behind. As
 * long as it is recorded, recovery carries it out first; so a cut happens as a whole or not at all.
 */
export interface Truncation {
  /** Of the last entry that stays. */
  readonly index: LogIndex;
  /** Where that entry ends; position 0: nothing of the segment is used. */
  readonly segment: SegmentId;
  readonly position: number;
}

const version = 1;
const at = { version: 0, isUnderWay: 2, segment: 4, index: 8, position: 16, end: 24 } as const;

/** The payload of a slot; null: no cut is under way. */
export function encodeTruncation(truncation: Truncation | null): Uint8Array<ArrayBuffer> {
  const payload = new Uint8Array(at.end);
  const view = new DataView(payload.buffer);
  view.setUint16(at.version, version, true);
  if (truncation === null) return payload;
  view.setUint8(at.isUnderWay, 1);
  view.setUint32(at.segment, truncation.segment, true);
  setNatural(view, at.index, truncation.index);
  setNatural(view, at.position, truncation.position);
  return payload;
}

/** Reads the payload of a whole slot. */
export function decodeTruncation(payload: Uint8Array<ArrayBuffer>): Outcome<Truncation | null> {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (payload.length < at.end || view.getUint16(at.version, true) !== version)
    return failed("was written by a newer version");
  if (view.getUint8(at.isUnderWay) === 0) return done(null);
  return done({
    index: logIndex(getNatural(view, at.index)),
    segment: segmentId(view.getUint32(at.segment, true)),
    position: getNatural(view, at.position),
  });
}

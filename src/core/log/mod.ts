/** log: entries and segments, hard state and checkpoint record: bytes to values and back, and what recovery makes of them. */
export { aligned, alignment } from "./alignment.ts";
export { carriedEntryBytes, encodeCarriedHeader, verifyCarriedEntry } from "./carried-entry.ts";
export {
  type CheckpointRecord,
  decodeCheckpointRecord,
  encodeCheckpointRecord,
} from "./checkpoint-record.ts";
export {
  claimedPositions,
  decodeEntryHeader,
  type EntryHeader,
  EntryKind,
  encodeEntryHeader,
  entryHeaderBytes,
} from "./entry-header.ts";
export { EntryTable, type LogPoint, type TermRuns } from "./entry-table.ts";
export { decodeHardState, encodeHardState, type HardState } from "./hard-state.ts";
export { decodeImageBody, encodeImageBody, type ImageBody } from "./image-body.ts";
export { type MembershipEntry, membershipBytesMax } from "./membership-entry.ts";
export { type Frames, NoteMaker } from "./note-maker.ts";
export { type DecodedPages, encodePagesHead, framesIn, pagesBodyBytes, pagesHeadBytes } from "./pages-body.ts";
export { type LogEnd, LogRecovery, type RecoveredLog } from "./recovery.ts";
export { decodeSegmentHeader, encodeSegmentHeader, segmentBytesMax, segmentHeaderBytes } from "./segment-header.ts";
export {
  decodeSlots,
  encodeSlot,
  type Slot,
  SlotKind,
  slotFileBytes,
  slotPayloadBytesMax,
  slotPosition,
} from "./slots.ts";
export { decodeTruncation, encodeTruncation, type Truncation } from "./truncation.ts";
export { checksumAfter, type VerifiedEntry, verifyEntry } from "./verify-entry.ts";

import { done, failed, type Hasher, type Outcome, type SegmentId } from "../base/mod.ts";
import type { EntryNote } from "../pages/mod.ts";
import {
  claimedGroupStart,
  claimedPositions,
  decodeEntryHeader,
  EntryKind,
  type SegmentBytes,
} from "./entry-header.ts";
import { EntryTable, type LogPoint } from "./entry-table.ts";
import type { MembershipEntry } from "./membership-entry.ts";
import { NoteMaker } from "./note-maker.ts";
import { decodeSegmentHeader, segmentHeaderBytes } from "./segment-header.ts";
import { checksumAfter, type NoEntry, type VerifiedEntry, verifyEntry } from "./verify-entry.ts";

/** Where the next entry goes; position 0: the segment's header isn't written yet either. */
export interface LogEnd {
  readonly segment: SegmentId;
  readonly position: number;
}

/** What a log holds after its starting point. */
export interface RecoveredLog {
  readonly entries: EntryTable;
  readonly notes: readonly EntryNote[];
  readonly memberships: readonly MembershipEntry[];
  /** Holds the parts at the end whose transaction may yet go on. */
  readonly maker: NoteMaker;
  /**
   * Segments behind the end must go, the last first, and what claims to be an entry in the end's own segment must be
   * made zero (`claimedPositions`), before anything is written.
   */
  readonly end: LogEnd;
  /** What was found behind the end and given up, in words, or null. */
  readonly cut: string | null;
}

const wayOut =
  "Nothing was changed. Start with an empty data folder and load a backup into it; a node of a cluster joins again with " +
  "an empty folder.";

/**
 * Reads a log from a checkpoint on: bytes in, entries or a refusal out. Segments are scanned in ascending order. Only
 * what was being written when the node stopped may be missing: a group says where it began, and all before that was
 * synced before; so whatever is wrong in front of a later group, or of a later segment, is damage, and is refused.
 */
export class LogRecovery {
  readonly #hasher: Hasher;
  readonly #hashPage: (pgno: number, bytes: Uint8Array) => bigint;
  readonly #entries: EntryTable;
  readonly #notes: EntryNote[] = [];
  readonly #memberships: MembershipEntry[] = [];
  readonly #maker = new NoteMaker();
  readonly #limit: LogEnd | null;
  #end: LogEnd;
  #cut: string | null = null;
  /** Why the scan of the last segment ended where it did. */
  #stop: NoEntry = { kind: "none", reason: "no entry" };

  /** `limit`: the log ends here, whatever lies behind it; null: where its entries end. */
  constructor(
    start: LogPoint,
    hasher: Hasher,
    hashPage: (pgno: number, bytes: Uint8Array) => bigint,
    limit: LogEnd | null,
  ) {
    this.#hasher = hasher;
    this.#hashPage = hashPage;
    this.#entries = new EntryTable(start);
    this.#end = start;
    this.#limit = limit;
  }

  /**
   * Takes in a segment's file. Begin with the starting point's segment, or, if that is gone, with the next there is.
   * `isLast`: no segment with a higher id exists. Error: the log must not be used, and why.
   */
  scan(id: SegmentId, bytes: Uint8Array, isLast: boolean): Outcome<null> {
    const isContinued = id === this.#end.segment && this.#end.position > 0;
    const header = decodeSegmentHeader(bytes, id, this.#hasher);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (header === "newer") return failed(`segment ${id} of the log was written by a newer version of quolite.`);
    if (header === "invalid") return isContinued || !isLast ? this.#damaged(id, 0, "no header") : this.#blank(id, view);
    const { lastIndex, last } = this.#entries;
    if (!isContinued) {
      if (header.firstIndex !== lastIndex + 1 || header.previousChecksum !== last.entryChecksum) {
        const gap = `segment ${id}, which follows, begins with entry ${header.firstIndex}`;
        return this.#damaged(this.#end.segment, this.#end.position, `${this.#stop.reason}; ${gap}`);
      }
      this.#end = { segment: id, position: segmentHeaderBytes };
    }
    return this.#scanEntries({ id, salt: header.salt, bytes, view });
  }

  /** All segments were scanned. */
  finish(): RecoveredLog {
    return {
      entries: this.#entries,
      notes: this.#notes,
      memberships: this.#memberships,
      maker: this.#maker,
      end: this.#end,
      cut: this.#cut,
    };
  }

  #scanEntries(segment: SegmentBytes): Outcome<null> {
    for (;;) {
      const { position } = this.#end;
      if (segment.id === this.#limit?.segment && position === this.#limit.position) return done(null);
      const entry = this.#entryAt(segment, position);
      if (!("header" in entry)) {
        this.#stop = entry;
        break;
      }
      const taken = this.#take(entry, segment.id, position);
      if (!taken.ok) return this.#damaged(segment.id, position, taken.error);
      this.#end = { segment: segment.id, position: entry.end };
    }
    const { position } = this.#end;
    if (this.#stop.kind === "refused")
      return failed(
        `the log holds ${this.#stop.reason} at byte ${position} of segment ${segment.id}: use a newer quolite.`,
      );
    return this.#judgeTail(segment, position);
  }

  /** Verified, and the next in the chain. */
  #entryAt(segment: SegmentBytes, position: number): VerifiedEntry | NoEntry {
    const entry = verifyEntry(segment, position, this.#hasher, this.#hashPage);
    if (!("header" in entry)) return entry;
    const { header } = entry;
    const { lastIndex, last } = this.#entries;
    const follows =
      header.index === lastIndex + 1 &&
      header.term >= last.term &&
      header.previousChecksum === last.entryChecksum &&
      header.groupStart <= position;
    return follows ? entry : { kind: "torn", reason: `entry ${header.index} does not follow entry ${lastIndex}` };
  }

  /** Tells a torn last write from damage: behind damage lies a group that began later. */
  #judgeTail(segment: SegmentBytes, position: number): Outcome<null> {
    let isTorn = this.#stop.kind === "torn";
    for (const later of claimedPositions(segment.view, segment.id, position)) {
      const header = decodeEntryHeader(segment, later, this.#hasher);
      if (typeof header === "string") continue;
      if (header.groupStart > position) return this.#damaged(segment.id, position, this.#stop.reason);
      isTorn = true;
    }
    if (isTorn) this.#cut = this.#torn(segment.id, position);
    return done(null);
  }

  /** The last segment has no header: its first write was lost, or only that one was ever made and is damaged. */
  #blank(id: SegmentId, view: DataView): Outcome<null> {
    let isTorn = false;
    for (const claimed of claimedPositions(view, id, 0)) {
      if (claimedGroupStart(view, claimed) > 0) return this.#damaged(id, 0, "no header");
      isTorn = true;
    }
    this.#end = { segment: id, position: 0 };
    this.#stop = { kind: "none", reason: "no header" };
    if (isTorn) this.#cut = this.#torn(id, 0);
    return done(null);
  }

  #take(entry: VerifiedEntry, segment: SegmentId, position: number): Outcome<null> {
    const { header, end } = entry;
    const { index, term } = header;
    const note = this.#maker.add(entry, segment);
    if (!note.ok) return failed(`entry ${index} ${note.error}`);
    if (note.value !== null) this.#notes.push(note.value);
    if (entry.kind === EntryKind.membership) this.#memberships.push({ index, term, body: entry.body });
    const checksum = checksumAfter(entry) ?? this.#entries.last.checksum;
    const point = { index, term, entryChecksum: header.checksum, checksum, segment, position: end };
    this.#entries.push(point, { isWhole: entry.kind !== EntryKind.part, entryBytes: end - position });
    return done(null);
  }

  #torn(id: SegmentId, position: number): string {
    const { lastIndex } = this.#entries;
    return `an unfinished write at byte ${position} of segment ${id}, after entry ${lastIndex} (${this.#stop.reason})`;
  }

  #damaged(id: SegmentId, position: number, reason: string): Outcome<null> {
    return failed(
      `the log is damaged at byte ${position} of segment ${id}, after entry ${this.#entries.lastIndex}: ${reason}. ` +
        `What was written later is there, so this is no unfinished write, and entries would be lost. ${wayOut}`,
    );
  }
}

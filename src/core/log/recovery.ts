import { done, failed, type Hasher, type LogIndex, type Outcome, type SegmentId } from "../base/mod.ts";
import type { EntryNote } from "../pages/mod.ts";
import {
  claimedGroupStart,
  claimedPositions,
  decodeEntryHeader,
  EntryKind,
  type SegmentBytes,
} from "./entry-header.ts";
import { EntryTable, type LogPoint } from "./entry-table.ts";
import type { DecodedPages } from "./pages-body.ts";
import { decodeSegmentHeader, segmentHeaderBytes } from "./segment-header.ts";
import { type NoEntry, type VerifiedEntry, verifyEntry } from "./verify-entry.ts";

/** Where the next entry goes; position 0: the segment's header isn't written yet either. */
export interface LogEnd {
  readonly segment: SegmentId;
  readonly position: number;
}

/** What a log holds after its starting point. */
export interface RecoveredLog {
  readonly entries: EntryTable;
  readonly notes: readonly EntryNote[];
  /**
   * Segments behind the end must go, the last first, and what claims to be an entry in the end's own segment must be
   * made zero (`claimedPositions`), before anything is written.
   */
  readonly end: LogEnd;
  /** What was found behind the end and given up, in words, or null. */
  readonly cut: string | null;
}

/** Where one part's or entry's pages lie. */
interface Frames {
  readonly segment: SegmentId;
  readonly pagesAt: number;
  readonly pages: DecodedPages;
}

/** A transaction whose last entry hasn't come yet. */
interface OpenTransaction {
  /** Where its first part begins. */
  readonly begin: LogEnd;
  readonly firstIndex: LogIndex;
  readonly frames: Frames[];
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
  #end: LogEnd;
  #cut: string | null = null;
  /** Why the scan of the last segment ended where it did. */
  #stop: NoEntry = { kind: "none", reason: "no entry" };
  #open: OpenTransaction | null = null;

  constructor(start: LogPoint, hasher: Hasher, hashPage: (pgno: number, bytes: Uint8Array) => bigint) {
    this.#hasher = hasher;
    this.#hashPage = hashPage;
    this.#entries = new EntryTable(start);
    this.#end = start;
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
    const open = this.#open;
    if (open !== null) {
      const count = this.#entries.lastIndex - open.firstIndex + 1;
      this.#entries.truncateFrom(open.firstIndex);
      this.#end = open.begin;
      this.#open = null;
      const dropped = `${count} parts of a transaction that was never finished, after entry ${this.#entries.lastIndex}`;
      this.#cut = this.#cut === null ? dropped : `${this.#cut}; ${dropped}`;
    }
    return { entries: this.#entries, notes: this.#notes, end: this.#end, cut: this.#cut };
  }

  #scanEntries(segment: SegmentBytes): Outcome<null> {
    for (;;) {
      const { position } = this.#end;
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
    const kept = { index, term, entryChecksum: header.checksum, segment, position: end };
    const size = { isWhole: entry.kind !== EntryKind.part, entryBytes: end - position };
    let { checksum } = this.#entries.last;
    switch (entry.kind) {
      case EntryKind.part:
        this.#open ??= { begin: { segment, position }, firstIndex: index, frames: [] };
        this.#open.frames.push({ segment, pagesAt: entry.pagesAt, pages: entry.pages });
        break;
      case EntryKind.pages: {
        const parts = this.#open?.frames ?? [];
        if (entry.pages.partCount > parts.length) return failed(`entry ${index} ends parts that aren't there`);
        const frames = parts.slice(parts.length - entry.pages.partCount);
        frames.push({ segment, pagesAt: entry.pagesAt, pages: entry.pages });
        this.#notes.push(noteOf(entry, frames));
        checksum = entry.pages.checksum;
        this.#open = null;
        break;
      }
      case EntryKind.image: {
        const { file: image, pageSize, pageCount } = entry.image;
        this.#notes.push({ index, term, pageSize, pageCount, ...placesOf([]), image });
        checksum = entry.image.checksum;
        this.#open = null;
        break;
      }
      case EntryKind.noop:
        this.#open = null;
        break;
    }
    this.#entries.push({ ...kept, checksum }, size);
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

function noteOf(entry: Extract<VerifiedEntry, { pages: DecodedPages }>, frames: readonly Frames[]): EntryNote {
  const { header, pages } = entry;
  const { pageSize, pageCount } = pages;
  return { index: header.index, term: header.term, pageSize, pageCount, ...placesOf(frames), image: null };
}

function placesOf(frames: readonly Frames[]): Pick<EntryNote, "pgnos" | "segments" | "positions"> {
  const length = frames.reduce((sum, { pages }) => sum + pages.pgnos.length, 0);
  const pgnos = new Uint32Array(length);
  const segments = new Uint32Array(length);
  const positions = new Float64Array(length);
  let at = 0;
  for (const { segment, pagesAt, pages } of frames) {
    pgnos.set(pages.pgnos, at);
    segments.fill(segment, at, at + pages.pgnos.length);
    for (let i = 0; i < pages.pgnos.length; i++) positions[at++] = pagesAt + i * pages.pageSize;
  }
  return { pgnos, segments, positions };
}

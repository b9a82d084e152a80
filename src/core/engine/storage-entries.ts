import { assert, type LogIndex, logIndex, type Outcome, type SegmentId } from "../base/mod.ts";
import {
  checksumAfter,
  EntryKind,
  type EntryTable,
  encodeTruncation,
  entryHeaderBytes,
  type LogPoint,
  type MembershipEntry,
  type NoteMaker,
  type RecoveredLog,
  SlotKind,
  type VerifiedEntry,
} from "../log/mod.ts";
import type { EntryNote } from "../pages/mod.ts";
import type { EntryBatch } from "./engine-messages.ts";
import { EntryCollector } from "./storage-collector.ts";
import { LogWriter, type LogWriterOptions, type SealedEntry } from "./storage-log.ts";
import { LogReader } from "./storage-log-reader.ts";
import { segmentPath, truncationFile } from "./storage-names.ts";
import { clearBehind } from "./storage-recovery.ts";
import { SlotFile } from "./storage-slots.ts";

/** The log as entries: their table, and the files in which they are written, cut and read. Throws FileError. */
export class EntryLog {
  readonly #options: LogWriterOptions;
  readonly #reader: LogReader;
  readonly writer: LogWriter;
  readonly table: EntryTable;
  /** Makes notes of entries that come from elsewhere. */
  readonly maker: NoteMaker;
  /** Ascending; the first is the one in force at the table's start, if there is one. */
  #memberships: MembershipEntry[];
  #flushedIndex: LogIndex;

  /** `membership`: the one in force at the table's start. */
  constructor(options: LogWriterOptions, log: RecoveredLog, membership: MembershipEntry | null) {
    this.#options = options;
    this.#reader = new LogReader(options);
    this.writer = new LogWriter(options, log.end, log.entries.last);
    this.table = log.entries;
    this.maker = log.maker;
    this.#memberships = [...(membership === null ? [] : [membership]), ...log.memberships];
    this.#flushedIndex = log.entries.lastIndex;
  }

  get last(): LogPoint {
    return this.table.last;
  }

  /** The last entry that is on the disk. */
  get flushedIndex(): LogIndex {
    return this.#flushedIndex;
  }

  get memberships(): readonly MembershipEntry[] {
    return this.#memberships;
  }

  /** The one in force at `index`. */
  membershipAt(index: LogIndex): MembershipEntry | null {
    return this.#memberships.findLast((membership) => membership.index <= index) ?? null;
  }

  /** Makes sure that entries with bodies of these sizes can be begun one after another. Error: no room on the disk. */
  reserve(bodyBytes: readonly number[]): Outcome<null> {
    return this.writer.reserve(bodyBytes.map((bytes) => this.writer.entryBytes(bytes)));
  }

  /** See `LogWriter.begin`. */
  begin(bodyBytes: number): Uint8Array<ArrayBuffer> {
    return this.writer.begin(bodyBytes);
  }

  /** Ends the entry of this node's own that was begun. `checksum`: the database's after it. */
  seal(entry: SealedEntry, checksum: bigint): LogPoint {
    // A transaction of another node's that was open is given up with it.
    if (entry.kind !== EntryKind.part) this.maker.clear();
    return this.#seal(entry, checksum);
  }

  /** Appends an entry of another node's, for which there is room; returns its note, or null if nobody need know of it. */
  appendIncoming(entry: VerifiedEntry, body: Uint8Array): EntryNote | null {
    const { kind, term, checkedBytes } = entry.header;
    const { collector } = this.writer;
    this.writer.collector = null;
    this.begin(body.length).set(body);
    const isImage = entry.kind === EntryKind.image;
    const sealed = { kind, term, bodyBytes: body.length, checkedBytes: isImage ? body.length : checkedBytes };
    const { index, segment, position } = this.#seal(sealed, checksumAfter(entry) ?? this.last.checksum);
    this.writer.collector = collector;
    if (entry.kind === EntryKind.membership) this.#memberships.push({ index, term, body: entry.body });
    const bodyAt = position - this.writer.entryBytes(body.length) + entryHeaderBytes;
    const note = this.maker.add("pagesAt" in entry ? { ...entry, pagesAt: bodyAt + checkedBytes } : entry, segment);
    assert(note.ok, `entry ${index} has all its parts before it`);
    return note.value;
  }

  /** See `Storage`. */
  shareEntries(isOn: boolean): void {
    this.writer.collector = isOn ? new EntryCollector(this.#options.hasher) : null;
  }

  /** See `Storage`. */
  takeShared(): EntryBatch | null {
    return this.writer.collector?.take() ?? null;
  }

  #seal(entry: SealedEntry, checksum: bigint): LogPoint {
    const { term, bodyBytes } = entry;
    const index = logIndex(this.table.lastIndex + 1);
    const entryChecksum = this.writer.seal(entry);
    const { segment, position } = this.writer;
    const point = { index, term, entryChecksum, checksum, segment, position };
    this.table.push(point, { isWhole: entry.kind !== EntryKind.part, entryBytes: this.writer.entryBytes(bodyBytes) });
    return point;
  }

  /** The entry just sealed says who is in the cluster. */
  noteMembership(membership: MembershipEntry): void {
    this.#memberships.push(membership);
  }

  /** Writes and syncs what was appended; returns its bytes. */
  flush(): number {
    const bytes = this.writer.flush();
    this.#flushedIndex = this.table.lastIndex;
    return bytes;
  }

  /** See `Storage.readEntries`. */
  read(from: LogIndex, through: LogIndex, bytesMax: number): EntryBatch | "compacted" {
    if (from <= this.table.start.index) return "compacted";
    const last = logIndex(Math.min(through, this.#flushedIndex));
    return this.#reader.read(this.table, from, last, bytesMax);
  }

  /**
   * Cuts entries from `index` on, which are in the table, for good: once the decision is on the disk, whatever stops
   * this, recovery goes on with it; and nothing is appended before it is through.
   */
  truncateFrom(index: LogIndex): void {
    this.flush();
    const last = this.table.at(logIndex(index - 1));
    const opened = SlotFile.open(
      this.#options.files,
      this.#options.folder,
      truncationFile,
      SlotKind.truncation,
      this.#options.hasher,
    );
    assert(opened.ok, "the file was whole when the node started");
    opened.value.save(encodeTruncation(last));
    this.writer.restart(last, last);
    clearBehind(this.#options.files, this.#options.folder, last, this.#tail(last.segment, last.position));
    opened.value.save(encodeTruncation(null));
    opened.value.close();
    this.table.truncateFrom(index);
    this.#memberships = this.#memberships.filter((membership) => membership.index < index);
    this.#flushedIndex = this.table.lastIndex;
    this.#reopenParts();
  }

  /** Forgets all and begins anew after `start`, in a segment that is not there yet. */
  restart(start: LogPoint, membership: MembershipEntry | null): void {
    this.writer.restart(start, start);
    this.table.restart(start);
    this.maker.clear();
    this.#memberships = membership === null ? [] : [membership];
    this.#flushedIndex = start.index;
  }

  /** A checkpoint holds everything through `index`. */
  dropThrough(index: LogIndex): void {
    const membership = this.membershipAt(index);
    this.table.dropThrough(index);
    this.#memberships = this.#memberships.filter((later) => later === membership || later.index > index);
  }

  close(): void {
    this.writer.close();
  }

  /** The segment's bytes from `position` on. */
  #tail(segment: SegmentId, position: number): Uint8Array {
    if (position === 0) return new Uint8Array(0);
    const handle = this.#options.files.open(segmentPath(this.#options.folder, segment), "read");
    const bytes = new Uint8Array(handle.sizeBytes() - position);
    handle.readAt(bytes, position);
    handle.close();
    return bytes;
  }

  /** The log may end inside a transaction now, whose rest may come again. */
  #reopenParts(): void {
    this.maker.clear();
    const { lastIndex } = this.table;
    for (let index = this.table.wholeUpTo(lastIndex) + 1; index <= lastIndex; index++) {
      const { entry, segment } = this.#reader.readOne(this.table, logIndex(index));
      this.maker.add(entry, segment);
    }
  }
}

import { assert, done, failed, type LogIndex, logIndex, type Outcome, type SegmentId, type Term } from "../base/mod.ts";
import {
  type DecodedPages,
  EntryKind,
  encodeHardState,
  encodeImageBody,
  type HardState,
  type LogPoint,
  membershipBytesMax,
} from "../log/mod.ts";
import { type EntryNote, PageHashes } from "../pages/mod.ts";
import type { CheckedImage, CheckpointOrder, EntryBatch, LogDescription, SnapshotShape } from "./engine-messages.ts";
import { ChangeFinder } from "./storage-changes.ts";
import { EntryLog } from "./storage-entries.ts";
import { type IncomingEntry, readIncoming } from "./storage-intake.ts";
import { databaseFile, logFolder, pendingFile, segmentIdsOf, segmentPath } from "./storage-names.ts";
import { type OpenedFolder, openFolder, type StorageOptions } from "./storage-open.ts";
import { PendingPages } from "./storage-pending.ts";
import { saveSnapshot } from "./storage-record.ts";
import type { SlotFile } from "./storage-slots.ts";
import { Spares } from "./storage-spares.ts";
import { TransactionWriter } from "./storage-transaction.ts";
import { PageVersions } from "./storage-versions.ts";
import { WriterStore } from "./storage-writer.ts";

/** A checkpoint whose log has not been given back yet. */
interface PastCheckpoint {
  readonly index: LogIndex;
  /** Segments before this one hold nothing that came after. */
  readonly segment: SegmentId;
}

/**
 * The data folder, as the engine's thread sees it: log, hard state, checkpoint, page index, and the writer's pages.
 * Every method may throw FileError; unless it says otherwise that is final, and the node stops.
 */
export class Storage {
  readonly #options: StorageOptions;
  readonly #hardStateSlots: SlotFile;
  #hardState: HardState;
  readonly #spares: Spares;
  readonly #log: EntryLog;
  readonly #pending: PendingPages;
  readonly #changes: ChangeFinder;
  readonly #transactions: TransactionWriter;
  /** Of pages at the newest appended entry; a page that was cut off is set again when it comes back. */
  readonly #hashes = new PageHashes();
  #readableFrom: LogIndex;
  readonly #past: PastCheckpoint[] = [];
  /** Segments before this one have been given back. */
  #firstSegment: SegmentId;

  /** Index and base (`versions.index`) at the newest appended entry. */
  readonly versions: PageVersions;
  readonly writerStore: WriterStore;
  /** Notes of the entries that recovery found after the checkpoint. */
  readonly notes: readonly EntryNote[];
  /** What recovery had to cut from the log's end, in words, or null. */
  readonly cut: string | null;

  private constructor(options: StorageOptions, opened: OpenedFolder) {
    const { files, folder, hasher, entropy } = options;
    const { record, log } = opened;
    this.#options = options;
    this.#hardStateSlots = opened.hardStateSlots;
    this.#hardState = opened.hardState;
    this.#readableFrom = record.target;
    this.notes = log.notes;
    this.cut = log.cut;
    this.#spares = new Spares(options);
    this.#firstSegment = record.segment;
    for (const id of segmentIdsOf(files.list(logFolder(folder)))) {
      if (id < record.segment) this.#spares.keep(segmentPath(folder, id));
    }
    this.#log = new EntryLog({ files, folder, hasher, entropy, spares: this.#spares }, log, record.membership);
    const { index, pageSize, pageCount } = record;
    this.versions = new PageVersions(files, folder, { index, file: databaseFile, pageSize, pageCount });
    for (const note of log.notes) this.versions.index.add(note);
    this.#pending = new PendingPages(files, `${folder}/${pendingFile}`, pageSize);
    this.writerStore = new WriterStore(this.versions, this.#log.writer, this.#pending);
    this.#changes = new ChangeFinder(hasher, this.writerStore, this.#pending, this.#hashes);
    this.#transactions = new TransactionWriter(options, this.#log, this.#pending);
    this.#spares.ask();
  }

  /** Opens or makes the folder and recovers its log. The error says why the node must not start, and the way out. */
  static open(options: StorageOptions): Outcome<Storage> {
    const opened = openFolder(options);
    return opened.ok ? done(new Storage(options, opened.value)) : opened;
  }

  get hardState(): HardState {
    return this.#hardState;
  }

  /** Durable on return. */
  saveHardState(term: Term, votedFor: string | null): void {
    const state = { term, votedFor };
    this.#hardStateSlots.save(encodeHardState(state));
    this.#hardState = state;
  }

  /** Last entry appended, flushed or not. */
  get lastIndex(): LogIndex {
    return this.#log.table.lastIndex;
  }

  get lastTerm(): Term {
    return this.#log.last.term;
  }

  get checkpointIndex(): LogIndex {
    return this.#log.table.start.index;
  }

  /** Snapshots below this can't be read: a checkpoint to here was ordered (so it is committed). Not below the base. */
  get readableFrom(): LogIndex {
    return this.#readableFrom;
  }

  /** The database's rolling checksum at the newest appended entry. */
  get checksum(): bigint {
    return this.#log.last.checksum;
  }

  /** Bytes of entries since the checkpoint. */
  get logBytes(): number {
    return this.#log.table.bytes;
  }

  /**
   * Makes one entry of what is pending (in parts when it is big) and puts it into the index; durable after `flush`.
   * null: nothing had changed. Error: no room on the disk; nothing was appended, and all is still pending: discard it,
   * reopen the writer (its cache is ahead), and answer the group with the reason. `term` ≤ the hard state's.
   */
  appendPending(term: Term): Outcome<EntryNote | null> {
    const store = this.writerStore;
    if (!store.isTouched) return done(null);
    const changes = this.#changes.find(this.checksum);
    if (changes.pgnos.length === 0 && changes.pageCount === store.pagesBefore) {
      this.discardPending();
      return done(null);
    }
    this.#assertTerm(term);
    const appended = this.#transactions.append(term, changes);
    if (!appended.ok) return appended;
    const note = appended.value;
    for (let i = 0; i < changes.pgnos.length; i++) this.#hashes.set(changes.pgnos[i] ?? 0, changes.hashes[i] ?? 0n);
    this.versions.index.add(note);
    store.restart();
    return done(note);
  }

  /** Forgets what is pending. After a COMMIT the writer's connection must be reopened: its cache is ahead. */
  discardPending(): void {
    this.writerStore.restart();
  }

  /** Error: no room on the disk; nothing was appended. */
  appendNoop(term: Term): Outcome<LogIndex> {
    const room = this.#log.reserve([0]);
    if (!room.ok) return room;
    this.#log.begin(0);
    return done(this.#seal(term, EntryKind.noop, 0, 0, this.checksum).index);
  }

  /**
   * An entry that says who is in the cluster; `body` is up to `membershipBytesMax` long. Error: no room on the disk;
   * nothing was appended.
   */
  appendMembership(term: Term, body: Uint8Array<ArrayBuffer>): Outcome<LogIndex> {
    assert(body.length <= membershipBytesMax, "a membership fits into the checkpoint's record");
    const room = this.#log.reserve([body.length]);
    if (!room.ok) return room;
    this.#log.begin(body.length).set(body);
    const { index } = this.#seal(term, EntryKind.membership, body.length, body.length, this.checksum);
    this.#log.noteMembership({ index, term, body });
    return done(index);
  }

  /**
   * The database becomes the image from this entry on. Nothing may be pending. Reopen the writer afterwards: pages,
   * their number and their size are others. Error: no room on the disk; nothing was appended.
   */
  appendImage(term: Term, image: CheckedImage): Outcome<EntryNote> {
    assert(!this.writerStore.isTouched, "an image comes between transactions");
    const body = encodeImageBody(image);
    const room = this.#log.reserve([body.length]);
    if (!room.ok) return room;
    this.#log.begin(body.length).set(body);
    const { index } = this.#seal(term, EntryKind.image, body.length, body.length, image.checksum);
    const note = imageNote(index, term, image);
    this.#hashes.clear();
    this.versions.index.add(note);
    this.writerStore.restart();
    return done(note);
  }

  /**
   * Stores entries from `from` on that another node has sent (`EntryBatch.bytes`; earlier ones among them are skipped);
   * durable after `flush`. Nothing may be pending, and the writer is reopened before it is used again. `images`: one of
   * this node's for every image entry. Each transaction is proven: the pages that it replaces here, and its own, must lead
   * to its rolling checksum; else this throws, for then the databases are not the same. Error: the bytes can't be used, or
   * there is no room on the disk; nothing was appended.
   */
  appendEntries(bytes: Uint8Array, from: LogIndex, images: readonly CheckedImage[]): Outcome<readonly EntryNote[]> {
    assert(!this.writerStore.isTouched, "a node that follows writes nothing of its own");
    const incoming = readIncoming(bytes, from, images, this.#options.hasher);
    if (!incoming.ok) return incoming;
    if (from !== this.lastIndex + 1) return failed(`entry ${from} does not follow entry ${this.lastIndex}`);
    const room = this.#log.reserve(incoming.value.map(({ body }) => body.length));
    if (!room.ok) return room;
    const notes: EntryNote[] = [];
    for (const entry of incoming.value) {
      const note = this.#appendIncoming(entry);
      if (note !== null) notes.push(note);
    }
    return done(notes);
  }

  /** From now on copies of this node's own entries are kept for `takeShared`, or not. */
  shareEntries(isOn: boolean): void {
    this.#log.shareEntries(isOn);
  }

  /** This node's own entries since the last time, fit to be sent; null: none, or none are kept. */
  takeShared(): EntryBatch | null {
    return this.#log.takeShared();
  }

  /**
   * Entries from `index` on leave the log, for good on return (Raft §5.3); they are not committed. What is pending is
   * forgotten. Reopen the writer afterwards. A crash leaves either all of them or none.
   */
  truncateFrom(index: LogIndex): void {
    if (index <= this.lastIndex) {
      assert(index > this.#readableFrom, `entry ${index} is committed: snapshots begin at ${this.#readableFrom}`);
      this.#log.truncateFrom(index);
      this.#hashes.clear();
      this.#removeImages(this.versions.truncateFrom(index));
    }
    this.writerStore.restart();
  }

  /**
   * Entries from `from` to `through` that are on the disk, fit to be sent: as many as fit into `bytesMax`, one at least if
   * there is one. compacted: the log begins later, or a checkpoint has begun to change the image file of entry `from`; who
   * needs it needs a snapshot.
   */
  readEntries(from: LogIndex, through: LogIndex, bytesMax: number): EntryBatch | "compacted" {
    const image = this.versions.index.nextImage(from);
    if (image === null || image > this.#readableFrom) return this.#log.read(from, through, bytesMax);
    return image === from ? "compacted" : this.#log.read(from, logIndex(Math.min(through, image - 1)), bytesMax);
  }

  /** What a snapshot at `index` would be; null: none can be had there (`snapshot-described`). */
  describeSnapshot(index: LogIndex): SnapshotShape | null {
    const { table } = this.#log;
    if (index < this.#readableFrom || index > this.lastIndex || table.wholeUpTo(index) !== index) return null;
    const { term, checksum } = table.at(index);
    const { pageSize, pageCount } = this.versions.index.shape(index);
    return { index, term, pageSize, pageCount, checksum, membership: this.#log.membershipAt(index) };
  }

  /**
   * The image becomes the database and the log begins anew after `snapshot.index`, for good on return; a crash leaves all
   * of the old or all of the new. Nothing may be pending; reopen the writer afterwards. What was pinned stays readable
   * until `recycle`. The image lies synced in the folder and becomes `db.sqlite` with the next checkpoint or start.
   */
  installSnapshot(snapshot: Pick<SnapshotShape, "index" | "term" | "membership">, image: CheckedImage): EntryNote {
    const { index, term, membership } = snapshot;
    assert(!this.writerStore.isTouched, "a node that follows writes nothing of its own");
    assert(index > this.#readableFrom, `a snapshot at ${index} is newer than what is committed: ${this.#readableFrom}`);
    assert(term <= this.#hardState.term, `a snapshot of term ${term} may be installed`);
    const { files, folder, hasher } = this.#options;
    const { file, pageSize, pageCount, checksum } = image;
    this.#log.flush();
    const point = { index, term, entryChecksum: 0n, checksum, segment: this.#log.writer.unusedSegment, position: 0 };
    saveSnapshot(files, folder, hasher, { ...point, pageSize, pageCount, target: index, base: file, membership });
    if (this.versions.index.newest >= index) this.#removeImages(this.versions.truncateFrom(index));
    this.#log.restart(point, membership);
    const note = imageNote(index, term, image);
    this.#readableFrom = index;
    this.#hashes.clear();
    this.versions.index.add(note);
    this.writerStore.restart();
    return note;
  }

  /** What Raft has to know of the log when it starts. */
  describeLog(): LogDescription {
    const { table, memberships } = this.#log;
    const { index, term } = table.start;
    return { start: { index, term }, runs: table.termRuns(), entryBytes: table.allEntryBytes(), memberships };
  }

  /** Writes and syncs what was appended: one write and one dataSync per touched segment. Returns the bytes. */
  flush(): number {
    return this.#log.flush();
  }

  /**
   * What the keeper has to do to bring `db.sqlite` to `upTo` (committed, and at most the lowest pin). null: it is there, or
   * `upTo` is below `readableFrom`.
   */
  planCheckpoint(upTo: LogIndex): CheckpointOrder | null {
    const { base: newest } = this.versions.index;
    if (upTo < this.checkpointIndex || upTo <= newest.index) return null;
    const index = this.#log.table.wholeUpTo(logIndex(Math.min(upTo, this.#log.flushedIndex)));
    // Below a checkpoint that was cut short the file may have lost pages already: there is only forward.
    if (index <= newest.index || index < this.#readableFrom) return null;
    this.#readableFrom = index;
    const { pageSize, pageCount, base } = this.versions.index.shape(index);
    const shape = { pageSize, pageCount, base: base.file, membership: this.#log.membershipAt(index) };
    return { ...this.#log.table.at(index), ...shape, ...this.versions.index.plan(index) };
  }

  /** `runCheckpoint` through this index is done. */
  checkpointed(through: LogIndex): void {
    this.#removeImages(this.versions.dropThrough(through));
    // It was under way when a snapshot came: the log is another since, and what it holds of the old one goes with that.
    if (through < this.checkpointIndex) return;
    this.#log.dropThrough(through);
    this.#past.push({ index: through, segment: this.#log.table.start.segment });
  }

  /** Nobody reads versions up to `through` from the log any more: its segments may be used again. */
  recycle(through: LogIndex): void {
    const { files, folder } = this.#options;
    let segment = this.#firstSegment;
    for (let past = this.#past[0]; past !== undefined && past.index <= through; past = this.#past[0]) {
      segment = past.segment;
      this.#past.shift();
    }
    for (const id of segmentIdsOf(files.list(logFolder(folder)))) {
      if (id < segment) this.#spares.keep(segmentPath(folder, id));
    }
    this.#firstSegment = segment;
  }

  /** A file that `wantSpare` asked for is there. */
  addSpare(path: string): void {
    this.#spares.add(path);
  }

  /** A file that `wantSpare` asked for can't be made; another is asked for later. */
  spareFailed(path: string): void {
    this.#spares.giveUp(path);
  }

  close(): void {
    this.#log.close();
    this.versions.close();
    this.#pending.close();
    this.#hardStateSlots.close();
  }

  /** Image files whose entries are gone, or that no snapshot shows any more. */
  #removeImages(names: readonly string[]): void {
    for (const file of names) this.#options.files.remove(`${this.#options.folder}/${file}`);
  }

  /** An entry that another node made; null: it changes nothing that a reader sees. */
  #appendIncoming({ entry, body }: IncomingEntry): EntryNote | null {
    this.#assertTerm(entry.header.term);
    if (entry.kind === EntryKind.pages) this.#prove(entry.header.index, entry.pages);
    if (entry.kind === EntryKind.image) this.#hashes.clear();
    const note = this.#log.appendIncoming(entry, body);
    if (note === null) return null;
    this.versions.index.add(note);
    this.writerStore.restart();
    return note;
  }

  #prove(index: LogIndex, pages: DecodedPages): void {
    const parts = this.#log.maker.partsOf(pages);
    assert(parts.ok, `entry ${index} has all its parts before it`);
    const all = [...parts.value.map((part) => part.pages), pages];
    const checksum = this.#changes.prove(this.checksum, all, pages.pageCount);
    assert(
      checksum === pages.checksum,
      `after entry ${index} the database's checksum is ${checksum.toString(16)} here, ` +
        `and ${pages.checksum.toString(16)} where the entry was made`,
    );
  }

  /** Ends the entry begun in the log. `checksum`: the database's after it. */
  #seal(term: Term, kind: EntryKind, bodyBytes: number, checkedBytes: number, checksum: bigint): LogPoint {
    this.#assertTerm(term);
    return this.#log.seal({ kind, term, bodyBytes, checkedBytes }, checksum);
  }

  #assertTerm(term: Term): void {
    assert(term <= this.#hardState.term && term >= this.lastTerm, `entries of term ${term} may be appended`);
  }
}

/** The note of an entry that replaces the whole database. */
function imageNote(index: LogIndex, term: Term, { file, pageSize, pageCount }: CheckedImage): EntryNote {
  const nowhere = { pgnos: new Uint32Array(0), segments: new Uint32Array(0), positions: new Float64Array(0) };
  return { index, term, pageSize, pageCount, ...nowhere, image: file };
}

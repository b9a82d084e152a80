import {
  assert,
  done,
  type Hasher,
  type LogIndex,
  logIndex,
  type Outcome,
  type SegmentId,
  segmentId,
  type Term,
} from "../base/mod.ts";
import {
  aligned,
  decodeSegmentHeader,
  type EntryKind,
  encodeEntryHeader,
  encodeSegmentHeader,
  entryHeaderBytes,
  type LogEnd,
  type LogPoint,
  segmentHeaderBytes,
} from "../log/mod.ts";
import type { Entropy, FileHandle, Files } from "../ports/mod.ts";
import type { EntryCollector } from "./storage-collector.ts";
import { logFolder, segmentPath } from "./storage-names.ts";
import type { Spares } from "./storage-spares.ts";

/** The buffer's size unless a bigger entry came. */
const bufferBytes = 256 * 1024;

/** What the log's end is written with. */
export interface LogWriterOptions {
  readonly files: Files;
  readonly folder: string;
  readonly hasher: Hasher;
  readonly entropy: Entropy;
  readonly spares: Spares;
}

/** An entry whose body has been put into the buffer. */
export interface SealedEntry {
  readonly kind: EntryKind;
  readonly term: Term;
  readonly bodyBytes: number;
  /** How much of the body its checksum covers. */
  readonly checkedBytes: number;
}

/**
 * Writes the log's end: entries gather in one buffer and leave it in one write per flush. When a segment is full, what
 * is in it is synced before the next one begins, so a segment's being there vouches for those before it.
 */
export class LogWriter {
  readonly #options: LogWriterOptions;
  #handle: FileHandle | null = null;
  #segment: SegmentId;
  /** The highest id that was ever used. */
  #newestSegment: SegmentId;
  #capacity = 0;
  #salt = 0n;
  /** Position in the segment of the buffer's first byte. */
  #bufferStart = 0;
  #buffer = new Uint8Array(0);
  #used = 0;
  /** All before this position is synced. */
  #groupStart = 0;
  #isDirty = false;
  #bytesUnflushed = 0;
  #lastIndex: LogIndex;
  #lastChecksum: bigint;
  /** Gets a copy of every entry that is sealed. */
  collector: EntryCollector | null = null;

  /** Goes on at `end`, or in a new segment after it if its position is 0. Throws FileError. */
  constructor(options: LogWriterOptions, end: LogEnd, last: LogPoint) {
    this.#options = options;
    this.#segment = end.segment;
    this.#newestSegment = end.segment;
    this.#lastIndex = last.index;
    this.#lastChecksum = last.entryChecksum;
    this.#open(end);
  }

  /** The segment that is written now. */
  get segment(): SegmentId {
    return this.#segment;
  }

  /** Position in the segment of the next entry. */
  get position(): number {
    return this.#bufferStart + this.#used;
  }

  /** Makes sure that entries of these sizes (`entryBytes`) can be begun one after another. Error: no room on the disk. */
  reserve(sizes: readonly number[]): Outcome<null> {
    let room = this.#capacity - this.position;
    let rolls = 0;
    for (const size of sizes) {
      if (size > room) {
        const made = this.#options.spares.ensure(rolls, segmentHeaderBytes + size, sizes.length > 1);
        if (!made.ok) return made;
        rolls++;
        room = made.value - segmentHeaderBytes;
      }
      room -= size;
    }
    return done(null);
  }

  /** Bytes of an entry in the log. */
  entryBytes(bodyBytes: number): number {
    return aligned(entryHeaderBytes + bodyBytes);
  }

  /** Makes place for an entry, for which room has been reserved; returns its body, to be filled before `seal`. */
  begin(bodyBytes: number): Uint8Array<ArrayBuffer> {
    const entryBytes = this.entryBytes(bodyBytes);
    if (this.position + entryBytes > this.#capacity) this.#roll();
    if (this.#used + entryBytes > this.#buffer.length) {
      this.#writeOut();
      if (entryBytes > this.#buffer.length) this.#buffer = new Uint8Array(Math.max(entryBytes, bufferBytes));
    }
    const bodyAt = this.#used + entryHeaderBytes;
    this.#buffer.fill(0, bodyAt + bodyBytes, this.#used + entryBytes);
    return this.#buffer.subarray(bodyAt, bodyAt + bodyBytes);
  }

  /** Ends the entry that was begun: it is in the log, durable after `flush`. Returns its checksum. */
  seal(entry: SealedEntry): bigint {
    const { kind, term, bodyBytes, checkedBytes } = entry;
    const { hasher } = this.#options;
    const bodyAt = this.#used + entryHeaderBytes;
    const index = logIndex(this.#lastIndex + 1);
    const header = {
      kind,
      term,
      index,
      bodyBytes,
      checkedBytes,
      segment: this.#segment,
      groupStart: this.#groupStart,
      previousChecksum: this.#lastChecksum,
      bodyChecksum: hasher.hash64(this.#buffer.subarray(bodyAt, bodyAt + checkedBytes)),
    };
    this.#lastChecksum = encodeEntryHeader(this.#buffer, this.#used, header, this.#salt, hasher);
    this.#lastIndex = index;
    this.collector?.add(header, this.#buffer.subarray(this.#used, this.#used + this.entryBytes(bodyBytes)));
    this.#used += this.entryBytes(bodyBytes);
    this.#bytesUnflushed += this.entryBytes(bodyBytes);
    return this.#lastChecksum;
  }

  /** Fills `into` with bytes of the log that are not in a file yet; false if they are. */
  readBuffered(segment: SegmentId, position: number, into: Uint8Array): boolean {
    if (segment !== this.#segment || position < this.#bufferStart) return false;
    const at = position - this.#bufferStart;
    assert(at + into.length <= this.#used, "what the index knows was appended");
    into.set(this.#buffer.subarray(at, at + into.length));
    return true;
  }

  /** Goes on at another end, as the constructor does; everything appended was flushed. Throws FileError. */
  restart(end: LogEnd, last: LogPoint): void {
    assert(this.#used === 0, "a log is cut when it is flushed");
    this.close();
    this.#segment = end.segment;
    this.#newestSegment = segmentId(Math.max(this.#newestSegment, end.segment));
    this.#lastIndex = last.index;
    this.#lastChecksum = last.entryChecksum;
    this.#open(end);
  }

  /** An id that no segment has had. */
  get unusedSegment(): SegmentId {
    return segmentId(this.#newestSegment + 1);
  }

  /** Writes and syncs what was appended; returns its bytes. Throws FileError: final. */
  flush(): number {
    this.#writeOut();
    this.#sync();
    const bytes = this.#bytesUnflushed;
    this.#bytesUnflushed = 0;
    return bytes;
  }

  close(): void {
    this.#handle?.close();
    this.#handle = null;
  }

  #open({ segment, position }: LogEnd): void {
    this.#bufferStart = position;
    this.#groupStart = position;
    this.#capacity = 0;
    if (position === 0) return;
    const { files, folder, hasher } = this.#options;
    const handle = files.open(segmentPath(folder, segment), "write");
    const bytes = new Uint8Array(segmentHeaderBytes);
    handle.readAt(bytes, 0);
    const header = decodeSegmentHeader(bytes, segment, hasher);
    assert(typeof header === "object", "the segment in which the log ends has a header");
    this.#handle = handle;
    this.#capacity = handle.sizeBytes();
    this.#salt = header.salt;
  }

  #writeOut(): void {
    if (this.#used === 0) return;
    assert(this.#handle !== null, "entries have a segment");
    this.#handle.writeAt(this.#buffer.subarray(0, this.#used), this.#bufferStart);
    this.#bufferStart += this.#used;
    this.#used = 0;
    this.#isDirty = true;
  }

  #sync(): void {
    if (!this.#isDirty) return;
    this.#handle?.dataSync();
    this.#isDirty = false;
    this.#groupStart = this.#bufferStart;
  }

  #roll(): void {
    const { files, folder, spares, hasher, entropy } = this.#options;
    this.#writeOut();
    this.#sync();
    this.close();
    const spare = spares.take();
    this.#segment = this.unusedSegment;
    this.#newestSegment = this.#segment;
    const path = segmentPath(folder, this.#segment);
    files.rename(spare.path, path);
    files.syncFolder(logFolder(folder));
    this.#handle = files.open(path, "write");
    this.#capacity = spare.sizeBytes;
    const salt = new BigUint64Array(1);
    entropy.fill(new Uint8Array(salt.buffer));
    this.#salt = salt[0] ?? 0n;
    const header = {
      id: this.#segment,
      firstIndex: logIndex(this.#lastIndex + 1),
      previousChecksum: this.#lastChecksum,
      salt: this.#salt,
    };
    if (this.#buffer.length === 0) this.#buffer = new Uint8Array(bufferBytes);
    encodeSegmentHeader(this.#buffer, header, hasher);
    this.#bufferStart = 0;
    this.#groupStart = 0;
    this.#used = segmentHeaderBytes;
    spares.ask();
  }
}

import { assert, type LogIndex, logIndex, type SegmentId, segmentId, type Term, term, widen } from "../base/mod.ts";
import { segmentHeaderBytes } from "./segment-header.ts";

/** A point in the log: after the entry at `index`. Index 0 is before the first. */
export interface LogPoint {
  readonly index: LogIndex;
  readonly term: Term;
  /** Checksum of the entry; the next one's `previousChecksum`. */
  readonly entryChecksum: bigint;
  /** The database's rolling checksum here. */
  readonly checksum: bigint;
  /** Where the entry ends. */
  readonly segment: SegmentId;
  readonly position: number;
}

/** What an entry adds to the table, besides its point. */
export interface EntrySize {
  /** False: a part, so no checkpoint may end here. */
  readonly isWhole: boolean;
  /** Bytes in the log, header and padding included. */
  readonly entryBytes: number;
}

/** The terms of a stretch of log: from `firsts[i]` on they are `terms[i]`. Ascending. */
export interface TermRuns {
  readonly firsts: Float64Array<ArrayBuffer>;
  readonly terms: Float64Array<ArrayBuffer>;
}

/** The entries since a starting point, in columns: what Raft and the checkpoint ask about an index. */
export class EntryTable {
  #start: LogPoint;
  #length = 0;
  #terms = new Float64Array(64);
  #entryChecksums = new BigUint64Array(64);
  #checksums = new BigUint64Array(64);
  #segments = new Uint32Array(64);
  #positions = new Float64Array(64);
  #wholes = new Uint8Array(64);
  #bytesThrough = new Float64Array(64);

  constructor(start: LogPoint) {
    this.#start = start;
  }

  get start(): LogPoint {
    return this.#start;
  }

  get lastIndex(): LogIndex {
    return logIndex(this.#start.index + this.#length);
  }

  get last(): LogPoint {
    return this.at(this.lastIndex);
  }

  /** Bytes of all entries in the table. */
  get bytes(): number {
    return this.#length === 0 ? 0 : (this.#bytesThrough[this.#length - 1] ?? 0);
  }

  push(point: LogPoint, size: EntrySize): void {
    assert(point.index === this.lastIndex + 1, `entry ${point.index} follows ${this.lastIndex}`);
    if (this.#length === this.#terms.length) this.#grow();
    const bytes = this.bytes + size.entryBytes;
    const row = this.#length++;
    this.#terms[row] = point.term;
    this.#entryChecksums[row] = point.entryChecksum;
    this.#checksums[row] = point.checksum;
    this.#segments[row] = point.segment;
    this.#positions[row] = point.position;
    this.#wholes[row] = size.isWhole ? 1 : 0;
    this.#bytesThrough[row] = bytes;
  }

  /** The point after entry `index`, which is the start or in the table. */
  at(index: LogIndex): LogPoint {
    if (index === this.#start.index) return this.#start;
    const row = this.#rowOf(index);
    return {
      index,
      term: term(this.#terms[row] ?? 0),
      entryChecksum: this.#entryChecksums[row] ?? 0n,
      checksum: this.#checksums[row] ?? 0n,
      segment: segmentId(this.#segments[row] ?? 0),
      position: this.#positions[row] ?? 0,
    };
  }

  /** Where entry `index`, which is in the table, begins in its segment. */
  beginOf(index: LogIndex): number {
    const before = this.at(logIndex(index - 1));
    return this.at(index).segment === before.segment ? before.position : segmentHeaderBytes;
  }

  /** Bytes in the log of entry `index`, which is in the table. */
  entryBytes(index: LogIndex): number {
    const row = this.#rowOf(index);
    return (this.#bytesThrough[row] ?? 0) - (row === 0 ? 0 : (this.#bytesThrough[row - 1] ?? 0));
  }

  /** Bytes in the log of every entry in the table. */
  allEntryBytes(): Float64Array<ArrayBuffer> {
    return this.#bytesThrough
      .slice(0, this.#length)
      .map((through, row) => through - (row === 0 ? 0 : (this.#bytesThrough[row - 1] ?? 0)));
  }

  /** The terms of all entries in the table. */
  termRuns(): TermRuns {
    const firsts: number[] = [];
    const terms: number[] = [];
    for (let row = 0; row < this.#length; row++) {
      const term = this.#terms[row] ?? 0;
      if (terms.at(-1) === term) continue;
      firsts.push(this.#start.index + 1 + row);
      terms.push(term);
    }
    return { firsts: Float64Array.from(firsts), terms: Float64Array.from(terms) };
  }

  /** The last index up to `index` that is not inside a transaction of several entries. */
  wholeUpTo(index: LogIndex): LogIndex {
    let whole = index;
    while (whole > this.#start.index && this.#wholes[this.#rowOf(whole)] === 0) whole = logIndex(whole - 1);
    return whole;
  }

  /** Forgets entries from `index` on. */
  truncateFrom(index: LogIndex): void {
    this.#length = this.#rowOf(index);
  }

  /** Forgets all and begins anew after `start`. */
  restart(start: LogPoint): void {
    this.#start = start;
    this.#length = 0;
  }

  /** Forgets entries up to `index`, which becomes the start. */
  dropThrough(index: LogIndex): void {
    if (index === this.#start.index) return;
    const start = this.at(index);
    const rows = this.#rowOf(index) + 1;
    const dropped = this.#bytesThrough[rows - 1] ?? 0;
    this.#terms.copyWithin(0, rows, this.#length);
    this.#entryChecksums.copyWithin(0, rows, this.#length);
    this.#checksums.copyWithin(0, rows, this.#length);
    this.#segments.copyWithin(0, rows, this.#length);
    this.#positions.copyWithin(0, rows, this.#length);
    this.#wholes.copyWithin(0, rows, this.#length);
    for (let row = rows; row < this.#length; row++) {
      this.#bytesThrough[row - rows] = (this.#bytesThrough[row] ?? 0) - dropped;
    }
    this.#length -= rows;
    this.#start = start;
  }

  #rowOf(index: LogIndex): number {
    const row = index - this.#start.index - 1;
    assert(row >= 0 && row < this.#length, `entry ${index} is in the log`);
    return row;
  }

  #grow(): void {
    const capacity = this.#terms.length * 2;
    this.#terms = widen(this.#terms, new Float64Array(capacity));
    this.#entryChecksums = widen(this.#entryChecksums, new BigUint64Array(capacity));
    this.#checksums = widen(this.#checksums, new BigUint64Array(capacity));
    this.#segments = widen(this.#segments, new Uint32Array(capacity));
    this.#positions = widen(this.#positions, new Float64Array(capacity));
    this.#wholes = widen(this.#wholes, new Uint8Array(capacity));
    this.#bytesThrough = widen(this.#bytesThrough, new Float64Array(capacity));
  }
}

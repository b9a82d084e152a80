import { createHasher, type Hasher, logIndex, segmentId, term } from "../../../src/core/base/mod.ts";
import {
  aligned,
  EntryKind,
  encodeEntryHeader,
  encodeImageBody,
  encodePagesHead,
  encodeSegmentHeader,
  entryHeaderBytes,
  pagesBodyBytes,
  pagesHeadBytes,
  segmentHeaderBytes,
} from "../../../src/core/log/mod.ts";

export const hasher: Hasher = await createHasher();
export const pageSize = 512;
export const hashPage = (pgno: number, bytes: Uint8Array): bigint => hasher.hash64(bytes, BigInt(pgno));

/** A log written entry by entry into segments in memory, each entry as the test wants it. */
export class SegmentFixture {
  readonly segments: { id: number; bytes: Uint8Array<ArrayBuffer>; end: number }[] = [];
  #chain = 0n;
  #index = 0;
  #groupStart = 0;

  /** Begins a segment. */
  segment(id: number): this {
    const bytes = new Uint8Array(8192);
    const header = {
      id: segmentId(id),
      firstIndex: logIndex(this.#index + 1),
      previousChecksum: this.#chain,
      salt: BigInt(id),
    };
    encodeSegmentHeader(bytes, header, hasher);
    this.segments.push({ id, bytes, end: segmentHeaderBytes });
    this.#groupStart = 0;
    return this;
  }

  /** Ends a group: what follows is another write. */
  group(): this {
    this.#groupStart = this.last.end;
    return this;
  }

  noop(termNumber = 1): this {
    return this.#entry(EntryKind.noop, new Uint8Array(0), 0, termNumber);
  }

  /** Pages by number; each page is filled with its number. */
  pages(pgnos: readonly number[], partCount = 0): this {
    return this.#frames(EntryKind.pages, pgnos, partCount);
  }

  part(pgnos: readonly number[]): this {
    return this.#frames(EntryKind.part, pgnos, 0);
  }

  image(file: string): this {
    const body = encodeImageBody({ file, pageSize, pageCount: 2, checksum: 5n });
    return this.#entry(EntryKind.image, body, body.length, 1);
  }

  get last(): { id: number; bytes: Uint8Array<ArrayBuffer>; end: number } {
    const last = this.segments.at(-1);
    if (last === undefined) throw new Error("begin a segment first");
    return last;
  }

  #frames(kind: EntryKind, pgnos: readonly number[], partCount: number): this {
    const body = new Uint8Array(pagesBodyBytes(pgnos.length, pageSize));
    const headBytes = pagesHeadBytes(pgnos.length);
    for (const [i, pgno] of pgnos.entries()) {
      body.subarray(headBytes + i * pageSize, headBytes + (i + 1) * pageSize).fill(pgno);
    }
    const hashes = BigUint64Array.from(pgnos, (pgno) => hashPage(pgno, new Uint8Array(pageSize).fill(pgno)));
    const head = { pageSize, pageCount: 20, checksum: BigInt(this.#index), leaderTimeMs: 1_700_000_000_000, partCount };
    encodePagesHead(body, head, { pgnos: Uint32Array.from(pgnos), hashes, from: 0, count: pgnos.length });
    return this.#entry(kind, body, headBytes, 1);
  }

  #entry(kind: EntryKind, body: Uint8Array, checkedBytes: number, termNumber: number): this {
    const { last } = this;
    this.#index++;
    last.bytes.set(body, last.end + entryHeaderBytes);
    const header = {
      kind,
      segment: segmentId(last.id),
      groupStart: this.#groupStart,
      index: logIndex(this.#index),
      term: term(termNumber),
      bodyBytes: body.length,
      checkedBytes,
      previousChecksum: this.#chain,
      bodyChecksum: hasher.hash64(body.subarray(0, checkedBytes)),
    };
    this.#chain = encodeEntryHeader(last.bytes, last.end, header, BigInt(last.id), hasher);
    last.end += aligned(entryHeaderBytes + body.length);
    return this;
  }
}

import { assert } from "../base/mod.ts";
import type { PageStore, SnapshotStore, WritablePageStore } from "./api.ts";
import { ResultCode } from "./codes.ts";
import type { Heap } from "./heap.ts";
import type { VfsFile } from "./vfs-file.ts";

/** Where page 1 holds what we answer ourselves (sqlite.org/fileformat2.html §1.3). */
const pageSizeAt = 16;
const writeVersionAt = 18;
const readVersionAt = 19;
const changeCounterAt = 24;
const versionValidForAt = 92;
const lockShared = 1;

/** A database file over a page store: what the writer's and the reader's have in common. */
abstract class PageFile implements VfsFile {
  protected readonly heap: Heap;
  readonly #store: PageStore;
  /** For reads of a part of a page. */
  #page: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  constructor(heap: Heap, store: PageStore) {
    this.heap = heap;
    this.#store = store;
  }

  abstract write(from: number, length: number, offset: number): number;
  abstract truncate(sizeBytes: number): number;
  abstract lock(level: number): void;
  abstract unlock(level: number): void;
  abstract close(): void;
  /** Changes in page 1 what SQLite must see otherwise than it is stored. */
  protected abstract present(firstPage: Uint8Array): void;

  read(into: number, length: number, offset: number): number {
    const { pageSize, pageCount } = this.#store;
    if (length === pageSize && offset % pageSize === 0) {
      const pgno = offset / pageSize + 1;
      if (pgno <= pageCount) {
        this.#readPage(pgno, this.heap.view(into, length));
        return ResultCode.ok;
      }
    }
    const readable = Math.max(0, Math.min(length, pageCount * pageSize - offset));
    if (this.#page.length !== pageSize) this.#page = new Uint8Array(pageSize);
    for (let done = 0; done < readable; ) {
      const at = (offset + done) % pageSize;
      const part = Math.min(readable - done, pageSize - at);
      this.#readPage((offset + done - at) / pageSize + 1, this.#page);
      this.heap.bytes.set(this.#page.subarray(at, at + part), into + done);
      done += part;
    }
    if (readable === length) return ResultCode.ok;
    this.heap.bytes.fill(0, into + readable, into + length);
    return ResultCode.ioErrorShortRead;
  }

  sizeBytes(): number {
    return this.#store.pageCount * this.#store.pageSize;
  }

  #readPage(pgno: number, into: Uint8Array): void {
    this.#store.readPage(pgno, into);
    if (pgno !== 1) return;
    // A database that was in WAL mode elsewhere: there is no WAL here, and SQLite would refuse to open it.
    into[writeVersionAt] = 1;
    into[readVersionAt] = 1;
    this.present(into);
  }
}

/** The writer's file: what SQLite writes goes to the store. It is never shared, so locks mean nothing. */
export class WriterFile extends PageFile {
  readonly #store: WritablePageStore;

  constructor(heap: Heap, store: WritablePageStore) {
    super(heap, store);
    this.#store = store;
  }

  write(from: number, length: number, offset: number): number {
    const { pageSize } = this.#store;
    assert(length === pageSize && offset % pageSize === 0, `SQLite writes whole pages, not ${length} at ${offset}`);
    this.#store.writePage(offset / pageSize + 1, this.heap.view(from, length));
    return ResultCode.ok;
  }

  truncate(sizeBytes: number): number {
    assert(sizeBytes % this.#store.pageSize === 0, `SQLite truncates to whole pages, not to ${sizeBytes}`);
    this.#store.truncate(sizeBytes / this.#store.pageSize);
    return ResultCode.ok;
  }

  lock(): void {}

  unlock(): void {}

  close(): void {}

  protected present(): void {}
}

/**
 * A reader's file: the SHARED lock is the pin. The change counter that SQLite compares to know whether its page cache
 * still holds is the snapshot's stamp.
 */
export class ReaderFile extends PageFile {
  readonly #store: SnapshotStore;
  #pinned = false;

  constructor(heap: Heap, store: SnapshotStore) {
    super(heap, store);
    this.#store = store;
  }

  override read(into: number, length: number, offset: number): number {
    return this.#pinned ? super.read(into, length, offset) : this.#readHeader(into, length);
  }

  /** On opening, SQLite looks at the header before it takes a lock, and wants nothing but the page size. */
  #readHeader(into: number, length: number): number {
    const { pageSize } = this.#store;
    const header = this.heap.bytes.subarray(into, into + length).fill(0);
    header[pageSizeAt] = pageSize >> 8;
    header[pageSizeAt + 1] = pageSize >> 16;
    return ResultCode.ok;
  }

  override sizeBytes(): number {
    return this.#pinned ? super.sizeBytes() : 0;
  }

  write(): number {
    return ResultCode.ioErrorWrite;
  }

  truncate(): number {
    return ResultCode.ioErrorTruncate;
  }

  lock(level: number): void {
    if (level < lockShared || this.#pinned) return;
    this.#store.pin();
    this.#pinned = true;
  }

  unlock(level: number): void {
    if (level >= lockShared || !this.#pinned) return;
    this.#pinned = false;
    this.#store.release();
  }

  close(): void {
    this.unlock(0);
  }

  protected present(firstPage: Uint8Array): void {
    const { stamp } = this.#store;
    // SQLite trusts the page count in the header only when the two numbers agree: where they didn't, they still don't.
    let agree = true;
    for (let byte = 0; byte < 4; byte += 1) {
      if (firstPage[changeCounterAt + byte] !== firstPage[versionValidForAt + byte]) agree = false;
    }
    putNumber(firstPage, changeCounterAt, stamp);
    putNumber(firstPage, versionValidForAt, agree ? stamp : ~stamp);
  }
}

/** 32 bits, big-endian. */
function putNumber(page: Uint8Array, at: number, value: number): void {
  page[at] = value >>> 24;
  page[at + 1] = value >>> 16;
  page[at + 2] = value >>> 8;
  page[at + 3] = value;
}

import type { Hasher } from "../base/mod.ts";
import { pageHash } from "../pages/mod.ts";
import type { FileHandle } from "../ports/mod.ts";
import type { SnapshotStore } from "../sqlite/mod.ts";

/** Pages read from the file at once: a sound file is read nearly in order. */
const readAheadBytes = 256 * 1024;

/**
 * A database file that nobody changes, as a snapshot. While SQLite reads it, the rolling checksum is made of the same
 * bytes, so that a big file is read once.
 */
export class ImagePages implements SnapshotStore {
  readonly stamp = 1;
  readonly pageSize: number;
  readonly pageCount: number;
  readonly #handle: FileHandle;
  readonly #hasher: Hasher;
  readonly #hashed: Uint8Array;
  readonly #window: Uint8Array;
  /** First page in the window, and how many. */
  #windowFrom = 1;
  #windowPages = 0;
  #checksum = 0n;

  constructor(handle: FileHandle, hasher: Hasher, pageSize: number, pageCount: number) {
    this.#handle = handle;
    this.#hasher = hasher;
    this.pageSize = pageSize;
    this.pageCount = pageCount;
    this.#hashed = new Uint8Array(pageCount + 1);
    this.#window = new Uint8Array(Math.max(readAheadBytes, pageSize));
  }

  pin(): void {}

  release(): void {}

  readPage(pgno: number, into: Uint8Array): void {
    into.set(this.#page(pgno));
  }

  /** The rolling checksum of the whole file. */
  checksum(): bigint {
    for (let pgno = 1; pgno <= this.pageCount; pgno++) {
      if (this.#hashed[pgno] === 0) this.#page(pgno);
    }
    return this.#checksum;
  }

  #page(pgno: number): Uint8Array {
    if (pgno < this.#windowFrom || pgno >= this.#windowFrom + this.#windowPages) this.#fill(pgno);
    const position = (pgno - this.#windowFrom) * this.pageSize;
    const page = this.#window.subarray(position, position + this.pageSize);
    if (this.#hashed[pgno] === 0) {
      this.#hashed[pgno] = 1;
      this.#checksum ^= pageHash(this.#hasher, pgno, page);
    }
    return page;
  }

  #fill(pgno: number): void {
    // Only what follows page by page is worth reading ahead.
    const follows = pgno === this.#windowFrom + this.#windowPages;
    const pages = follows ? Math.floor(this.#window.length / this.pageSize) : 1;
    this.#windowFrom = pgno;
    this.#windowPages = Math.min(pages, this.pageCount + 1 - pgno);
    this.#handle.readAt(this.#window.subarray(0, this.#windowPages * this.pageSize), (pgno - 1) * this.pageSize);
  }
}

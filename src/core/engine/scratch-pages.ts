import { assert } from "../base/mod.ts";
import type { FileHandle, Files } from "../ports/mod.ts";
import type { SnapshotStore, WritablePageStore } from "../sqlite/mod.ts";

/**
 * A snapshot that may be changed without anyone seeing it: changed pages go to a scratch file, the others are read
 * from below. The snapshot must stay pinned until `close`, which removes the file.
 */
export class ScratchPages implements WritablePageStore {
  readonly #below: SnapshotStore;
  readonly #files: Files;
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #changed = new Set<number>();
  readonly pageSize: number;
  /** Pages from here on are not the snapshot's any more, though it may have had some. */
  #pagesBelow: number;
  #pageCount: number;
  #isClosed = false;

  constructor(files: Files, path: string, below: SnapshotStore) {
    this.#files = files;
    this.#path = path;
    this.#handle = files.open(path, "create");
    this.#below = below;
    this.pageSize = below.pageSize;
    this.#pagesBelow = below.pageCount;
    this.#pageCount = below.pageCount;
  }

  get pageCount(): number {
    return this.#pageCount;
  }

  readPage(pgno: number, into: Uint8Array): void {
    assert(pgno >= 1 && pgno <= this.#pageCount, `page ${pgno} is one of ${this.#pageCount}`);
    if (this.#changed.has(pgno)) this.#handle.readAt(into, (pgno - 1) * this.pageSize);
    else if (pgno <= this.#pagesBelow) this.#below.readPage(pgno, into);
    else into.fill(0);
  }

  /** Fills `into` with the pages from `pgno` on, as many as it is long. */
  readPages(pgno: number, into: Uint8Array): void {
    for (let position = 0; position < into.length; position += this.pageSize) {
      this.readPage(pgno + position / this.pageSize, into.subarray(position, position + this.pageSize));
    }
  }

  writePage(pgno: number, bytes: Uint8Array): void {
    this.#handle.writeAt(bytes, (pgno - 1) * this.pageSize);
    this.#changed.add(pgno);
    if (pgno > this.#pageCount) this.#pageCount = pgno;
  }

  truncate(pageCount: number): void {
    for (let pgno = pageCount + 1; pgno <= this.#pageCount; pgno++) this.#changed.delete(pgno);
    this.#pageCount = pageCount;
    this.#pagesBelow = Math.min(this.#pagesBelow, pageCount);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#handle.close();
    this.#files.remove(this.#path);
  }
}

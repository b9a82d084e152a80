import { assert } from "../base/mod.ts";
import type { WritablePageStore } from "../sqlite/mod.ts";
import type { LogWriter } from "./storage-log.ts";
import type { PendingPages } from "./storage-pending.ts";
import type { PageVersions } from "./storage-versions.ts";

/**
 * The writer's pages: what the open transaction changed, over the newest appended entry, over the base file. What is
 * pending becomes an entry by `Storage.appendPending` or vanishes by `Storage.discardPending`.
 */
export class WriterStore implements WritablePageStore {
  readonly #versions: PageVersions;
  readonly #log: LogWriter;
  readonly #pending: PendingPages;
  #pageSize = 0;
  #pageCount = 0;
  /** Pages before the transaction. */
  #pagesBefore = 0;
  /** Of those, the ones that the transaction never cut off; what comes back after a cut is blank. */
  #pagesBelow = 0;
  #isTouched = false;

  constructor(versions: PageVersions, log: LogWriter, pending: PendingPages) {
    this.#versions = versions;
    this.#log = log;
    this.#pending = pending;
    this.restart();
  }

  get pageSize(): number {
    return this.#pageSize;
  }

  get pageCount(): number {
    return this.#pageCount;
  }

  /** Pages of the newest appended entry. */
  get pagesBefore(): number {
    return this.#pagesBefore;
  }

  /** True when a page was written or the number of pages set since the last append or discard. */
  get isTouched(): boolean {
    return this.#isTouched;
  }

  readPage(pgno: number, into: Uint8Array): void {
    if (this.#pending.has(pgno)) {
      const page = this.#pending.view(pgno, into);
      if (page !== into) into.set(page);
    } else if (pgno <= this.#pagesBelow) this.readBefore(pgno, into);
    else into.fill(0);
  }

  writePage(pgno: number, bytes: Uint8Array): void {
    this.#isTouched = true;
    this.#pending.write(pgno, bytes);
    if (pgno > this.#pageCount) this.#pageCount = pgno;
  }

  truncate(pageCount: number): void {
    if (pageCount === this.#pageCount) return;
    this.#isTouched = true;
    if (pageCount < this.#pageCount) this.#pending.dropAbove(pageCount);
    this.#pagesBelow = Math.min(this.#pagesBelow, pageCount);
    this.#pageCount = pageCount;
  }

  /** Page `pgno` as it was before the transaction; it is one of `pagesBefore`. */
  readBefore(pgno: number, into: Uint8Array): void {
    const { index } = this.#versions;
    const location = index.find(pgno, index.newest);
    if (location === -1) {
      const { base } = index.shape(index.newest);
      const read = this.#versions.baseFile(base).readAt(into, (pgno - 1) * this.#pageSize);
      assert(read === into.length, `the database file holds page ${pgno}`);
    } else if (!this.#log.readBuffered(index.segmentOf(location), index.positionOf(location), into)) {
      this.#versions.readVersion(location, into);
    }
  }

  /** Puts blank pages where the transaction made the database grow and wrote nothing: an entry holds all it grows by. */
  fillGaps(): void {
    for (let pgno = this.#pagesBelow + 1; pgno <= this.#pageCount; pgno++) {
      if (!this.#pending.has(pgno)) this.#pending.write(pgno, new Uint8Array(this.#pageSize));
    }
  }

  /** Begins anew on the newest appended entry. */
  restart(): void {
    const { index } = this.#versions;
    const { pageSize, pageCount } = index.shape(index.newest);
    this.#pageSize = pageSize;
    this.#pageCount = pageCount;
    this.#pagesBefore = pageCount;
    this.#pagesBelow = pageCount;
    this.#isTouched = false;
    this.#pending.clear(pageSize);
  }
}

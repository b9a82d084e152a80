import type { PageStore } from "../sqlite/mod.ts";
import type { ChunkSource, ChunkStep } from "./chunk-source.ts";
import { emptyFirstPage, setJournalVersion } from "./database-header.ts";

/** A database file as bytes, page after page, from a store that shows one snapshot until `close`. */
export class PageStream implements ChunkSource {
  readonly #pages: PageStore;
  readonly #journalVersion: 1 | 2;
  readonly #release: () => void;
  #nextPgno = 1;
  #isClosed = false;

  /** `journalVersion`: what header bytes 18 and 19 are to say, 2 = WAL. `release`: called once, at the end. */
  constructor(pages: PageStore, journalVersion: 1 | 2, release: () => void) {
    this.#pages = pages;
    this.#journalVersion = journalVersion;
    this.#release = release;
  }

  next(bytesMax: number): ChunkStep {
    const { pageSize, pageCount } = this.#pages;
    if (pageCount === 0) {
      // A database in which nothing was ever written has no page; a file of none would be taken for a failed download.
      const page = emptyFirstPage(pageSize);
      setJournalVersion(page, this.#journalVersion);
      return { type: "chunk", bytes: page, state: "done" };
    }
    const end = Math.min(pageCount + 1, this.#nextPgno + Math.max(1, Math.floor(bytesMax / pageSize)));
    const bytes = new Uint8Array((end - this.#nextPgno) * pageSize);
    for (let position = 0; this.#nextPgno < end; this.#nextPgno++, position += pageSize) {
      const page = bytes.subarray(position, position + pageSize);
      this.#pages.readPage(this.#nextPgno, page);
      if (this.#nextPgno === 1) setJournalVersion(page, this.#journalVersion);
    }
    return { type: "chunk", bytes, state: end > pageCount ? "done" : "more" };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#release();
  }
}

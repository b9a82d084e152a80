import type { PageSource } from "../pages/mod.ts";
import type { ChunkSource, ChunkStep } from "./chunk-source.ts";
import { emptyFirstPage, setJournalVersion } from "./database-header.ts";

/** A database file as bytes, page after page, from a store that shows one snapshot until `close`. */
export class PageStream implements ChunkSource {
  readonly #pages: PageSource;
  readonly #journalVersion: 1 | 2;
  readonly #release: () => void;
  #nextPgno = 1;
  #isClosed = false;

  /** `journalVersion`: what header bytes 18 and 19 are to say, 2 = WAL. `release`: called once, at the end. */
  constructor(pages: PageSource, journalVersion: 1 | 2, release: () => void) {
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
    const first = this.#nextPgno;
    this.#nextPgno = Math.min(pageCount + 1, first + Math.max(1, Math.floor(bytesMax / pageSize)));
    const bytes = new Uint8Array((this.#nextPgno - first) * pageSize);
    this.#pages.readPages(first, bytes);
    if (first === 1) setJournalVersion(bytes, this.#journalVersion);
    return { type: "chunk", bytes, state: this.#nextPgno > pageCount ? "done" : "more" };
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#release();
  }
}

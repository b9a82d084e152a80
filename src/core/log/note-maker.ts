import { done, failed, type Outcome, type SegmentId } from "../base/mod.ts";
import type { EntryNote } from "../pages/mod.ts";
import { EntryKind } from "./entry-header.ts";
import type { DecodedPages } from "./pages-body.ts";
import type { VerifiedEntry } from "./verify-entry.ts";

/** Where one part's or entry's pages lie. */
export interface Frames {
  readonly segment: SegmentId;
  /** Position in the segment of the first page. */
  readonly pagesAt: number;
  readonly pages: DecodedPages;
}

/** Notes of the entries of a log, one after another: the pages of one note may have come in several entries. */
export class NoteMaker {
  /** Of a transaction whose last entry hasn't come yet. */
  #parts: Frames[] = [];

  /** The parts that belong to a `pages` entry which comes next. Error: they aren't there. */
  partsOf(pages: DecodedPages): Outcome<readonly Frames[]> {
    const from = this.#parts.length - pages.partCount;
    return from < 0 ? failed("ends parts that aren't there") : done(this.#parts.slice(from));
  }

  /** The note of the next entry, which lies in `segment`; null if nobody need know of it. Error: as `partsOf`. */
  add(entry: VerifiedEntry, segment: SegmentId): Outcome<EntryNote | null> {
    const { index, term } = entry.header;
    switch (entry.kind) {
      case EntryKind.part:
        this.#parts.push({ segment, pagesAt: entry.pagesAt, pages: entry.pages });
        return done(null);
      case EntryKind.pages: {
        const parts = this.partsOf(entry.pages);
        if (!parts.ok) return parts;
        this.#parts = [];
        const { pageSize, pageCount } = entry.pages;
        const places = placesOf([...parts.value, { segment, pagesAt: entry.pagesAt, pages: entry.pages }]);
        return done({ index, term, pageSize, pageCount, ...places, image: null });
      }
      case EntryKind.image: {
        this.#parts = [];
        const { file: image, pageSize, pageCount } = entry.image;
        return done({ index, term, pageSize, pageCount, ...placesOf([]), image });
      }
      case EntryKind.noop:
      case EntryKind.membership:
        this.#parts = [];
        return done(null);
    }
  }

  /** No transaction is open any more: another entry came, or its parts were cut off. */
  clear(): void {
    if (this.#parts.length > 0) this.#parts = [];
  }
}

function placesOf(frames: readonly Frames[]): Pick<EntryNote, "pgnos" | "segments" | "positions"> {
  const length = frames.reduce((sum, { pages }) => sum + pages.pgnos.length, 0);
  const pgnos = new Uint32Array(length);
  const segments = new Uint32Array(length);
  const positions = new Float64Array(length);
  let at = 0;
  for (const { segment, pagesAt, pages } of frames) {
    pgnos.set(pages.pgnos, at);
    segments.fill(segment, at, at + pages.pgnos.length);
    for (let i = 0; i < pages.pgnos.length; i++) positions[at++] = pagesAt + i * pages.pageSize;
  }
  return { pgnos, segments, positions };
}

import fc from "fast-check";
import { expect, test } from "vitest";
import { logIndex, term } from "../../../src/core/base/mod.ts";
import { type BaseShape, type EntryNote, PageIndex } from "../../../src/core/pages/mod.ts";

const pageSize = 512;
const base: BaseShape = { index: logIndex(3), file: "db.sqlite", pageSize, pageCount: 4 };

/** An entry whose pages lie at positions that tell entry and page apart. */
function noteOf(index: number, pgnos: readonly number[], pageCount: number, image: string | null = null): EntryNote {
  return {
    index: logIndex(index),
    term: term(1),
    pageSize,
    pageCount,
    pgnos: Uint32Array.from(pgnos),
    segments: new Uint32Array(pgnos.length).fill((index % 5) + 1),
    positions: Float64Array.from(pgnos, (pgno) => index * 1000 + pgno),
    image,
  };
}

/** What a page index is: all entries, searched from the newest. */
class PlainIndex {
  base = base;
  notes: EntryNote[] = [];

  find(pgno: number, at: number): number {
    for (const note of this.notes.toReversed()) {
      if (note.index > at) continue;
      if (note.image !== null) return -1;
      const place = note.pgnos.indexOf(pgno);
      if (place >= 0) return note.positions[place] ?? -1;
    }
    return -1;
  }

  pageCount(at: number): number {
    return this.notes.findLast(({ index }) => index <= at)?.pageCount ?? this.base.pageCount;
  }

  file(at: number): string {
    return this.notes.findLast(({ index, image }) => index <= at && image !== null)?.image ?? this.base.file;
  }
}

const entry = fc.record({
  gap: fc.integer({ min: 1, max: 3 }),
  pgnos: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 6 }),
  kind: fc.constantFrom("pages", "pages", "pages", "pages", "image", "drop", "truncate"),
  at: fc.nat(100),
});

function compare(index: PageIndex, plain: PlainIndex): void {
  const newest = plain.notes.at(-1)?.index ?? plain.base.index;
  expect(index.newest).toBe(newest);
  for (let at = plain.base.index as number; at <= newest + 1; at++) {
    const shape = index.shape(logIndex(at));
    expect([shape.pageCount, shape.base.file]).toEqual([plain.pageCount(at), plain.file(at)]);
    const planned: number[] = [];
    for (let pgno = 1; pgno <= 13; pgno++) {
      const location = index.find(pgno, logIndex(at));
      const position = location === -1 ? -1 : index.positionOf(location);
      expect(position, `page ${pgno} at ${at}`).toBe(plain.find(pgno, at));
      if (location === -1) continue;
      expect(index.segmentOf(location)).toBe((Math.floor(position / 1000) % 5) + 1);
      if (pgno <= shape.pageCount) planned.push(position);
    }
    const plan = index.plan(logIndex(at));
    expect(Array.from(plan.positions)).toEqual(planned);
    expect(Array.from(plan.pgnos)).toEqual(planned.map((position) => position % 1000));
  }
}

test("a page index finds what a search through all entries finds", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 30 }), (entries) => {
      const index = new PageIndex(base);
      const plain = new PlainIndex();
      for (const { gap, pgnos, kind, at } of entries) {
        const newest = plain.notes.at(-1)?.index ?? plain.base.index;
        const some = plain.base.index + (at % (newest - plain.base.index + 1));
        if (kind === "drop") {
          const dropped = { index: logIndex(some), file: "db.sqlite", pageSize, pageCount: plain.pageCount(some) };
          plain.notes = plain.notes.filter((note) => note.index > some);
          plain.base = dropped;
          index.dropThrough(dropped);
        } else if (kind === "truncate" && some > plain.base.index) {
          plain.notes = plain.notes.filter((note) => note.index < some);
          index.truncateFrom(logIndex(some));
        } else {
          const isImage = kind === "image";
          const sorted = isImage ? [] : pgnos.toSorted((one, other) => one - other);
          const image = isImage ? `image-${newest}.sqlite` : null;
          const note = noteOf(newest + gap, sorted, Math.max(3, ...sorted), image);
          plain.notes.push(note);
          index.add(note);
        }
      }
      compare(index, plain);
    }),
    { numRuns: 100 },
  );
});

test("a snapshot far in the past finds its version of a busy page without walking them all", () => {
  const index = new PageIndex(base);
  const entries = 50_000;
  for (let i = 0; i < entries; i++) index.add(noteOf(4 + i, [7], 9));
  let found = 0;
  for (let i = 0; i < entries; i += 7)
    if (index.positionOf(index.find(7, logIndex(4 + i))) === (4 + i) * 1000 + 7) found++;
  expect(found).toBe(Math.ceil(entries / 7));
  expect(index.find(7, logIndex(3))).toBe(-1);
});

test("what is older than the base, or out of order, is an error", () => {
  const index = new PageIndex(base);
  index.add(noteOf(5, [1], 4));
  expect(() => index.add(noteOf(5, [1], 4))).toThrow(/comes after/);
  expect(() => index.shape(logIndex(2))).toThrow(/older than the base/);
  expect(() => index.truncateFrom(logIndex(3))).toThrow(/in the base/);
});

test("equal change marks mean equal snapshots", () => {
  const index = new PageIndex(base);
  index.add(noteOf(5, [1], 4));
  expect([3, 4, 5, 6].map((at) => index.changedAt(logIndex(at)))).toEqual([3, 3, 5, 5]);
});

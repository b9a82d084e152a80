import fc from "fast-check";
import { expect, test } from "vitest";
import { createHasher } from "../../../src/core/base/mod.ts";
import { absent, databaseChecksum, PageHashes, PageMap, pageHash } from "../../../src/core/pages/mod.ts";

const hasher = await createHasher();

test("a database's checksum depends on every page's bytes and place", () => {
  const database = (...pages: readonly number[]): bigint =>
    databaseChecksum(hasher, {
      pageSize: 512,
      pageCount: pages.length,
      readPage: (pgno, into) => void into.fill(pages[pgno - 1] ?? 0),
    });
  expect(database()).toBe(0n);
  expect(database(1, 2)).not.toBe(database(2, 1));
  expect(database(1, 1)).not.toBe(database());
  const page = (fill: number): Uint8Array => new Uint8Array(512).fill(fill);
  expect(database(1, 2) ^ pageHash(hasher, 2, page(2)) ^ pageHash(hasher, 2, page(9))).toBe(database(1, 9));
});

test("known hashes are those that were set", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 20_000 })), (pgnos) => {
      const hashes = new PageHashes();
      for (const pgno of pgnos) hashes.set(pgno, BigInt(pgno) * 3n);
      for (let pgno = 1; pgno <= 20_000; pgno += 370) {
        expect(hashes.get(pgno)).toBe(pgnos.includes(pgno) ? BigInt(pgno) * 3n : 0n);
      }
      hashes.clear();
      for (const pgno of pgnos) expect(hashes.get(pgno)).toBe(0n);
    }),
  );
});

test("a page map holds what a map holds", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 0xffff_ffff }), fc.integer({ min: -1, max: 9 }))),
      (pairs) => {
        const map = new PageMap();
        const plain = new Map<number, number>();
        for (const [pgno, value] of pairs) {
          map.set(pgno, value);
          plain.set(pgno, value);
        }
        for (const [pgno] of pairs) expect(map.get(pgno)).toBe(plain.get(pgno));
        const kept = [...plain].filter(([, value]) => value !== absent).map(([pgno]) => pgno);
        expect(Array.from(map.keys())).toEqual(kept.sort((one, other) => one - other));
        expect(map.size).toBe(plain.size);
      },
    ),
  );
});

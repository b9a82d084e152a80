import fc from "fast-check";
import { expect, test } from "vitest";
import { createHasher } from "../../../src/core/base/mod.ts";
import {
  decodePageChunk,
  encodePageChunk,
  type PageSource,
  pageHash,
  pagesPerChunk,
} from "../../../src/core/pages/mod.ts";

const hasher = await createHasher();
const pageSize = 512;

/** Pages by what fills them. */
function sourceOf(fill: readonly number[]): PageSource {
  const readPages = (pgno: number, into: Uint8Array): void => {
    for (let at = 0; at < into.length; at++) into[at] = fill[pgno - 1 + Math.floor(at / pageSize)] ?? 0;
  };
  return { pageSize, pageCount: fill.length, readPages };
}

const hashesOf = (first: number, fill: readonly number[]): BigUint64Array<ArrayBuffer> =>
  BigUint64Array.from(fill, (byte, nth) => pageHash(hasher, first + nth, new Uint8Array(pageSize).fill(byte)));

test("the answer to an ask has all hashes, and the pages that differ", () => {
  const bytes = fc.array(fc.nat(3), { maxLength: 12 });
  fc.assert(
    fc.property(bytes, bytes, fc.integer({ min: 1, max: 12 }), (fill, own, first) => {
      const ask = { first, hashes: hashesOf(first, own.slice(first - 1)) };
      const decoded = decodePageChunk(encodePageChunk(sourceOf(fill), ask, hasher), hasher);
      if (!decoded.ok) throw new Error(decoded.error);
      const { hashes, pgnos, pages } = decoded.value;
      expect(hashes).toEqual(hashesOf(first, fill.slice(first - 1)));
      const differing = fill.flatMap((byte, at) => (at + 1 >= first && own[at] !== byte ? [at + 1] : []));
      expect([...pgnos]).toEqual(differing);
      expect([...pages].filter((_, at) => at % pageSize === 7)).toEqual(differing.map((pgno) => fill[pgno - 1]));
    }),
  );
});

test("a chunk speaks of a bounded number of pages", () => {
  const count = pagesPerChunk(pageSize);
  const source = sourceOf(new Array(count + 5).fill(1));
  const none = new BigUint64Array(0);
  const decoded = decodePageChunk(encodePageChunk(source, { first: 2, hashes: none }, hasher), hasher);
  expect(decoded.ok && decoded.value.pgnos.length).toBe(count);
});

test("a byte wrong anywhere, or missing, is noticed", () => {
  const chunk = encodePageChunk(sourceOf([1, 2, 3]), { first: 1, hashes: hashesOf(1, [1]) }, hasher);
  for (let at = 0; at < chunk.length; at++) {
    const wrong = chunk.slice();
    wrong[at] = (wrong[at] ?? 0) ^ (1 << (at % 8));
    expect(decodePageChunk(wrong, hasher).ok, `byte ${at}`).toBe(false);
    if (at % 37 === 0) expect(decodePageChunk(chunk.slice(0, at), hasher).ok).toBe(false);
  }
});

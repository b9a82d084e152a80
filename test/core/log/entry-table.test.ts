import { expect, test } from "vitest";
import { logIndex, segmentId, term } from "../../../src/core/base/mod.ts";
import { EntryTable, type LogPoint } from "../../../src/core/log/mod.ts";

const pointAt = (index: number): LogPoint => ({
  index: logIndex(index),
  term: term(1 + Math.floor(index / 100)),
  entryChecksum: BigInt(index) * 7n,
  checksum: BigInt(index) * 11n,
  segment: segmentId(1 + Math.floor(index / 50)),
  position: index * 64,
});

/** Entries 11 to `last`; those divisible by 10 end a transaction of ten. */
function tableTo(last: number): EntryTable {
  const table = new EntryTable(pointAt(10));
  for (let index = 11; index <= last; index++) {
    table.push(pointAt(index), { isWhole: index % 10 === 0, entryBytes: index });
  }
  return table;
}

test("a table answers for its start and every entry after it", () => {
  const table = tableTo(500);
  for (let index = 10; index <= 500; index++) expect(table.at(logIndex(index))).toEqual(pointAt(index));
  expect(table.bytes).toBe(((11 + 500) * 490) / 2);
  expect(() => table.at(logIndex(9))).toThrow(/in the log/);
  expect(() => table.at(logIndex(501))).toThrow(/in the log/);
  expect(() => table.push(pointAt(502), { isWhole: true, entryBytes: 1 })).toThrow(/follows/);
});

test("a transaction of several entries is not divided", () => {
  const table = tableTo(55);
  expect([11, 19, 20, 29, 55].map((index) => table.wholeUpTo(logIndex(index)))).toEqual([10, 10, 20, 20, 50]);
});

test("entries go at both ends", () => {
  const table = tableTo(300);
  table.truncateFrom(logIndex(250));
  table.dropThrough(logIndex(10));
  table.dropThrough(logIndex(200));
  expect([table.start.index, table.lastIndex]).toEqual([200, 249]);
  expect(table.bytes).toBe(((201 + 249) * 49) / 2);
  for (let index = 200; index <= 249; index++) expect(table.at(logIndex(index))).toEqual(pointAt(index));
  table.push(pointAt(250), { isWhole: true, entryBytes: 5 });
  expect(table.last).toEqual(pointAt(250));
  table.dropThrough(logIndex(250));
  expect([table.bytes, table.lastIndex]).toEqual([0, 250]);
});

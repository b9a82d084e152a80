import fc from "fast-check";
import { expect, test } from "vitest";
import { ResultCode } from "../../../src/core/sqlite/codes.ts";
import { Heap } from "../../../src/core/sqlite/heap.ts";
import { ReaderFile, WriterFile } from "../../../src/core/sqlite/page-file.ts";
import type { WasmExports } from "../../../src/core/sqlite/wasm-exports.ts";
import { MemorySnapshots, MemoryStore } from "./memory-store.ts";

function bareHeap(): Heap {
  const exports: Partial<WasmExports> = {};
  return new Heap({
    exports: exports as WasmExports,
    memory: { buffer: new ArrayBuffer(64 * 1024) },
    installFunction: () => 0,
  });
}

/** A database of `pages` pages of 512 bytes, each byte telling its page and place, and both header numbers equal. */
function image(pages: number): Uint8Array {
  const bytes = Uint8Array.from({ length: pages * 512 }, (_, at) => (at * 7 + (at >> 9)) & 0xff);
  if (pages > 0) bytes.copyWithin(92, 24, 28);
  return bytes;
}

test("any read is the bytes of the file, with the header's fields as SQLite must see them", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 5 }),
      fc.integer({ min: 0, max: 3_000 }),
      fc.integer({ min: 0, max: 3_000 }),
      (pages, offset, length) => {
        const heap = bareHeap();
        const store = new MemoryStore(512, image(pages));
        store.publish();
        const expected = new Uint8Array(offset + length);
        expected.set(store.image().subarray(0, expected.length));
        if (pages > 0) {
          if (expected.length > 18) expected[18] = 1;
          if (expected.length > 19) expected[19] = 1;
        }
        const code = offset + length <= pages * 512 || length === 0 ? ResultCode.ok : ResultCode.ioErrorShortRead;
        heap.bytes.fill(0xee);
        expect(new WriterFile(heap, store).read(16, length, offset)).toBe(code);
        expect(heap.bytes.slice(16, 16 + length)).toEqual(expected.slice(offset));
        expect(heap.bytes[15]).toBe(0xee);
        expect(heap.bytes[16 + length]).toBe(0xee);

        const reader = new ReaderFile(heap, new MemorySnapshots(store));
        reader.lock(1);
        const stamp = store.published.version;
        for (const at of [24, 92]) {
          for (let byte = 0; byte < 4 && at + byte < expected.length && pages > 0; byte += 1) {
            expected[at + byte] = (stamp >>> (24 - 8 * byte)) & 0xff;
          }
        }
        expect(reader.read(16, length, offset)).toBe(code);
        expect(heap.bytes.slice(16, 16 + length)).toEqual(expected.slice(offset));
        reader.close();
      },
    ),
  );
});

test("two numbers that differ in the file differ for a reader, whatever the stamp", () => {
  const heap = bareHeap();
  const bytes = image(2);
  bytes[95] = (bytes[95] ?? 0) ^ 1;
  const store = new MemoryStore(512, bytes);
  const reader = new ReaderFile(heap, new MemorySnapshots(store));
  reader.lock(1);
  reader.read(0, 512, 0);
  expect(heap.bytes.slice(24, 28)).not.toEqual(heap.bytes.slice(92, 96));
  expect(heap.bytes.slice(24, 28)).toEqual(new Uint8Array([0, 0, 0, 1]));
});

test("an unpinned header says the page size and nothing else, and pins nothing", () => {
  for (const [pageSize, high, low] of [
    [512, 2, 0],
    [4096, 16, 0],
    [65536, 0, 1],
  ] as const) {
    const heap = bareHeap();
    const reader = new ReaderFile(heap, new MemorySnapshots(new MemoryStore(pageSize)));
    heap.bytes.fill(0xee);
    expect(reader.read(0, 100, 0)).toBe(ResultCode.ok);
    const expected = new Uint8Array(100);
    expected[16] = high;
    expected[17] = low;
    expect(heap.bytes.slice(0, 100)).toEqual(expected);
  }
});

test("the lock is the pin: taken once, given back once", () => {
  const snapshots = new MemorySnapshots(new MemoryStore(512, image(1)));
  const reader = new ReaderFile(bareHeap(), snapshots);
  reader.unlock(0);
  reader.lock(1);
  reader.lock(1);
  expect(snapshots.pins).toBe(1);
  reader.unlock(1);
  expect(snapshots.pins).toBe(1);
  reader.unlock(0);
  reader.unlock(0);
  expect(snapshots.pins).toBe(0);
  reader.lock(1);
  reader.close();
  expect(snapshots.pins).toBe(0);
});

test("a reader writes nothing; a writer writes whole pages or stops the node", () => {
  const heap = bareHeap();
  const reader = new ReaderFile(heap, new MemorySnapshots(new MemoryStore(512, image(1))));
  expect(reader.write()).toBe(ResultCode.ioErrorWrite);
  expect(reader.truncate()).toBe(ResultCode.ioErrorTruncate);
  const store = new MemoryStore(512, image(1));
  const writer = new WriterFile(heap, store);
  expect(() => writer.write(0, 100, 0)).toThrow("assertion failed");
  expect(() => writer.write(0, 512, 100)).toThrow("assertion failed");
  expect(() => writer.truncate(513)).toThrow("assertion failed");
  expect(writer.write(0, 512, 1024)).toBe(ResultCode.ok);
  expect(store.pageCount).toBe(3);
  expect(writer.truncate(512)).toBe(ResultCode.ok);
  expect(store.pageCount).toBe(1);
});

import { expect, test } from "vitest";
import { ScratchPages } from "../../../src/core/engine/scratch-pages.ts";
import { FaultyFiles } from "../../sim/faulty-files.ts";
import { MemorySnapshots, MemoryStore } from "../sqlite/memory-store.ts";

const pageSize = 512;
const page = (value: number): Uint8Array<ArrayBuffer> => new Uint8Array(pageSize).fill(value);

test("changes lie over the snapshot, what was cut off is gone, and the file with it", () => {
  const store = new MemoryStore(pageSize);
  for (const value of [1, 2, 3, 4]) store.writePage(value, page(value));
  store.publish();
  const below = new MemorySnapshots(store);
  below.pin();
  const files = new FaultyFiles();
  const scratch = new ScratchPages(files, "vacuum-1.tmp", below);
  const seen = (): number[] => {
    const all = new Uint8Array(scratch.pageCount * pageSize);
    scratch.readPages(1, all);
    return Array.from({ length: scratch.pageCount }, (_, at) => all[at * pageSize] ?? -1);
  };
  expect(seen()).toEqual([1, 2, 3, 4]);
  scratch.writePage(2, page(20));
  scratch.writePage(6, page(60));
  expect(seen()).toEqual([1, 20, 3, 4, 0, 60]);
  scratch.truncate(2);
  expect(seen()).toEqual([1, 20]);
  scratch.writePage(4, page(40));
  expect(seen()).toEqual([1, 20, 0, 40]);
  scratch.close();
  scratch.close();
  expect(files.list("")).toEqual([]);
});

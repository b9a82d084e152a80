import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ResultCode } from "../../../src/core/sqlite/codes.ts";
import { Heap } from "../../../src/core/sqlite/heap.ts";
import { ScratchBudget, ScratchFile } from "../../../src/core/sqlite/scratch-file.ts";
import type { WasmExports } from "../../../src/core/sqlite/wasm-exports.ts";
import { database, refusal, rows, startSqlite } from "./sqlite-fixture.ts";

const heapBytes = 400_000;
const chunkBytes = 64 * 1024;

/** Memory without WASM: files only move bytes in it. */
function bareHeap(): Heap {
  const exports: Partial<WasmExports> = {};
  return new Heap({
    exports: exports as WasmExports,
    memory: { buffer: new ArrayBuffer(heapBytes) },
    installFunction: () => 0,
  });
}

type Step =
  | { readonly type: "write"; readonly offset: number; readonly length: number; readonly fill: number }
  | { readonly type: "read"; readonly offset: number; readonly length: number }
  | { readonly type: "truncate"; readonly size: number };

const offset = fc.oneof(
  fc.integer({ min: 0, max: 300_000 }),
  fc.integer({ min: -9, max: 9 }).map((near) => Math.max(0, 2 * chunkBytes + near)),
);
const length = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 150_000 }));
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant("write" as const), offset, length, fill: fc.integer({ min: 1, max: 255 }) }),
  fc.record({ type: fc.constant("read" as const), offset, length }),
  fc.record({ type: fc.constant("truncate" as const), size: offset }),
);

test("it is a file: compared with plain bytes", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const heap = bareHeap();
      const budget = new ScratchBudget(10 * 1024 * 1024);
      const file = new ScratchFile(heap, budget);
      let model = new Uint8Array(0);
      for (const one of steps) {
        if (one.type === "write") {
          heap.bytes.fill(one.fill, 0, one.length);
          expect(file.write(0, one.length, one.offset)).toBe(ResultCode.ok);
          if (one.length > 0 || one.offset > model.length) {
            const grown = new Uint8Array(Math.max(model.length, one.offset + one.length));
            grown.set(model);
            model = grown;
          }
          model.fill(one.fill, one.offset, one.offset + one.length);
        } else if (one.type === "truncate") {
          expect(file.truncate(one.size)).toBe(ResultCode.ok);
          model = model.slice(0, one.size);
        } else {
          heap.bytes.fill(0xee, 0, one.length);
          const whole = one.length === 0 || one.offset + one.length <= model.length;
          expect(file.read(0, one.length, one.offset)).toBe(whole ? ResultCode.ok : ResultCode.ioErrorShortRead);
          const expected = new Uint8Array(one.length);
          expected.set(model.subarray(one.offset, one.offset + one.length));
          expect(Buffer.compare(heap.bytes.subarray(0, one.length), expected)).toBe(0);
        }
        expect(file.sizeBytes()).toBe(model.length);
      }
      file.close();
      expect(budget.bytes).toBe(0);
    }),
    { numRuns: 200 },
  );
});

test("the budget is one for all files, and comes back", () => {
  const heap = bareHeap();
  const budget = new ScratchBudget(3 * chunkBytes);
  const one = new ScratchFile(heap, budget);
  const other = new ScratchFile(heap, budget);
  expect(one.write(0, 100, 0)).toBe(ResultCode.ok);
  expect(other.write(0, 100, chunkBytes)).toBe(ResultCode.ok);
  expect(one.write(0, 100, chunkBytes - 50)).toBe(ResultCode.full);
  other.truncate(chunkBytes);
  expect(one.write(0, 100, chunkBytes - 50)).toBe(ResultCode.ok);
  one.close();
  other.close();
  expect(budget.bytes).toBe(0);
});

describe("SQLite's own temporary files", () => {
  const series = (count: number) =>
    `WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM c LIMIT ${count}) SELECT x, hex(zeroblob(100)) AS y FROM c`;
  const small = { foreignKeys: false, cacheBytes: 256 * 1024 };

  test("sorts, materialised queries and VACUUM spill into them within the bound, and leave nothing", async () => {
    const sqlite = await startSqlite({ scratchBytesMax: 24 * 1024 * 1024 });
    const { writer } = database(sqlite, `CREATE TABLE t AS ${series(10_000)}`, small);
    for (let time = 0; time < 4; time += 1) {
      expect(rows(writer, `SELECT y, x FROM (${series(20_000)}) ORDER BY y, -x LIMIT 1`)[0]?.[1]).toBe(20_000);
      expect(rows(writer, `SELECT count(*) FROM (SELECT DISTINCT x, y FROM (${series(60_000)}))`)).toEqual([[60_000]]);
      rows(writer, "VACUUM");
    }
    expect(rows(writer, "PRAGMA integrity_check")).toEqual([["ok"]]);
  });

  test("beyond the bound it is SQLITE_FULL, and the next statement works", async () => {
    const sqlite = await startSqlite({ scratchBytesMax: 1024 * 1024 });
    const { writer } = database(sqlite, `CREATE TABLE t AS ${series(40_000)}`, small);
    for (let time = 0; time < 2; time += 1) {
      for (const sql of [`SELECT x FROM (${series(60_000)}) ORDER BY y, -x`, "VACUUM"]) {
        expect(refusal(writer, sql)).toEqual({ code: 13, message: "database or disk is full" });
        writer.resetState();
        expect(rows(writer, "SELECT count(*), sum(length(y)) FROM t")).toEqual([[40_000, 8_000_000]]);
      }
    }
    expect(rows(writer, "PRAGMA integrity_check")).toEqual([["ok"]]);
    expect(rows(writer, `SELECT x FROM (${series(100)}) ORDER BY y, -x LIMIT 1`)).toEqual([[100]]);
  });
});

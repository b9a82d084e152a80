import { describe, expect, test } from "vitest";
import { emptyFirstPage, readDatabaseHeader, setJournalVersion } from "../../../src/core/engine/database-header.ts";

const changed = (change: (page: Uint8Array) => void): Uint8Array => {
  const page = emptyFirstPage(4096);
  change(page);
  return page;
};

describe("database header", () => {
  test.each([512, 1024, 4096, 32_768, 65_536])("an empty first page of %i bytes is sound", (pageSize) => {
    expect(readDatabaseHeader(emptyFirstPage(pageSize))).toEqual({ ok: true, value: { pageSize, pageCount: 1 } });
  });

  test("WAL mode is fine", () => {
    expect(readDatabaseHeader(changed((page) => setJournalVersion(page, 2))).ok).toBe(true);
  });

  test("a page count that its writer did not vouch for is none", () => {
    expect(readDatabaseHeader(changed((page) => page.set([0, 0, 0, 9], 24)))).toEqual({
      ok: true,
      value: { pageSize: 4096, pageCount: null },
    });
  });

  test.each<[string, Uint8Array, string]>([
    ["shorter than a header", emptyFirstPage(4096).subarray(0, 99), "is shorter than a database header"],
    ["another format", changed((page) => page.set([0x50], 0)), "does not begin as a SQLite database does"],
    ["page size 3000", changed((page) => page.set([0x0b, 0xb8], 16)), "gives an impossible page size, 3000"],
    ["page size 256", changed((page) => page.set([1, 0], 16)), "gives an impossible page size, 256"],
    ["reserved bytes", changed((page) => page.set([2, 0, 1, 1, 40], 16)), "reserves too much of every page"],
    [
      "a newer format",
      changed((page) => page.set([3], 18)),
      "has file format versions 3 and 1, which no known SQLite writes",
    ],
    ["encrypted", changed((page) => page.set([9], 22)), "has a damaged header, or is encrypted"],
    ["schema format", changed((page) => page.set([0, 0, 0, 5], 44)), "has a schema format that no known SQLite writes"],
    ["UTF-16", changed((page) => page.set([0, 0, 0, 2], 56)), "holds its text as UTF-16, only UTF-8 is supported"],
  ])("refused: %s", (_name, page, error) => {
    expect(readDatabaseHeader(page)).toEqual({ ok: false, error });
  });
});

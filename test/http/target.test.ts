import { expect, test } from "vitest";
import { findRoute, routeTable } from "../../src/core/http/route-table.ts";
import { Targets } from "../../src/core/http/target.ts";

const read = (path: string) => new Targets(findRoute).read(`http://h:1${path}`);

/** Paths as a runtime may hand them on that doesn't tidy them up. */
test.each([
  ["/db/execute/../query", "/db/execute/../query", "/db/execute"],
  ["//db/query", "//db/query", null],
  ["/db%2Fquery", "/db/query", "/db/query"],
  ["/%64b/query?x", "/db/query", "/db/query"],
  ["/db/query+x", "/db/query+x", "/db/query"],
  ["/db/query#x?y", "/db/query", "/db/query"],
  ["/", "/", "/"],
  ["/?", "/", "/"],
  ["/%zz", "", null],
  ["/%ff", "/\ufffd", null],
])("%s", (raw, path, route) => {
  const target = read(raw);
  expect(target.path).toBe(path);
  expect(routeTable[target.route]?.path ?? null).toBe(route);
});

test.each([
  ["/a", null],
  ["/a?", ""],
  ["/a?b=%20?c", "b=%20?c"],
  ["/a?b#c", "b"],
])("the query string of %s stays as it is", (raw, rawQuery) => {
  expect(read(raw).rawQuery).toBe(rawQuery);
});

test("a bad escape in the path is a 400 too", () => {
  expect(read("/%zz").parameters).toEqual({ ok: false, error: 'invalid URL escape "%zz"' });
});

test("short URLs are remembered, a flood of others neither grows the memory nor empties it", () => {
  const targets = new Targets(findRoute);
  const often = targets.read("http://h/db/query?q=1");
  expect(targets.read("http://h/db/query?q=1")).toBe(often);
  for (let i = 0; i < 5000; i++) {
    targets.read(`http://h/db/query?q=x${i}`);
    if (i % 100 === 0) expect(targets.read("http://h/db/query?q=1")).toBe(often);
  }
  const long = `http://h/db/query?q=${"x".repeat(600)}`;
  expect(targets.read(long)).not.toBe(targets.read(long));
});

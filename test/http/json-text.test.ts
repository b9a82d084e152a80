import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { emptyEnvelope } from "../../src/core/http/envelope.ts";
import { compareByBytes, type PlainValue, writeJson, writeString } from "../../src/core/http/json-text.ts";

const value = fc.letrec<{ value: PlainValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: "binary" }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: "binary", maxLength: 4 }), tie("value"), { maxKeys: 4 }),
  ),
})).value;

/** JavaScript's own JSON with the five characters escaped that §5.2 adds. */
const reference = (text: string): string =>
  text.replace(/[<>&\u2028\u2029]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

describe("any value", () => {
  test("reads back as it was", () => {
    fc.assert(
      fc.property(value, fc.boolean(), (any, pretty) => {
        expect(JSON.parse(writeJson(any, pretty))).toEqual(any);
      }),
    );
  });
  test("is one line of no raw <, > or & when compact", () => {
    fc.assert(
      fc.property(value, (any) => {
        expect(writeJson(any, false)).not.toMatch(/[<>&\u2028\u2029\n\r]/);
      }),
    );
  });
  test("pretty differs from compact in white space only", () => {
    const withoutObjects = fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.integer(), fc.array(fc.integer())));
    fc.assert(
      fc.property(withoutObjects, (any) => {
        expect(writeJson(any, false)).toBe(reference(JSON.stringify(any)));
        expect(writeJson(any, true)).toBe(reference(JSON.stringify(any, null, 4)));
      }),
    );
  });
  test("an object's members come in the order of their bytes", () => {
    const encoder = new TextEncoder();
    const compare = (left: Uint8Array, right: Uint8Array): number => {
      for (let i = 0; i < left.length && i < right.length; i++) {
        const difference = (left[i] ?? 0) - (right[i] ?? 0);
        if (difference !== 0) return difference;
      }
      return left.length - right.length;
    };
    const text = fc.string({ unit: "binary" });
    fc.assert(
      fc.property(text, text, (left, right) => {
        expect(Math.sign(compareByBytes(left, right))).toBe(
          Math.sign(compare(encoder.encode(left), encoder.encode(right))),
        );
      }),
    );
  });
});

test.each<[string, PlainValue, string]>([
  [
    "escapes",
    '"\\\n\r\t\b\f\u0000\u001f\u007f<>&\u2028\u2029é😀',
    '"\\"\\\\\\n\\r\\t\\b\\f\\u0000\\u001f\u007f\\u003c\\u003e\\u0026\\u2028\\u2029é😀"',
  ],
  ["half a pair", "a\ud800b\udc00", '"a\\ufffdb\\ufffd"'],
  ["sorted members", { b: 1, a: 2, 10: 3, 9: 4 }, '{"10":3,"9":4,"a":2,"b":1}'],
  [
    "a Map's members in their order",
    new Map<string, PlainValue>([
      ["b", 1],
      ["a", []],
    ]),
    '{"b":1,"a":[]}',
  ],
  ["numbers", [1, -0, 1e21, 1e20, 1e-7, 0.000001, 1.5], "[1,-0,1e+21,100000000000000000000,1e-7,0.000001,1.5]"],
  ["64 bits", [9223372036854775807n, -9223372036854775808n], "[9223372036854775807,-9223372036854775808]"],
  ["nothing", {}, "{}"],
])("%s", (_name, any, text) => {
  expect(writeJson(any, false)).toBe(text);
});

test("pretty has four spaces, and empty brackets on one line", () => {
  expect(writeJson({ a: [], b: {}, c: [1, { d: null }] }, true)).toBe(
    '{\n    "a": [],\n    "b": {},\n    "c": [\n        1,\n        {\n            "d": null\n        }\n    ]\n}',
  );
});

test("what JSON can't say is a bug of the caller", () => {
  for (const number of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    expect(() => writeJson([number], false)).toThrow(RangeError);
  }
});

test("a string of its own", () => {
  expect(writeString("a<b")).toBe('"a\\u003cb"');
});

test.each([
  [null, null, false, '{"results":[]}'],
  ["", 0, false, '{"results":[]}'],
  ["stale read", null, false, '{"results":[],"error":"stale read"}'],
  ["x", 1.5, false, '{"results":[],"error":"x","time":0.0015}'],
  [null, 1500, true, '{\n    "results": [],\n    "time": 1.5\n}'],
])("an envelope without results: %j, %j, %j", (error, elapsedMs, pretty, text) => {
  expect(emptyEnvelope(error, elapsedMs, pretty)).toBe(text);
});

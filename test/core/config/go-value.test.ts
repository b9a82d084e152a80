import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseGoBool, parseGoDurationValue, parseGoInt, parseGoUint } from "../../../src/core/config/go-value.ts";

const value = <T>(parsed: { ok: true; value: T } | { ok: false; error: string }): T | string =>
  parsed.ok ? parsed.value : parsed.error;

describe("bool", () => {
  test.each(["1", "t", "T", "true", "TRUE", "True"])("%s is true", (text) => {
    expect(value(parseGoBool(text))).toBe(true);
  });
  test.each(["0", "f", "F", "false", "FALSE", "False"])("%s is false", (text) => {
    expect(value(parseGoBool(text))).toBe(false);
  });
  test.each(["", "yes", "on", "tRUE", "2", " true", "true "])("%j is neither", (text) => {
    expect(value(parseGoBool(text))).toBe("parse error");
  });
});

describe("uint", () => {
  test.each([
    ["0", 0n],
    ["7", 7n],
    ["010", 8n],
    ["0o10", 8n],
    ["0O10", 8n],
    ["0x10", 16n],
    ["0XfF", 255n],
    ["0b101", 5n],
    ["1_000", 1000n],
    ["0x_ff", 255n],
    ["0_7", 7n],
    ["0o_7", 7n],
    ["00", 0n],
    ["18446744073709551615", 18_446_744_073_709_551_615n],
  ])("%s", (text, expected) => {
    expect(value(parseGoUint(text))).toBe(expected);
  });
  test.each([
    "",
    "abc",
    "08",
    "0x",
    "0b2",
    "0o8",
    "0_",
    "_1",
    "1_",
    "1__0",
    "0x1_",
    "0x__1",
    "1.5",
    "1e9",
    " 1",
    "+1",
    "-1",
    "0xg",
  ])("%j is no number", (text) => {
    expect(value(parseGoUint(text))).toBe("parse error");
  });
  test.each(["18446744073709551616", "0xfffffffffffffffff", "99999999999999999999z"])("%s is too big", (text) => {
    expect(value(parseGoUint(text))).toBe("value out of range");
  });
});

describe("int", () => {
  test.each([
    ["-5", -5n],
    ["+5", 5n],
    ["-0x10", -16n],
    ["9223372036854775807", 9_223_372_036_854_775_807n],
    ["-9223372036854775808", -9_223_372_036_854_775_808n],
  ])("%s", (text, expected) => {
    expect(value(parseGoInt(text))).toBe(expected);
  });
  test.each(["9223372036854775808", "-9223372036854775809", "18446744073709551616"])("%s is too big", (text) => {
    expect(value(parseGoInt(text))).toBe("value out of range");
  });
  test.each(["", "-", "+", "--1", "+-1", "0x-1", "1-"])("%j is no number", (text) => {
    expect(value(parseGoInt(text))).toBe("parse error");
  });
});

test("every 64-bit number comes back, in every base", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (number) => {
      const sign = number < 0n ? "-" : "";
      const magnitude = number < 0n ? -number : number;
      for (const [prefix, base] of [
        ["", 10],
        ["0x", 16],
        ["0o", 8],
        ["0", 8],
        ["0b", 2],
      ] as const) {
        expect(value(parseGoInt(sign + prefix + magnitude.toString(base)))).toBe(number);
      }
    }),
  );
});

test("a duration tells no more than that it is none", () => {
  expect(value(parseGoDurationValue("1h30m"))).toBe(5_400_000_000_000n);
  expect(value(parseGoDurationValue("0"))).toBe(0n);
  for (const text of ["5", "", "1d", "1 s", "9999999h"]) expect(value(parseGoDurationValue(text))).toBe("parse error");
});

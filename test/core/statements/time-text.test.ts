import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatTimeText, formatUnixTime, zeroTime } from "../../../src/core/statements/time-text.ts";

const yearFault = "Time.MarshalText: year outside of range [0,9999]";
const offsetFault = "Time.MarshalText: timezone hour outside of range [0,23]";

describe("integers (http-api §7.2)", () => {
  test.each<[value: number, text: string]>([
    [0, "1970-01-01T00:00:00Z"],
    [1700000000, "2023-11-14T22:13:20Z"],
    [1700000000123, "2023-11-14T22:13:20.123Z"],
    [1700000000120, "2023-11-14T22:13:20.12Z"],
    [-1, "1969-12-31T23:59:59Z"],
    [-1700000000123, "1916-02-18T01:46:39.877Z"],
    [-62167219200, "0000-01-01T00:00:00Z"],
    [253402300799, "9999-12-31T23:59:59Z"],
    [1000000000001, "2001-09-09T01:46:40.001Z"],
  ])("%s", (value, text) => {
    expect(formatUnixTime(value)).toEqual({ ok: true, value: text });
  });

  test.each([-62167219201, 253402300800, 1e12, -1e12, 9.3e15, 2 ** 63])("%s has no year to write", (value) => {
    expect(formatUnixTime(value)).toEqual({ ok: false, error: yearFault });
  });
});

describe("texts (http-api §7.3)", () => {
  test.each<[text: string, written: string]>([
    ["2021-01-02 03:04:05+02:00", "2021-01-02T03:04:05+02:00"],
    ["2021-01-02T03:04:05-02:30", "2021-01-02T03:04:05-02:30"],
    ["2021-01-02 03:04:05", "2021-01-02T03:04:05Z"],
    ["2021-01-02T03:04:05", "2021-01-02T03:04:05Z"],
    ["2021-01-02 03:04", "2021-01-02T03:04:00Z"],
    ["2021-01-02T03:04", "2021-01-02T03:04:00Z"],
    ["2021-01-02", "2021-01-02T00:00:00Z"],
    ["2021-01-02Z", "2021-01-02T00:00:00Z"],
    ["2021-01-02T03:04:05Z", "2021-01-02T03:04:05Z"],
    ["2021-01-02 03:04:05+02:00Z", "2021-01-02T03:04:05+02:00"],
    ["2021-01-02   3:04:05", "2021-01-02T03:04:05Z"],
    ["2021-01-02 03:04:05.5", "2021-01-02T03:04:05.5Z"],
    ["2021-01-02 03:04:05,250", "2021-01-02T03:04:05.25Z"],
    ["2021-01-02 03:04:05.000", "2021-01-02T03:04:05Z"],
    ["2021-01-02 03:04:05.1234567899", "2021-01-02T03:04:05.123456789Z"],
    ["2021-01-02 03:04:05.1+01:00", "2021-01-02T03:04:05.1+01:00"],
    ["2021-01-02 03:04:05+00:00", "2021-01-02T03:04:05Z"],
    ["2021-01-02 03:04:05-00:00", "2021-01-02T03:04:05Z"],
    ["2021-01-02 03:04:05+02:60", "2021-01-02T03:04:05+03:00"],
    ["2020-02-29", "2020-02-29T00:00:00Z"],
    ["2000-02-29", "2000-02-29T00:00:00Z"],
    ["0000-01-01", "0000-01-01T00:00:00Z"],
  ])("%s", (text, written) => {
    expect(formatTimeText(text)).toEqual({ ok: true, value: written });
  });

  test.each([
    "",
    "now",
    "Z",
    "12:00:00",
    "2021-1-2",
    " 2021-01-02",
    "2021-01-02 ",
    "2021-01-02 03:04:05 ",
    "2021-01-02 03:04:05+0200",
    "2021-01-02 03:04+02:00",
    "2021-01-02 24:00:00",
    "2021-01-02 03:60:00",
    "2021-01-02 03:04:60",
    "2021-02-30",
    "2021-02-29",
    "1900-02-29",
    "2021-13-01",
    "2021-00-01",
    "2021-01-00",
    "2021-01-02 03:04:05.",
    "2021-01-02 03:04.5",
    "2021-01-02T 03:04:05",
    "2021-01-02t03:04:05",
    "2021-01-02 03:04:05z",
    "2021-01-02 03:04:05+25:00",
    "2021-01-02 03:04:05+02:61",
    "2021-01-02ZZ",
    "\ufeff2021-01-02",
  ])("%j is no time", (text) => {
    expect(formatTimeText(text)).toEqual({ ok: true, value: zeroTime });
  });

  test.each(["2021-01-02 03:04:05+24:00", "2021-01-02 03:04:05-24:00", "2021-01-02 03:04:05+23:60"])(
    "%s has no offset to write",
    (text) => {
      expect(formatTimeText(text)).toEqual({ ok: false, error: offsetFault });
    },
  );

  test("what an integer gives reads back as itself", () => {
    fc.assert(
      fc.property(fc.integer({ min: -62167219200, max: 253402300799 }), (seconds) => {
        const written = formatUnixTime(seconds);
        expect(written.ok && formatTimeText(written.value)).toEqual(written);
        expect(written.ok && Date.parse(written.value)).toBe(seconds * 1000);
      }),
    );
  });
});

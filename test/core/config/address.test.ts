import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isUnspecifiedIp, parseAddress, splitHostPort } from "../../../src/core/config/address.ts";

describe("host:port", () => {
  test.each([
    ["localhost:4001", "localhost", 4001],
    [":4001", "", 4001],
    ["node.db.local:", "node.db.local", 0],
    ["[::1]:4001", "::1", 4001],
    ["[]:1", "", 1],
    ["[fe80::1%lo0]:80", "fe80::1%lo0", 80],
    ["h:0", "h", 0],
    ["h:65535", "h", 65_535],
    ["h:65536", "h", null],
    ["h:-1", "h", null],
    ["h:http", "h", null],
    [":", "", 0],
  ])("%s", (text, host, port) => {
    expect(parseAddress(text)).toEqual({ text, host, port });
  });

  test.each([
    "",
    "localhost",
    "::1",
    "::1:80",
    "a:b:c",
    "[::1]",
    "[::1]80",
    "[::1",
    "::1]:80",
    "[[::1]]:80",
    "[a]b:1",
    "h:[1]",
    "a[b]:1",
  ])("%j is none", (text) => {
    expect(parseAddress(text)).toBeNull();
  });

  test("what was put together comes apart", () => {
    const part = fc.stringMatching(/^[a-z0-9.-]{0,12}$/);
    fc.assert(
      fc.property(part, part, fc.boolean(), (host, port, bracketed) => {
        const split = splitHostPort(`${bracketed ? `[${host}]` : host}:${port}`);
        expect(split).toEqual({ ok: true, value: { host, port } });
      }),
    );
  });
});

test.each(["0.0.0.0", "::", "0:0:0:0:0:0:0:0", "::0", "::ffff:0.0.0.0", "::ffff:0:0"])("%s is nowhere", (host) => {
  expect(isUnspecifiedIp(host)).toBe(true);
});
test.each(["", "0", "0.0.0.1", "127.0.0.1", "::1", "localhost", "00", "0.0.0.0.", "fe80::"])(
  "%s is somewhere",
  (host) => {
    expect(isUnspecifiedIp(host)).toBe(false);
  },
);

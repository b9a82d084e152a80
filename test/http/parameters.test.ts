import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Parameters, parseParameters } from "../../src/core/http/parameters.ts";
import { parseQueryString } from "../../src/core/http/query-string.ts";

function parsed(query: string): Parameters {
  const parameters = parseParameters(query);
  if (!parameters.ok) throw new Error(parameters.error);
  return parameters.value;
}

function fault(query: string): string | null {
  const parameters = parseParameters(query);
  return parameters.ok ? null : parameters.error;
}

describe("parsing, by Go's rules", () => {
  test.each([
    ["", {}],
    ["a", { a: "" }],
    ["a=", { a: "" }],
    ["a=1&a=2", { a: "1" }],
    ["a&a=2", { a: "" }],
    ["&&a=1&", { a: "1" }],
    ["a=b=c", { a: "b=c" }],
    ["=x", { "": "x" }],
    ["a+b=c+d", { "a b": "c d" }],
    ["%61=%2B%26%3D%3b", { a: "+&=;" }],
    ["a=%e2%82%ac", { a: "€" }],
    ["a=€", { a: "€" }],
    ["a=%ff", { a: "\ufffd" }],
    ["a=%EF%BB%BFx", { a: "\ufeffx" }],
    ["Pretty=1", { Pretty: "1" }],
    ["__proto__=1", { ["__proto__"]: "1" }],
  ])("%s", (query, expected) => {
    const result = parseQueryString(query);
    expect(result.ok && Object.fromEntries(result.value.values)).toEqual(expected);
  });

  test.each([
    [";", "invalid semicolon separator in query"],
    ["a=1;b=2", "invalid semicolon separator in query"],
    ["a=%ZZ&b=;", "invalid semicolon separator in query"],
    ["a=%ZZ", 'invalid URL escape "%ZZ"'],
    ["a=x%2", 'invalid URL escape "%2"'],
    ["a=%&b=1", 'invalid URL escape "%"'],
    ["%4=1", 'invalid URL escape "%4"'],
    ["a=%zz&b=%yy", 'invalid URL escape "%zz"'],
    ["a=1&a=%q0rest", 'invalid URL escape "%q0"'],
  ])("%s is malformed", (query, message) => {
    expect(fault(query)).toBe(message);
  });

  test("what was encoded comes back, the first of each name", () => {
    const text = fc.string({ unit: "binary", maxLength: 8 });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 6 }), fc.boolean(), (pairs, form) => {
        const encode = (part: string): string =>
          form ? encodeURIComponent(part).replaceAll("%20", "+") : encodeURIComponent(part);
        const result = parseQueryString(pairs.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&"));
        const first = new Map([...pairs].reverse());
        expect(result).toEqual({ ok: true, value: expect.objectContaining({ values: expect.any(Map) }) });
        if (result.ok) expect(new Map(result.value.values)).toEqual(first);
      }),
    );
  });

  test("any text is a query string or a known fault", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-c=&;%+0-9A-F]{0,24}$/), (query) => {
        const result = parseQueryString(query);
        if (!result.ok) {
          expect(result.error).toMatch(/^invalid semicolon separator in query$|^invalid URL escape "%[^"]{0,2}"$/);
          expect(/;|%(?![0-9A-F]{2})/i.test(query)).toBe(true);
        } else {
          expect(/;|%(?![0-9A-F]{2})/i.test(query)).toBe(false);
        }
      }),
    );
  });

  test("q keeps bytes that are no text", () => {
    expect([...(parsed("q=%ff%00+%41").q ?? [])]).toEqual([0xff, 0, 0x20, 0x41]);
    expect(parsed("q=a&q=b").q).toEqual(new TextEncoder().encode("a"));
    expect(parsed("Q=a").q).toBeNull();
  });
});

describe("validation, in its order (http-api §3.2)", () => {
  test.each([
    ["freshness_strict&timeout=x", "freshness_strict requires freshness"],
    ["timeout=x&freshness=x&db_timeout=x&linearizable_timeout=x", "timeout is not a valid duration"],
    ["linearizable_timeout=x&db_timeout=x&freshness=x", "freshness is not a valid duration"],
    ["linearizable_timeout=x&db_timeout=x", "db_timeout is not a valid duration"],
    ["linearizable_timeout=x&retries=x", "linearizable_timeout is not a valid duration"],
    ["trailing_logs=x&retries=x", "retries is not a valid integer"],
    ["trailing_logs=x&q=", "trailing_logs is not a valid integer"],
    ["q=", "query parameter not set"],
    ["q", "query parameter not set"],
    ["freshness_strict&freshness=x", "freshness is not a valid duration"],
  ])("%s", (query, message) => {
    expect(fault(query)).toBe(message);
  });

  test.each(["", "5", "0.0", "1d", "1 s", "1S", "+", "s", "9223372036854775808ns", "1h1", "0x1s"])(
    "%j is no duration",
    (text) => {
      expect(fault(`timeout=${encodeURIComponent(text)}`)).toBe("timeout is not a valid duration");
    },
  );
  test.each([
    ["0", 0],
    ["-0", 0],
    ["1h30m", 5_400_000],
    [".5s", 500],
    ["1.s", 1000],
    ["-1s", -1000],
    ["1us", 0.001],
    ["1%C2%B5s", 0.001],
    ["1%CE%BCs", 0.001],
  ])("%s is %d ms", (text, ms) => {
    expect(parsed(`timeout=${text}`).timeoutMs).toBeCloseTo(ms, 9);
  });

  test.each(["", "1.5", "0x10", "1_0", "abc", " 1", "9223372036854775808", "-9223372036854775809", "--1"])(
    "%j is no integer",
    (text) => {
      expect(fault(`retries=${encodeURIComponent(text)}`)).toBe("retries is not a valid integer");
    },
  );
  test.each([
    ["0", 0],
    ["010", 10],
    ["%2B7", 7],
    ["-7", -7],
    ["0000000000000000000000007", 7],
    ["9223372036854775807", 2 ** 63],
    ["-9223372036854775808", -(2 ** 63)],
  ])("%s is the integer %d", (text, value) => {
    expect(parsed(`retries=${text}`).retries).toBe(value);
  });
});

describe("meaning (http-api §3.3)", () => {
  test("without any", () => {
    const { terms, ...rest } = parsed("");
    expect(rest).toEqual({
      compress: false,
      format: "binary",
      key: "",
      noleader: false,
      nonvoters: false,
      pretty: false,
      q: null,
      queue: false,
      redirect: false,
      retries: 0,
      sync: false,
      tables: [],
      timeoutMs: 30_000,
      timings: false,
      trailingLogs: 0,
      vacuum: false,
      nodesAsArray: false,
      wait: false,
    });
    const options = {
      transaction: false,
      associative: false,
      blobArray: false,
      qualifyColumns: false,
      pretty: false,
      timings: false,
      raftIndex: false,
      dbTimeoutMs: 0,
    };
    const shared = {
      level: "weak",
      freshnessMs: 0,
      freshnessStrict: false,
      timeoutMs: 30_000,
      retries: 0,
      redirect: false,
    };
    expect(terms.execute).toEqual({ ...shared, options, linearizableTimeoutMs: 1000 });
    expect(terms.query).toEqual({ ...shared, options, linearizableTimeoutMs: 10_000 });
    expect(terms.request).toEqual({ ...shared, options, linearizableTimeoutMs: 1000 });
    expect(terms.load).toEqual({ ...shared, options, linearizableTimeoutMs: 1000 });
  });

  test("a flag is on when it is there, whatever it says", () => {
    for (const value of ["", "=", "=false", "=0", "=no"]) {
      const { pretty, timings, redirect, compress, vacuum } = parsed(
        ["pretty", "timings", "redirect", "compress", "vacuum"].map((name) => name + value).join("&"),
      );
      expect([pretty, timings, redirect, compress, vacuum]).toEqual([true, true, true, true, true]);
    }
    expect(parsed("Pretty").pretty).toBe(false);
  });

  test("each endpoint takes what is its own", () => {
    const { terms } = parsed(
      "transaction&associative&blob_array&qualify_columns&pretty&timings&raft_index&db_timeout=2s" +
        "&linearizable_timeout=3s&timeout=4s&retries=5&redirect&level=none&freshness=6s&freshness_strict",
    );
    const all = {
      transaction: true,
      associative: true,
      blobArray: true,
      qualifyColumns: true,
      pretty: true,
      timings: true,
      raftIndex: true,
      dbTimeoutMs: 2000,
    };
    expect(terms.query.options).toEqual(all);
    expect(terms.request.options).toEqual(all);
    expect(terms.execute.options).toEqual({ ...all, qualifyColumns: false });
    expect(terms.load.options).toEqual({
      transaction: false,
      associative: false,
      blobArray: false,
      qualifyColumns: false,
      pretty: true,
      timings: true,
      raftIndex: false,
      dbTimeoutMs: 0,
    });
    expect(terms.query.linearizableTimeoutMs).toBe(3000);
    expect(terms.request.linearizableTimeoutMs).toBe(1000);
    expect(terms.execute).toMatchObject({
      timeoutMs: 4000,
      retries: 5,
      redirect: true,
      level: "none",
      freshnessMs: 6000,
      freshnessStrict: true,
    });
  });

  test.each([
    ["linearizable_timeout=0", 1000],
    ["linearizable_timeout=-1s", -1000],
  ])("%s", (query, linearizableTimeoutMs) => {
    expect(parsed(query).terms.query.linearizableTimeoutMs).toBe(linearizableTimeoutMs);
  });
  test("no SQL limit below zero", () => {
    expect(parsed("db_timeout=-1s").terms.query.options.dbTimeoutMs).toBe(0);
  });
  test.each([
    ["none", "none"],
    ["STRONG", "strong"],
    ["Auto", "auto"],
    ["linearizable", "linearizable"],
    ["weak", "weak"],
    ["", "weak"],
    ["nonsense", "weak"],
  ])("level=%s is %s", (text, level) => {
    expect(parsed(`level=${text}`).terms.query.level).toBe(level);
  });
  test.each([
    ["sql", "sql"],
    ["SQL", "sql"],
    ["Delete", "delete"],
    ["binary", "binary"],
    ["", "binary"],
    ["other", "binary"],
  ])("fmt=%s is %s", (text, format) => {
    expect(parsed(`fmt=${text}`).format).toBe(format);
  });
  test.each([
    ["tables=", []],
    ["tables=a", ["a"]],
    ["tables=+a+,,%20b,", ["a", "b"]],
    ["tables=,", []],
  ])("%s", (query, tables) => {
    expect(parsed(query).tables).toEqual(tables);
  });
  test.each([
    ["ver=2", true],
    ["ver=1", false],
    ["ver", false],
    ["ver=02", false],
  ])("%s", (query, nodesAsArray) => {
    expect(parsed(query).nodesAsArray).toBe(nodesAsArray);
  });
  test("is frozen, since requests share it", () => {
    const parameters = parsed("tables=a");
    expect(Object.isFrozen(parameters)).toBe(true);
    expect(Object.isFrozen(parameters.tables)).toBe(true);
    for (const terms of Object.values(parameters.terms)) {
      expect(Object.isFrozen(terms)).toBe(true);
      expect(Object.isFrozen(terms.options)).toBe(true);
    }
  });
});

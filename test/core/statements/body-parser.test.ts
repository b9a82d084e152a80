import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StorageClass } from "../../../src/core/sqlite/mod.ts";
import { type Parameter, parseBody } from "../../../src/core/statements/mod.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

type Shown = string | [sql: string, ...parameters: unknown[]];

/** A parameter as the plainest value that still tells its storage class. */
function show({ name, class: kind, value }: Parameter): unknown {
  const shown =
    kind === StorageClass.text
      ? decoder.decode(value)
      : kind === StorageClass.real
        ? { real: Object.is(value, -0) ? "-0" : String(value) }
        : kind === StorageClass.blob
          ? { blob: [...value] }
          : kind === StorageClass.integer
            ? { int: String(value) }
            : value;
  return name === null ? shown : { name, value: shown };
}

function parse(body: string | Uint8Array): readonly Shown[] | { fault: string } {
  const parsed = parseBody("json", typeof body === "string" ? encoder.encode(body) : body);
  if (!parsed.ok) return { fault: parsed.error };
  return parsed.value.statements.map(({ sql, parameters }) =>
    parameters.length === 0 ? decoder.decode(sql) : [decoder.decode(sql), ...parameters.map(show)],
  );
}

const bytes = (...parts: (string | number)[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "number" ? [part] : [...encoder.encode(part)])));

describe("the grammar (http-api §4.2)", () => {
  test.each<[body: string, shown: readonly Shown[]]>([
    ['["A"]', ["A"]],
    ['[""]', [""]],
    [' [ "A" , "B" ] ', ["A", "B"]],
    ['\t\r\n["A"]', ["A"]],
    ['["A",["B",1],"C"]', ["A", ["B", { int: "1" }], "C"]],
    ['[["A"]]', ["A"]],
    ['["A"] junk', ["A"]],
    ['["A"]["B"]', ["A"]],
    [String.raw`["\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00"]`, ['"\\/\b\f\n\r\tAé😀']],
    [String.raw`["a\ud800b\udc00\ud800\ud800c"]`, ["a\ufffdb\ufffd\ufffd\ufffdc"]],
    [String.raw`["\ud800\u0041"]`, ["\ufffdA"]],
    [String.raw`["A\u0000B"]`, ["A"]],
  ])("%s", (body, shown) => {
    expect(parse(body)).toEqual(shown);
  });

  test.each([
    ["", "invalid JSON body"],
    [" ", "invalid JSON body"],
    ["junk", "invalid JSON body"],
    ['\ufeff["A"]', "invalid JSON body"],
    ["]", "invalid JSON body"],
    [",", "invalid JSON body"],
    ["nul", "invalid JSON body"],
    ['"x', "invalid JSON body"],
    ["-", "invalid JSON body"],
    ["{}", "invalid request"],
    ["{", "invalid request"],
    ["null", "invalid request"],
    ["nullx", "invalid request"],
    ['"x"', "invalid request"],
    ["12", "invalid request"],
    ["[", "invalid JSON body"],
    ["[}", "invalid JSON body"],
    ["[]", "no statements"],
    ["[ ] x", "no statements"],
    ["[,]", "invalid JSON body"],
    ["[1", "invalid request"],
    ["[1]", "invalid request"],
    ["[1.", "invalid JSON body"],
    ["[null]", "invalid request"],
    ["[tru]", "invalid JSON body"],
    ["[{}]", "invalid request"],
    ['[{"a"', "invalid request"],
    ["[[]]", "invalid request"],
    ["[[1]]", "invalid request"],
    ['[["A"],[1]]', "invalid request"],
    ["[[1", "invalid JSON body"],
    ["[[{}]", "invalid request"],
    ['["A"', "invalid JSON body"],
    ['["A', "invalid JSON body"],
    ['["A",', "invalid JSON body"],
    ['["A",]', "invalid JSON body"],
    ['["A" "B"]', "invalid JSON body"],
    ['["A"}', "invalid JSON body"],
    ['["A\n"]', "invalid JSON body"],
    [String.raw`["\x"]`, "invalid JSON body"],
    [String.raw`["\u12g4"]`, "invalid JSON body"],
    [String.raw`["\u12`, "invalid JSON body"],
    ["['A']", "invalid JSON body"],
    ['[["A",[1.5]],1]', "unsupported type 1.5"],
    ['[["A",[1.5],x]]', "invalid JSON body"],
    ['[["A",[1.5]', "invalid JSON body"],
    ['[["A",1,]]', "invalid JSON body"],
    ['[["A",01]]', "invalid JSON body"],
    ['[["A",+1]]', "invalid JSON body"],
    ['[["A",1e]]', "invalid JSON body"],
    ['[["A",.5]]', "invalid JSON body"],
    ['[["A",nan]]', "invalid JSON body"],
    ['[["A",1e400]]', "invalid number 1e400"],
    ['[["A",-1e400,[1.5]]]', "invalid number -1e400"],
    ['[["A",{"a":1e400}]]', "invalid number 1e400"],
    ['[["A",["a"]]]', "unsupported type string"],
    ['[["A",[true]]]', "unsupported type bool"],
    ['[["A",[false]]]', "unsupported type bool"],
    ['[["A",[null]]]', "unsupported type <nil>"],
    ['[["A",[[1]]]]', "unsupported type []interface {}"],
    ['[["A",[{}]]]', "unsupported type map[string]interface {}"],
    ['[["A",[256]]]', "unsupported type 256"],
    ['[["A",[-4]]]', "unsupported type -4"],
    ['[["A",[1.0]]]', "unsupported type 1.0"],
    ['[["A",[1,2,12345678901234567890]]]', "unsupported type 12345678901234567890"],
    ['[["A",[1,"a",1.5]]]', "unsupported type string"],
    ['[["A",{"a":{}}]]', "unsupported type map[string]interface {}"],
    ['[["A",{"a":[1.5]}]]', "unsupported type 1.5"],
    ['[["A",{"a":1,}]]', "invalid JSON body"],
    ['[["A",{"a"}]]', "invalid JSON body"],
    ['[["A",{1:1}]]', "invalid JSON body"],
    ['[["A",{"a":1]]', "invalid JSON body"],
    ['[["A",[1,]]]', "invalid JSON body"],
    ['[["A",[[1,]]]]', "invalid JSON body"],
    ['[["A",[{"a":1,}]]]', "invalid JSON body"],
  ])("%s: %s", (body, fault) => {
    expect(parse(body)).toEqual({ fault });
  });

  test("bytes that are not UTF-8 become U+FFFD, each for itself", () => {
    expect(parse(bytes('["a', 0xff, "b", 0xe2, 0x82, "c", 0xed, 0xa0, 0x80, 'd"]'))).toEqual([
      "a\ufffdb\ufffd\ufffdc\ufffd\ufffd\ufffdd",
    ]);
    expect(parse(bytes('["a\\n', 0xc3, 'é"]'))).toEqual(["a\n\ufffdé"]);
    expect(parse(bytes('["', 0xc3, 'é"]'))).toEqual(["\ufffdé"]);
  });

  test("depth is bounded and costs no stack", () => {
    const nested = (depth: number): string => `[["A",${"[".repeat(depth)}${"]".repeat(depth)}]]`;
    expect(parse(nested(5000))).toEqual({ fault: "unsupported type []interface {}" });
    expect(parse(nested(1_000_000))).toEqual({ fault: "invalid JSON body" });
  });

  test("a text is one statement, whatever it is", () => {
    const parsed = parseBody("text", bytes('["A"]', 0xff, 0, "rest"));
    expect(parsed.ok && parsed.value.statements.map(({ sql }) => [...sql])).toEqual([[...bytes('["A"]', 0xff)]]);
  });

  test("only an empty text is no statement", () => {
    const sqlOf = (text: Uint8Array) => {
      const parsed = parseBody("text", text);
      return parsed.ok ? parsed.value.statements[0]?.sql.length : null;
    };
    expect(sqlOf(bytes())).toBe(0);
    expect(sqlOf(bytes(0, "x"))).toBe(1);
  });
});

describe("parameters (http-api §4.3)", () => {
  test.each<[json: string, shown: unknown]>([
    ["7", { int: "7" }],
    ["-0", { int: "0" }],
    ["-12", { int: "-12" }],
    ["999999999999999", { int: "999999999999999" }],
    ["9007199254740993", { int: "9007199254740993" }],
    ["9223372036854775807", { int: "9223372036854775807" }],
    ["-9223372036854775808", { int: "-9223372036854775808" }],
    ["9223372036854775808", { real: "9223372036854776000" }],
    ["-9223372036854775809", { real: "-9223372036854776000" }],
    ["123456789012345678901234567890", { real: "1.2345678901234568e+29" }],
    ["1.0", { real: "1" }],
    ["1e3", { real: "1000" }],
    ["-0.0", { real: "-0" }],
    ["1E-400", { real: "0" }],
    ["1.7976931348623157e+308", { real: "1.7976931348623157e+308" }],
    ["true", { int: "1" }],
    ["false", { int: "0" }],
    ["null", null],
    ['"x"', "x"],
    ['""', ""],
    [`"x'0aFF'"`, { blob: [10, 255] }],
    [`"X'41'"`, { blob: [0x41] }],
    [`" \\tx'41'\\n "`, { blob: [0x41] }],
    [`"x''"`, { blob: [] }],
    [`"x'0'"`, "x'0'"],
    [`"x'zz'"`, "x'zz'"],
    [`"x'"`, "x'"],
    [`"x'41' x"`, "x'41' x"],
    ["[]", { blob: [] }],
    ["[0, 1,255]", { blob: [0, 1, 255] }],
    ["[-0]", { blob: [0] }],
  ])("%s", (json, shown) => {
    expect(parse(`[["A",${json}]]`)).toEqual([["A", shown]]);
    expect(parse(`[["A",{"n":${json}}]]`)).toEqual([["A", { name: "n", value: shown }]]);
  });

  test("objects, mixed with positions", () => {
    expect(parse('[["A",{},1,{"a":2,"":3,"b":4},5]]')).toEqual([
      [
        "A",
        { int: "1" },
        { name: "a", value: { int: "2" } },
        { int: "3" },
        { name: "b", value: { int: "4" } },
        { int: "5" },
      ],
    ]);
    expect(parse('[["A",{}]]')).toEqual(["A"]);
  });

  test("the last of a name counts, also for what is wrong with it", () => {
    expect(parse('[["A",{"a":{},"b":1,"a":2}]]')).toEqual([
      ["A", { name: "a", value: { int: "2" } }, { name: "b", value: { int: "1" } }],
    ]);
    expect(parse('[["A",{"a":2,"a":{}}]]')).toEqual({ fault: "unsupported type map[string]interface {}" });
  });

  test.each([
    ["id", null],
    ["éa", null],
    [":id", 'name ":id" does not begin with a letter'],
    ["_id", 'name "_id" does not begin with a letter'],
    ["1", 'name "1" does not begin with a letter'],
    ['"\\\n\u0001', 'name "\\"\\\\\\n\\x01" does not begin with a letter'],
  ])("name %s", (name, fault) => {
    const parsed = parseBody("json", encoder.encode(JSON.stringify([["A", { [name]: 1 }]])));
    expect(parsed.ok && parsed.value.statements[0]?.nameFault).toBe(fault);
  });
});

describe("against JSON.parse", () => {
  const text = fc.string({ unit: "binary" }).map((value) => value.replaceAll("\0", ""));
  const scalar = fc.oneof(
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const parameter = fc.oneof(
    scalar,
    fc.uint8Array().map((array) => [...array]),
    fc.dictionary(text, scalar),
  );
  const statement = fc.oneof(
    text,
    fc.tuple(text, fc.array(parameter)).map(([sql, list]) => [sql, ...list]),
  );

  const isHexLiteral = (value: string): boolean => /^\s*[xX]'.*'\s*$/s.test(value);
  function expectedParameter(value: unknown): unknown {
    if (typeof value === "number") {
      const literal = JSON.stringify(value);
      return /[.e]/.test(literal) || Math.abs(value) >= 2 ** 63 ? { real: literal } : { int: String(BigInt(literal)) };
    }
    if (typeof value === "boolean") return { int: value ? "1" : "0" };
    if (Array.isArray(value)) return { blob: value };
    return value;
  }

  test("any body", () => {
    fc.assert(
      fc.property(fc.array(statement, { minLength: 1 }), fc.constantFrom(undefined, 1), (statements, indent) => {
        fc.pre(!isHexLiteral(JSON.stringify(statements)) && !JSON.stringify(statements).includes("'"));
        const expected = statements.map((item) => {
          if (typeof item === "string") return item;
          const [sql, ...list] = item;
          const shown = list.flatMap((value) =>
            typeof value === "object" && value !== null && !Array.isArray(value)
              ? Object.entries(value).map(([name, member]) =>
                  name === "" ? expectedParameter(member) : { name, value: expectedParameter(member) },
                )
              : [expectedParameter(value)],
          );
          return shown.length === 0 ? sql : [sql, ...shown];
        });
        expect(parse(JSON.stringify(statements, null, indent))).toEqual(expected);
      }),
    );
  });

  test("what is not JSON is never taken for it, and what is never for something else", () => {
    const start = encoder.encode('[["INSERT é",1,-2.5e3,"x\\u00e9\\n",[1,2],{"a":[1],"b":null}],"B",["C",true]]');
    const edit = fc.record({
      at: fc.nat(start.length - 1),
      byte: fc.oneof(fc.nat(255), fc.constantFrom(...encoder.encode('[]{},:"\\ 0'))),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const body = start.slice();
        for (const { at, byte } of edits) body[at] = byte;
        let isJson = true;
        try {
          JSON.parse(new TextDecoder().decode(body));
        } catch {
          isJson = false;
        }
        const result = parse(body);
        if (isJson) expect(result).not.toEqual({ fault: "invalid JSON body" });
        else if (!("fault" in result)) {
          // Something after the end is not looked at: some beginning of it must be JSON.
          const text = decoder.decode(body);
          const prefixes = [...text.matchAll(/\]/g)].map(({ index }) => text.slice(0, index + 1));
          expect(prefixes.some((prefix) => parses(prefix))).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });

  function parses(json: string): boolean {
    try {
      JSON.parse(json);
      return true;
    } catch {
      return false;
    }
  }
});

describe("disallowed PRAGMAs (http-api §8.9)", () => {
  test.each([
    "PRAGMA journal_mode=WAL",
    "  pragma\tmain.Journal_Mode  = x",
    "PRAGMA wal_autocheckpoint = 1",
    "PRAGMA wal_checkpoint",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "PRAGMA main.wal_checkpoint",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA query_only=0",
    "PRAGMA synchronous(1)",
    "/* x */ PRAGMA -- y\n synchronous/**/=1",
    ";; PRAGMA synchronous=1",
    'PRAGMA "main".synchronous=1',
    "PRAGMA [main] . synchronous=1",
    'PRAGMA"journal_mode"=x',
  ])("%s", (sql) => {
    const parsed = parseBody("json", encoder.encode(JSON.stringify(["SELECT 1", sql])));
    expect(parsed.ok && parsed.value.disallowedPragma).toBe(true);
  });

  test.each([
    "PRAGMA journal_mode",
    "PRAGMA synchronous",
    "PRAGMA query_only;",
    "PRAGMA foreign_keys=1",
    "PRAGMA user_version=4",
    "PRAGMAjournal_mode=1",
    "SELECT 'PRAGMA journal_mode=WAL'",
    "-- PRAGMA journal_mode=WAL",
    "/* PRAGMA journal_mode=WAL",
    "",
  ])("allowed: %s", (sql) => {
    const parsed = parseBody("json", encoder.encode(JSON.stringify([sql])));
    expect(parsed.ok && parsed.value.disallowedPragma).toBe(false);
  });
});

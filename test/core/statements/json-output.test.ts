import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JsonOutput } from "../../../src/core/statements/json-output.ts";
import { sequenceLength } from "../../../src/core/statements/utf8.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function written(write: (output: JsonOutput) => void, pretty = false): string {
  const output = new JsonOutput();
  output.restart(pretty);
  write(output);
  return decoder.decode(output.take());
}

const string = (bytes: Uint8Array): string => written((output) => output.string(bytes));

describe("strings (http-api §5.2)", () => {
  test.each([
    ["", '""'],
    [`a"b\\c`, String.raw`"a\"b\\c"`],
    ["\n\r\t\b\f", String.raw`"\n\r\t\b\f"`],
    ["\u0000\u0001\u001f\u007f", '"\\u0000\\u0001\\u001f\u007f"'],
    ["<a>&'/", String.raw`"\u003ca\u003e\u0026'/"`],
    ["\u2027\u2028\u2029\u202a", '"\u2027\\u2028\\u2029\u202a"'],
    ["é€😀\ufffd\ufeff", '"é€😀\ufffd\ufeff"'],
  ])("%j", (text, json) => {
    expect(string(encoder.encode(text))).toBe(json);
  });

  test.each<[bytes: number[], json: string]>([
    [[0x61, 0xff, 0x62], String.raw`"a\ufffdb"`],
    [[0xe2, 0x82], String.raw`"\ufffd\ufffd"`],
    [[0xe2, 0x82, 0x41], String.raw`"\ufffd\ufffdA"`],
    [[0xed, 0xa0, 0x80], String.raw`"\ufffd\ufffd\ufffd"`],
    [[0xc0, 0x80], String.raw`"\ufffd\ufffd"`],
    [[0xf0, 0x9f, 0x98], String.raw`"\ufffd\ufffd\ufffd"`],
    [[0xf4, 0x90, 0x80, 0x80], String.raw`"\ufffd\ufffd\ufffd\ufffd"`],
  ])("bytes that are not UTF-8: %j", (bytes, json) => {
    expect(string(Uint8Array.from(bytes))).toBe(json);
  });

  /** Escaping the slow way: JSON.stringify and what it leaves. */
  const reference = (text: string): string =>
    JSON.stringify(text).replace(
      /[<>&\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );

  test("any text, short or long", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(2), (text, exponent) => {
        const repeated = text.repeat(10 ** exponent);
        expect(string(encoder.encode(repeated))).toBe(reference(repeated));
      }),
      { numRuns: 200 },
    );
  });

  test("long runs of plain bytes, and characters across the pieces it is written in", () => {
    for (const padding of [0, 1, 2, 3]) {
      const text = `${"x".repeat(16 * 1024 - padding)}😀${"y".repeat(20_000)}"${"€".repeat(9000)}`;
      expect(string(encoder.encode(text))).toBe(reference(text));
    }
  });

  test("any bytes read back as JSON", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const parsed: unknown = JSON.parse(string(bytes));
        // Where all is valid nothing is replaced; elsewhere each byte is, so there are at least as many as in the text.
        if (isValid(bytes)) expect(parsed).toBe(decoder.decode(bytes));
        else expect(parsed).toContain("\ufffd");
      }),
    );
  });
});

function isValid(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

test("UTF-8 is what TextDecoder takes for it", () => {
  const continuation = fc.integer({ min: 0x7f, max: 0xc0 });
  const bytes = fc.oneof(
    fc.tuple(fc.integer({ min: 0x80, max: 0xff }), fc.nat(255), continuation, continuation),
    fc.tuple(fc.integer({ min: 0xe0, max: 0xf5 }), continuation, continuation, continuation),
  );
  fc.assert(
    fc.property(bytes, fc.integer({ min: 1, max: 4 }), (array, end) => {
      const text = Uint8Array.from(array);
      const length = sequenceLength(text, 0, end);
      const valid = [2, 3, 4].filter((count) => count <= end && isValid(text.subarray(0, count)))[0] ?? 0;
      expect(length).toBe(valid);
    }),
    { numRuns: 5000 },
  );
});

describe("numbers (http-api §5.2)", () => {
  test.each<[value: number, text: string]>([
    [0, "0"],
    [-0, "-0"],
    [1, "1"],
    [1e20, "100000000000000000000"],
    [1e21, "1e+21"],
    [1e-7, "1e-7"],
    [0.000001, "0.000001"],
    [0.0001, "0.0001"],
    [-0.5, "-0.5"],
    [12.34, "12.34"],
    [1.005, "1.005"],
    [0.1 + 0.2, "0.30000000000000004"],
    [99999.9999, "99999.9999"],
    [5e-324, "5e-324"],
    [1.7976931348623157e308, "1.7976931348623157e+308"],
  ])("%s", (value, text) => {
    expect(written((output) => output.real(value))).toBe(text);
  });

  test("doubles are as JavaScript prints them", () => {
    const decimal = fc.tuple(fc.maxSafeInteger(), fc.nat(8)).map(([digits, places]) => digits / 10 ** places);
    const short = fc.tuple(fc.integer(), fc.nat(6)).map(([digits, places]) => digits / 10 ** places);
    fc.assert(
      fc.property(fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), decimal, short), (value) => {
        expect(written((output) => output.real(value))).toBe(Object.is(value, -0) ? "-0" : String(value));
      }),
      { numRuns: 5000 },
    );
  });

  test("integers", () => {
    const power = fc.nat(15).map((exponent) => 10 ** exponent);
    const near = fc
      .tuple(power, fc.integer({ min: -1, max: 1 }), fc.constantFrom(1, -1))
      .map(([p, d, s]) => s * (p + d));
    fc.assert(
      fc.property(fc.oneof(fc.maxSafeInteger(), fc.integer(), near), (value) => {
        expect(written((output) => output.integer(value))).toBe(String(value));
      }),
      { numRuns: 2000 },
    );
  });

  test("an infinity is a broken invariant", () => {
    expect(() => written((output) => output.real(Number.POSITIVE_INFINITY))).toThrow("finite");
  });
});

describe("bytes", () => {
  test("base64 and arrays", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
        expect(written((output) => output.base64(bytes))).toBe(`"${btoa(binary)}"`);
        expect(written((output) => output.byteArray(bytes))).toBe(JSON.stringify([...bytes]));
      }),
    );
  });
});

describe("structure", () => {
  function write(output: JsonOutput, value: unknown): void {
    if (Array.isArray(value)) {
      output.open("[");
      for (const item of value) {
        output.item();
        write(output, item);
      }
      output.close("]");
    } else if (typeof value === "object" && value !== null) {
      output.open("{");
      for (const [name, member] of Object.entries(value)) {
        output.member(name);
        write(output, member);
      }
      output.close("}");
    } else output.ascii(String(value));
  }

  test("compact and with four-space indent", () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: "small" },
        fc.integer(),
        fc.array(tie("value")),
        fc.dictionary(fc.stringMatching(/^[a-z]+$/), tie("value")),
      ),
    }));
    fc.assert(
      fc.property(value, (value) => {
        expect(written((output) => write(output, value))).toBe(JSON.stringify(value));
        expect(written((output) => write(output, value), true)).toBe(JSON.stringify(value, null, 4));
      }),
    );
  });
});

import { done, failed, type Outcome, parseGoDuration } from "../base/mod.ts";

/** Why a text is no value of its type, in the words of Go's `flag` package (operations §1.1). */
export type ValueError = "parse error" | "value out of range";

const truths = new Set(["1", "t", "T", "true", "TRUE", "True"]);
const lies = new Set(["0", "f", "F", "false", "FALSE", "False"]);
const uintLimit = 2n ** 64n;
const intLimit = 2n ** 63n;

/** `1 t T true TRUE True` and their opposites, nothing else. */
export function parseGoBool(text: string): Outcome<boolean, ValueError> {
  if (truths.has(text)) return done(true);
  return lies.has(text) ? done(false) : failed("parse error");
}

/** An unsigned 64-bit number; its prefix tells the base (`0x`, `0b`, `0o`, `0`), `_` may part digits. */
export function parseGoUint(text: string): Outcome<bigint, ValueError> {
  const prefix = /^0[xXbBoO]/.exec(text)?.[0] ?? (/^0[0-9_]/.test(text) ? "0" : "");
  const base = BigInt({ "": 10, "0x": 16, "0b": 2, "0o": 8, "0": 8 }[prefix.toLowerCase()] ?? 10);
  const digits = text.slice(prefix.length);
  // A number too big is told as such even when what follows is no digit: that is where Go stops reading.
  let value = 0n;
  for (const char of digits) {
    if (char === "_") continue;
    const digit = /^[0-9a-fA-F]$/.test(char) ? BigInt(Number.parseInt(char, 16)) : base;
    if (digit >= base) return failed("parse error");
    value = value * base + digit;
    if (value >= uintLimit) return failed("value out of range");
  }
  const grouped = prefix === "" ? /^[^_]+(?:_[^_]+)*$/ : /^(?:_?[^_]+)+$/;
  return grouped.test(digits) ? done(value) : failed("parse error");
}

/** A signed 64-bit number, written like the unsigned one behind an optional sign. */
export function parseGoInt(text: string): Outcome<bigint, ValueError> {
  const negative = text.startsWith("-");
  const magnitude = parseGoUint(negative || text.startsWith("+") ? text.slice(1) : text);
  if (!magnitude.ok) return magnitude;
  const inRange = magnitude.value < intLimit || (negative && magnitude.value === intLimit);
  return inRange ? done(negative ? -magnitude.value : magnitude.value) : failed("value out of range");
}

/** A duration in nanoseconds. Go tells nothing but "parse error" here, also when it is out of range. */
export function parseGoDurationValue(text: string): Outcome<bigint, ValueError> {
  const parsed = parseGoDuration(text);
  return parsed.ok ? parsed : failed("parse error");
}

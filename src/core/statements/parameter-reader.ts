import { StorageClass } from "../sqlite/mod.ts";
import { hexDigit, type JsonKind, type JsonScanner } from "./json-scanner.ts";
import { parameterName } from "./parameter-name.ts";
import type { Parameter } from "./parsed-body.ts";
import { isSpace } from "./sql-blanks.ts";

/** A statement's parameters; `fault`: the text of the 400 that the first bad one among them calls for. */
export interface ParameterList {
  readonly parameters: readonly Parameter[];
  readonly fault: string | null;
}

type Fault = string;

/** How the contract names what may not be a parameter: by Go's types. */
const typeNames: Readonly<Record<Exclude<JsonKind, "number">, string>> = {
  string: "string",
  true: "bool",
  false: "bool",
  null: "<nil>",
  array: "[]interface {}",
  object: "map[string]interface {}",
};
const unsupported = (what: string): Fault => `unsupported type ${what}`;

/** No integer of more digits fits 64 bits, and any of fewer than 16 is exact as a double. */
const int64DigitsMax = 19;
const safeDigitsMax = 15;
const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);

/** Reads parameter values (http-api §4.3) with the scanner of their body. */
export class ParameterReader {
  readonly #scanner: JsonScanner;
  /** Bytes of the array being read; grows. */
  #bytes = new Uint8Array(0);

  constructor(scanner: JsonScanner) {
    this.#scanner = scanner;
  }

  /** What follows a list's first item, through its closing bracket. Null if it is not JSON. */
  readRest(): ParameterList | null {
    const scanner = this.#scanner;
    const parameters: Parameter[] = [];
    let fault: Fault | null = null;
    while (!scanner.take(0x5d)) {
      if (!scanner.take(0x2c)) return null;
      if (scanner.peek() === 0x7b) {
        const members = this.#readMembers();
        if (members === null) return null;
        for (const member of members) {
          if (typeof member === "string") fault ??= member;
          else parameters.push(member);
        }
      } else {
        const parameter = this.#readValue(null);
        if (parameter === null) return null;
        if (typeof parameter === "string") fault ??= parameter;
        else parameters.push(parameter);
      }
    }
    return { parameters, fault };
  }

  /** An object's members, the last of each name. */
  #readMembers(): Iterable<Parameter | Fault> | null {
    const scanner = this.#scanner;
    const members = new Map<string | null, Parameter | Fault>();
    scanner.skip();
    if (scanner.take(0x7d)) return members.values();
    do {
      const name = scanner.peek() === 0x22 ? scanner.readString() : null;
      if (name === null || !scanner.take(0x3a)) return null;
      const key = parameterName(name);
      const member = this.#readValue(key);
      if (member === null) return null;
      members.set(key, member);
    } while (scanner.take(0x2c));
    return scanner.take(0x7d) ? members.values() : null;
  }

  #readValue(name: string | null): Parameter | Fault | null {
    const scanner = this.#scanner;
    const kind = scanner.kindOf(scanner.peek());
    switch (kind) {
      case "string": {
        const text = scanner.readString();
        if (text === null) return null;
        const blob = hexLiteral(text);
        return blob === null
          ? { name, class: StorageClass.text, value: text }
          : { name, class: StorageClass.blob, value: blob };
      }
      case "number":
        return this.#readNumber(name);
      case "true":
      case "false":
        return scanner.readWord(kind) ? { name, class: StorageClass.integer, value: kind === "true" ? 1 : 0 } : null;
      case "null":
        return scanner.readWord(kind) ? { name, class: StorageClass.null, value: null } : null;
      case "array":
        return this.#readBytes(name);
      case "object":
        return scanner.skipValue() ? unsupported(typeNames.object) : null;
      case null:
        return null;
    }
  }

  #readNumber(name: string | null): Parameter | Fault | null {
    const scanner = this.#scanner;
    const form = scanner.readNumber();
    if (form === null) return null;
    if (form === "exact") {
      if (scanner.numberLength <= safeDigitsMax) {
        return { name, class: StorageClass.integer, value: scanner.smallInteger() };
      }
      if (scanner.numberLength <= int64DigitsMax + 1) {
        const value = BigInt(scanner.numberText());
        if (value >= int64Min && value <= int64Max) return { name, class: StorageClass.integer, value };
      }
    }
    const value = Number(scanner.numberText());
    if (!Number.isFinite(value)) return `invalid number ${scanner.numberText()}`;
    return { name, class: StorageClass.real, value };
  }

  /** An array of numbers 0 to 255, which is a BLOB. */
  #readBytes(name: string | null): Parameter | Fault | null {
    const scanner = this.#scanner;
    let length = 0;
    let fault: Fault | null = null;
    scanner.skip();
    if (!scanner.take(0x5d)) {
      do {
        const kind = scanner.kindOf(scanner.peek());
        if (kind === null) return null;
        if (kind !== "number") {
          if (!scanner.skipValue()) return null;
          fault ??= unsupported(typeNames[kind]);
          continue;
        }
        const form = scanner.readNumber();
        if (form === null) return null;
        const byte = form === "exact" && scanner.numberLength <= safeDigitsMax ? scanner.smallInteger() : -1;
        if (byte < 0 || byte > 255) fault ??= unsupported(scanner.numberText());
        if (length === this.#bytes.length) this.#grow();
        this.#bytes[length++] = byte;
      } while (scanner.take(0x2c));
      if (!scanner.take(0x5d)) return null;
    }
    return fault ?? { name, class: StorageClass.blob, value: this.#bytes.slice(0, length) };
  }

  #grow(): void {
    const grown = new Uint8Array(Math.max(256, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}

/** The bytes of a text that, trimmed, is `x'…'` with an even number of hex digits; null for any other text. */
function hexLiteral(text: Uint8Array): Uint8Array | null {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text[start] ?? 0)) start++;
  if (((text[start] ?? 0) | 0x20) !== 0x78 || text[start + 1] !== 0x27) return null;
  while (isSpace(text[end - 1] ?? 0)) end--;
  const digits = end - 1 - (start + 2);
  if (text[end - 1] !== 0x27 || digits < 0 || digits % 2 !== 0) return null;
  const bytes = new Uint8Array(digits / 2);
  for (let i = 0; i < bytes.length; i++) {
    const high = hexDigit(text[start + 2 + 2 * i] ?? 0);
    const low = hexDigit(text[start + 3 + 2 * i] ?? 0);
    if (high < 0 || low < 0) return null;
    bytes[i] = high * 16 + low;
  }
  return bytes;
}

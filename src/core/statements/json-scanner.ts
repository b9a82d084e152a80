import { putCodePoint, sequenceLength } from "./utf8.ts";

/** What a JSON value is, by its first byte. */
export type JsonKind = "string" | "number" | "true" | "false" | "null" | "array" | "object";

/** As deep as the reference's parser goes. */
const depthMax = 10_000;

/**
 * Reads JSON from bytes, from left to right. Methods that read answer null or false where the text is not JSON; the
 * position is then of no use any more. Numbers are left as the bytes they are written in.
 */
export class JsonScanner {
  readonly bytes: Uint8Array;
  #at = 0;
  /** Where the last number's literal begins; it ends at `at`. */
  #numberStart = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The next byte that is not white space, without taking it; -1 at the end. */
  peek(): number {
    const { bytes } = this;
    while (this.#at < bytes.length) {
      const byte = bytes[this.#at] ?? 0;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.#at++;
    }
    return -1;
  }

  /** Takes the byte that `peek` showed. */
  skip(): void {
    this.#at++;
  }

  /** Takes the next byte that is not white space if it is this one. */
  take(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.#at++;
    return true;
  }

  /** The kind of the value whose first byte `peek` showed, or null if none begins so. */
  kindOf(first: number): JsonKind | null {
    switch (first) {
      case 0x22:
        return "string";
      case 0x5b:
        return "array";
      case 0x7b:
        return "object";
      case 0x74:
        return "true";
      case 0x66:
        return "false";
      case 0x6e:
        return "null";
      default:
        return first === 0x2d || isDigit(first) ? "number" : null;
    }
  }

  /**
   * Takes the string that begins here: its text as UTF-8, a view of the input where nothing had to be replaced.
   * Lone surrogates and bad bytes become U+FFFD.
   */
  readString(): Uint8Array | null {
    const { bytes } = this;
    const start = this.#at + 1;
    let at = start;
    let escaped = false;
    let invalidBytes = 0;
    while (at < bytes.length) {
      const byte = bytes[at] ?? 0;
      if (byte === 0x22) {
        this.#at = at + 1;
        if (!escaped && invalidBytes === 0) return bytes.subarray(start, at);
        return decodeString(bytes, start, at, invalidBytes);
      }
      if (byte < 0x20) return null;
      if (byte === 0x5c) {
        const length = escapeLength(bytes, at);
        if (length === 0) return null;
        escaped = true;
        at += length;
      } else if (byte < 0x80) {
        at++;
      } else {
        const length = sequenceLength(bytes, at, bytes.length);
        if (length === 0) invalidBytes++;
        at += length === 0 ? 1 : length;
      }
    }
    return null;
  }

  /** Takes a number; its literal is then `numberText` and its length `numberLength`. `exact`: it is an integer. */
  readNumber(): "exact" | "other" | null {
    const { bytes } = this;
    this.#numberStart = this.#at;
    let at = this.#at;
    if (bytes[at] === 0x2d) at++;
    if (bytes[at] === 0x30) at++;
    else {
      const digits = digitsEnd(bytes, at);
      if (digits === at) return null;
      at = digits;
    }
    const integerEnd = at;
    if (bytes[at] === 0x2e) {
      const digits = digitsEnd(bytes, at + 1);
      if (digits === at + 1) return null;
      at = digits;
    }
    if (bytes[at] === 0x65 || bytes[at] === 0x45) {
      at++;
      if (bytes[at] === 0x2b || bytes[at] === 0x2d) at++;
      const digits = digitsEnd(bytes, at);
      if (digits === at) return null;
      at = digits;
    }
    this.#at = at;
    return at === integerEnd ? "exact" : "other";
  }

  get numberLength(): number {
    return this.#at - this.#numberStart;
  }

  numberText(): string {
    return ascii.decode(this.bytes.subarray(this.#numberStart, this.#at));
  }

  /** The value of the last number, an integer of at most 15 digits. */
  smallInteger(): number {
    const { bytes } = this;
    const negative = bytes[this.#numberStart] === 0x2d;
    let value = 0;
    for (let at = this.#numberStart + (negative ? 1 : 0); at < this.#at; at++) {
      value = value * 10 + (bytes[at] ?? 0) - 0x30;
    }
    return negative && value !== 0 ? -value : value;
  }

  /** Takes `true`, `false` or `null`. */
  readWord(word: "true" | "false" | "null"): boolean {
    for (let i = 0; i < word.length; i++) {
      if (this.bytes[this.#at + i] !== word.charCodeAt(i)) return false;
    }
    this.#at += word.length;
    return true;
  }

  /** Takes a whole value of any kind. Not recursive, so that depth costs no stack. */
  skipValue(): boolean {
    let depth = 0;
    /** Per open bracket, the byte that closes it. */
    const closing: number[] = [];
    for (;;) {
      const first = this.peek();
      const kind = this.kindOf(first);
      if (kind === "array" || kind === "object") {
        if (++depth > depthMax) return false;
        this.#at++;
        const close = kind === "array" ? 0x5d : 0x7d;
        closing.push(close);
        if (this.peek() !== close) {
          if (kind === "object" && !this.#skipName()) return false;
          continue;
        }
      } else if (kind === null || !this.#skipScalar(kind)) {
        return false;
      }
      // A value is complete, or an empty bracket is about to close: what may follow?
      while (depth > 0) {
        const close = closing[depth - 1] ?? 0;
        if (this.take(close)) {
          closing.pop();
          depth--;
        } else if (this.take(0x2c)) {
          if (close === 0x7d && !this.#skipName()) return false;
          break;
        } else return false;
      }
      if (depth === 0) return true;
    }
  }

  #skipName(): boolean {
    return this.peek() === 0x22 && this.readString() !== null && this.take(0x3a);
  }

  #skipScalar(kind: Exclude<JsonKind, "array" | "object">): boolean {
    if (kind === "string") return this.readString() !== null;
    if (kind === "number") return this.readNumber() !== null;
    return this.readWord(kind);
  }
}

const ascii = new TextDecoder();

const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

function digitsEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && isDigit(bytes[at] ?? 0)) at++;
  return at;
}

/** Length of the escape whose backslash is at `at`; 0 if it is none. */
function escapeLength(bytes: Uint8Array, at: number): 0 | 2 | 6 {
  const letter = bytes[at + 1] ?? 0;
  if (letter === 0x75) return hexUnit(bytes, at + 2) >= 0 ? 6 : 0;
  return shortEscape(letter) > 0 ? 2 : 0;
}

/** What the letter after a backslash stands for; 0 if it is no short escape. */
function shortEscape(letter: number): number {
  switch (letter) {
    case 0x22:
    case 0x5c:
    case 0x2f:
      return letter;
    case 0x62:
      return 0x08;
    case 0x66:
      return 0x0c;
    case 0x6e:
      return 0x0a;
    case 0x72:
      return 0x0d;
    case 0x74:
      return 0x09;
    default:
      return 0;
  }
}

/** The value of a hex digit, or -1. */
export function hexDigit(byte: number): number {
  if (isDigit(byte)) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/** The UTF-16 unit in four hex digits, or -1. */
function hexUnit(bytes: Uint8Array, at: number): number {
  if (at + 4 > bytes.length) return -1;
  let unit = 0;
  for (let i = 0; i < 4; i++) {
    const digit = hexDigit(bytes[at + i] ?? 0);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

/** The text of a string whose escapes are known to be sound. No escape is shorter than what it stands for. */
function decodeString(bytes: Uint8Array, start: number, end: number, invalidBytes: number): Uint8Array {
  const text = new Uint8Array(end - start + 2 * invalidBytes);
  let length = 0;
  for (let at = start; at < end; ) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x5c) {
      const letter = bytes[at + 1] ?? 0;
      if (letter !== 0x75) {
        text[length++] = shortEscape(letter);
        at += 2;
        continue;
      }
      const unit = hexUnit(bytes, at + 2);
      at += 6;
      let code = unit;
      if (unit >= 0xd800 && unit <= 0xdfff) {
        const low = bytes[at] === 0x5c && bytes[at + 1] === 0x75 ? hexUnit(bytes, at + 2) : -1;
        const paired = unit < 0xdc00 && low >= 0xdc00 && low <= 0xdfff;
        code = paired ? 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00) : 0xfffd;
        if (paired) at += 6;
      }
      length = putCodePoint(text, length, code);
    } else if (byte < 0x80) {
      text[length++] = byte;
      at++;
    } else {
      const sequence = sequenceLength(bytes, at, end);
      if (sequence === 0) {
        length = putCodePoint(text, length, 0xfffd);
        at++;
      } else {
        for (const last = at + sequence; at < last; at++) text[length++] = bytes[at] ?? 0;
      }
    }
  }
  return text.subarray(0, length);
}

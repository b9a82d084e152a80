import { assert } from "../base/mod.ts";

/** Above this a response that must be held whole is refused. */
export const outputBytesMax = 1 << 29;
const startBytes = 16 * 1024;
/** A buffer that has grown beyond this is let go once its bytes are taken. */
const keptBytesMax = 1 << 20;
/** With four decimals these have no more than 15 digits. */
const decimalMax = 1e10;

/** A growing buffer of bytes, to be used again and again. Whoever writes past `length` has asked `reserve` first. */
export class ByteOutput {
  bytes: Uint8Array<ArrayBuffer>;
  length = 0;

  constructor(capacity = startBytes) {
    this.bytes = new Uint8Array(capacity);
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Bytes as they are. */
  raw(source: Uint8Array): void {
    this.reserve(source.length);
    const { bytes } = this;
    if (source.length > 32) {
      bytes.set(source, this.length);
      this.length += source.length;
      return;
    }
    let at = this.length;
    for (let i = 0; i < source.length; i++) bytes[at++] = source[i] ?? 0;
    this.length = at;
  }

  /** A text of ASCII characters only. */
  ascii(text: string): void {
    this.reserve(text.length);
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
    this.length = at;
  }

  /** A safe integer in decimal. */
  integer(value: number): void {
    this.reserve(20);
    let magnitude = value;
    if (value < 0) {
      this.bytes[this.length++] = 0x2d;
      magnitude = -value;
    }
    if (magnitude < 1e9) {
      this.#digits(magnitude, digitCount(magnitude));
      return;
    }
    // Safe integers have at most 16 digits.
    const high = Math.floor(magnitude / 1e9);
    this.#digits(high, digitCount(high));
    this.#digits(magnitude - high * 1e9, 9);
  }

  /** A finite double: the shortest digits that read back as it (http-api §5.2). */
  real(value: number): void {
    assert(Number.isFinite(value), "only finite numbers can be written");
    if (value === 0) this.ascii(Object.is(value, -0) ? "-0" : "0");
    else if (Number.isSafeInteger(value)) this.integer(value);
    else if (!this.#shortDecimal(value)) this.ascii(String(value));
  }

  /** A copy of all bytes; the buffer is then empty. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.bytes.slice(0, this.length);
    this.clear();
    return taken;
  }

  clear(): void {
    this.length = 0;
    if (this.bytes.length > keptBytesMax) this.bytes = new Uint8Array(startBytes);
  }

  /**
   * Writes a value with at most four decimals, if it is one, without making a string of it. Of the decimals that read
   * back as a double, only one has as few as 15 digits, so this is the shortest.
   */
  #shortDecimal(value: number): boolean {
    if (Math.abs(value) > decimalMax) return false;
    for (let places = 1, scale = 10; places <= 4; places++, scale *= 10) {
      const scaled = Math.round(value * scale);
      if (scaled / scale !== value) continue;
      this.reserve(20);
      if (value < 0) this.bytes[this.length++] = 0x2d;
      const magnitude = Math.abs(scaled);
      const whole = Math.floor(magnitude / scale);
      this.integer(whole);
      this.bytes[this.length++] = 0x2e;
      this.#digits(magnitude - whole * scale, places);
      return true;
    }
    return false;
  }

  /** The last `count` digits of a number below 1e9, with zeros before it. Room must have been made. */
  #digits(value: number, count: number): void {
    const { bytes } = this;
    const end = this.length + count;
    let rest = value | 0;
    for (let at = end - 1; at >= this.length; at--) {
      const tenth = (rest / 10) | 0;
      bytes[at] = 0x30 + rest - tenth * 10;
      rest = tenth;
    }
    this.length = end;
  }
}

function digitCount(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1_000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  return value < 100_000_000 ? 8 : 9;
}

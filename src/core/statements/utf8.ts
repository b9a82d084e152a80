/** UTF-8 as bytes. An invalid byte is always one byte long: each becomes a U+FFFD of its own (http-api §4.2, §5.2). */

/** U+FFFD, which stands for what cannot be read. */
export const replacementBytes: readonly [number, number, number] = [0xef, 0xbf, 0xbd];

/**
 * Length of the character at `at`, whose first byte is not ASCII: 2 to 4, or 0 if no valid character begins there
 * (overlong forms, surrogates and code points beyond U+10FFFF are not valid; Unicode Standard, table 3-7).
 */
export function sequenceLength(bytes: Uint8Array, at: number, end: number): 0 | 2 | 3 | 4 {
  const first = bytes[at] ?? 0;
  if (first < 0xc2 || first > 0xf4 || at + 1 >= end) return 0;
  const second = bytes[at + 1] ?? 0;
  if (first < 0xe0) return isContinuation(second) ? 2 : 0;
  if (at + 2 >= end || !isContinuation(bytes[at + 2] ?? 0)) return 0;
  if (first < 0xf0) {
    const low = first === 0xe0 ? 0xa0 : 0x80;
    const high = first === 0xed ? 0x9f : 0xbf;
    return second >= low && second <= high ? 3 : 0;
  }
  if (at + 3 >= end || !isContinuation(bytes[at + 3] ?? 0)) return 0;
  const low = first === 0xf0 ? 0x90 : 0x80;
  const high = first === 0xf4 ? 0x8f : 0xbf;
  return second >= low && second <= high ? 4 : 0;
}

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80;

/** Writes a code point (not a surrogate) at `at` and returns the position after it. */
export function putCodePoint(into: Uint8Array, at: number, code: number): number {
  if (code < 0x80) {
    into[at] = code;
    return at + 1;
  }
  if (code < 0x800) {
    into[at] = 0xc0 | (code >> 6);
    into[at + 1] = 0x80 | (code & 0x3f);
    return at + 2;
  }
  if (code < 0x10000) {
    into[at] = 0xe0 | (code >> 12);
    into[at + 1] = 0x80 | ((code >> 6) & 0x3f);
    into[at + 2] = 0x80 | (code & 0x3f);
    return at + 3;
  }
  into[at] = 0xf0 | (code >> 18);
  into[at + 1] = 0x80 | ((code >> 12) & 0x3f);
  into[at + 2] = 0x80 | ((code >> 6) & 0x3f);
  into[at + 3] = 0x80 | (code & 0x3f);
  return at + 4;
}

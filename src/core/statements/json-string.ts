import { ByteOutput, outputBytesMax } from "./byte-output.ts";
import { sequenceLength } from "./utf8.ts";

/** No byte becomes more than this many. */
const growthMax = 6;
/** Written at one go, so that room for the worst case is never much. */
const pieceBytes = 16 * 1024;
/** From this length on, copying a run of plain bytes as a block is faster than one by one. */
const blockBytesMin = 64;

const plain = 0;
const hexEscape = 1;
const beyondAscii = 2;
/** Per byte: plain, one of the two above, or the letter of its short escape (http-api §5.2). */
const treatment = new Uint8Array(256);
treatment.fill(hexEscape, 0, 0x20);
treatment.fill(beyondAscii, 0x80);
for (const character of "<>&") treatment[character.charCodeAt(0)] = hexEscape;
for (const [character, letter] of ['""', "\\\\", "\nn", "\rr", "\tt", "\bb", "\ff"]) {
  if (character && letter) treatment[character.charCodeAt(0)] = letter.charCodeAt(0);
}

const hexDigits = new TextEncoder().encode("0123456789abcdef");
const replacement = new TextEncoder().encode("\\ufffd");

/**
 * Writes bytes as a JSON string with its quotes; each byte that is not UTF-8 as `\ufffd`. False when the output would
 * be too big; what has been written then is of no use.
 */
export function writeJsonString(output: ByteOutput, text: Uint8Array): boolean {
  output.byte(0x22);
  for (let from = 0; from < text.length; ) {
    if (output.length > outputBytesMax) return false;
    from = writePiece(output, text, from, Math.min(text.length, from + pieceBytes));
  }
  output.byte(0x22);
  return true;
}

/** A short text as a JSON string by itself. */
export function jsonString(text: Uint8Array): Uint8Array {
  const output = new ByteOutput((text.length + 6) * growthMax);
  writeJsonString(output, text);
  return output.take();
}

/** Writes from `from` to at least `to`, never a part of a character, and returns where it came to. */
function writePiece(output: ByteOutput, text: Uint8Array, from: number, to: number): number {
  output.reserve((to - from + 4) * growthMax);
  const { bytes } = output;
  let at = output.length;
  let position = from;
  while (position < to) {
    const byte = text[position] ?? 0;
    const how = treatment[byte] ?? 0;
    if (how === plain) {
      bytes[at++] = byte;
      position++;
      if (to - position < blockBytesMin) continue;
      const run = plainEnd(text, position, to);
      if (run - position >= blockBytesMin) bytes.set(text.subarray(position, run), at);
      else for (let i = position, into = at; i < run; i++) bytes[into++] = text[i] ?? 0;
      at += run - position;
      position = run;
    } else if (how === beyondAscii) {
      const length = sequenceLength(text, position, text.length);
      if (length === 0) {
        bytes.set(replacement, at);
        at += replacement.length;
        position++;
      } else if (length === 3 && byte === 0xe2 && isLineSeparator(text, position)) {
        at = putHexEscape(bytes, at, 0x2000 | ((text[position + 2] ?? 0) & 0x3f));
        position += 3;
      } else {
        for (const end = position + length; position < end; position++) bytes[at++] = text[position] ?? 0;
      }
    } else if (how === hexEscape) {
      at = putHexEscape(bytes, at, byte);
      position++;
    } else {
      bytes[at++] = 0x5c;
      bytes[at++] = how;
      position++;
    }
  }
  output.length = at;
  return position;
}

function plainEnd(text: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && treatment[text[at] ?? 0] === plain) at++;
  return at;
}

/** U+2028 or U+2029: E2 80 A8 or A9. */
function isLineSeparator(text: Uint8Array, at: number): boolean {
  return text[at + 1] === 0x80 && ((text[at + 2] ?? 0) & 0xfe) === 0xa8;
}

function putHexEscape(into: Uint8Array, at: number, code: number): number {
  into[at] = 0x5c;
  into[at + 1] = 0x75;
  for (let i = 0; i < 4; i++) into[at + 2 + i] = hexDigits[(code >> (12 - 4 * i)) & 0xf] ?? 0;
  return at + 6;
}

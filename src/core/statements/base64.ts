import { type ByteOutput, outputBytesMax } from "./byte-output.ts";

const alphabet = new TextEncoder().encode("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
const padding = 0x3d;

/** Writes bytes in base64, standard alphabet, padded. False, and nothing written, when the output would be too big. */
export function writeBase64(output: ByteOutput, source: Uint8Array): boolean {
  const length = Math.ceil(source.length / 3) * 4;
  if (output.length + length > outputBytesMax) return false;
  output.reserve(length);
  const { bytes } = output;
  const wholeEnd = source.length - (source.length % 3);
  let at = output.length;
  for (let i = 0; i < wholeEnd; i += 3) {
    const three = ((source[i] ?? 0) << 16) | ((source[i + 1] ?? 0) << 8) | (source[i + 2] ?? 0);
    bytes[at] = alphabet[three >> 18] ?? 0;
    bytes[at + 1] = alphabet[(three >> 12) & 0x3f] ?? 0;
    bytes[at + 2] = alphabet[(three >> 6) & 0x3f] ?? 0;
    bytes[at + 3] = alphabet[three & 0x3f] ?? 0;
    at += 4;
  }
  if (wholeEnd < source.length) {
    const rest = ((source[wholeEnd] ?? 0) << 16) | ((source[wholeEnd + 1] ?? 0) << 8);
    bytes[at] = alphabet[rest >> 18] ?? 0;
    bytes[at + 1] = alphabet[(rest >> 12) & 0x3f] ?? 0;
    bytes[at + 2] = source.length - wholeEnd === 2 ? (alphabet[(rest >> 6) & 0x3f] ?? 0) : padding;
    bytes[at + 3] = padding;
    at += 4;
  }
  output.length = at;
  return true;
}

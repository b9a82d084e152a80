import { done, failed, type Outcome } from "../base/mod.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const percentSign = 0x25;
const plusSign = 0x2b;
const space = 0x20;

function hexDigit(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

/**
 * Undoes percent escapes; with `plusIsSpace` also the `+` of forms (http-api §3.1). Bytes above 0x7f, raw or escaped,
 * are taken as they come, so the result need not be UTF-8. Error: the first bad escape, three bytes or fewer.
 */
export function percentDecodeBytes(text: string, plusIsSpace: boolean): Outcome<Uint8Array<ArrayBuffer>> {
  const bytes = encoder.encode(text);
  let length = 0;
  for (let i = 0; i < bytes.length; i++) {
    let byte = bytes[i] ?? 0;
    if (byte === percentSign) {
      const high = hexDigit(bytes[i + 1]);
      const low = hexDigit(bytes[i + 2]);
      if (high < 0 || low < 0) return failed(decoder.decode(bytes.subarray(i, i + 3)));
      byte = high * 16 + low;
      i += 2;
    } else if (plusIsSpace && byte === plusSign) {
      byte = space;
    }
    bytes[length++] = byte;
  }
  return done(bytes.subarray(0, length));
}

/** The same as text; bytes that are not UTF-8 become U+FFFD. */
export function percentDecode(text: string, plusIsSpace: boolean): Outcome<string> {
  if (!text.includes("%") && !(plusIsSpace && text.includes("+"))) return done(text);
  const bytes = percentDecodeBytes(text, plusIsSpace);
  return bytes.ok ? done(decoder.decode(bytes.value)) : bytes;
}

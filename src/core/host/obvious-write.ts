const quote = 0x22;
const bracket = 0x5b;
/** First words of statements that no reader would run. */
const words = ["insert", "update", "delete", "replace", "create", "drop", "alter"];
const wordLengthMax = 7;

/**
 * Whether a `/db/request` body's first statement certainly is a write, so that it need not be shown to a reader first.
 * Looks at a few bytes only; false = not certain. Any body may get either answer: the thread that runs it decides.
 */
export function isObviousWrite(body: Uint8Array): boolean {
  let at = 0;
  while (at < body.length && (body[at] === bracket || isBlank(body[at]))) at++;
  if (body[at] !== quote) return false;
  at++;
  while (isBlank(body[at])) at++;
  let word = "";
  for (let end = Math.min(body.length, at + wordLengthMax); at < end; at++) {
    const lower = (body[at] ?? 0) | 0x20;
    if (lower < 0x61 || lower > 0x7a) break;
    word += String.fromCharCode(lower);
  }
  return words.includes(word) && isBlank(body[at]);
}

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

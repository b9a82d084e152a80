import { skipBlanks } from "./sql-blanks.ts";

const decoder = new TextDecoder();
/** Far more than any of these needs. */
const textLengthMax = 4096;
const keyword = [0x70, 0x72, 0x61, 0x67, 0x6d, 0x61];

/** Between two tokens; a comment counts as a blank. */
const gap = String.raw`(?:\s|--[^\n]*(?:\n|$)|/\*[^]*?\*/)`;
const quote = "[\"'`\\[\\]]?";
const schema = `(?:${quote}\\w+${quote}${gap}*\\.${gap}*)?`;
const setting = `(?:journal_mode|wal_autocheckpoint|synchronous|query_only)${quote}${gap}*[=(]`;
const disallowed = new RegExp(`^PRAGMA(?!\\w)${gap}*${schema}${quote}(?:${setting}|wal_checkpoint)`, "i");

/**
 * Whether a statement's text is a PRAGMA that the whole request is refused for (http-api §8.9). Stricter than the
 * reference where it has gaps: comments, quoted names, `(1)` for `= 1`, and leading semicolons are seen through.
 */
export function isDisallowedPragma(sql: Uint8Array): boolean {
  let start = skipBlanks(sql, 0);
  while (sql[start] === 0x3b) start = skipBlanks(sql, start + 1);
  for (let i = 0; i < keyword.length; i++) {
    if (((sql[start + i] ?? 0) | 0x20) !== keyword[i]) return false;
  }
  return disallowed.test(decoder.decode(sql.subarray(start, start + textLengthMax)));
}

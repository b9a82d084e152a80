/** White space and comments, as SQLite's tokenizer skips them. */

/** Position of the first byte at or after `from` that belongs to neither white space nor a comment. */
export function skipBlanks(sql: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const byte = sql[at] ?? -1;
    if (isSpace(byte)) at++;
    else if (byte === 0x2d && sql[at + 1] === 0x2d) at = after(sql, sql.indexOf(0x0a, at + 2), 1);
    else if (byte === 0x2f && sql[at + 1] === 0x2a) at = after(sql, commentEnd(sql, at + 2), 2);
    else return at;
  }
}

/** Whether nothing but white space stands at or after `from`. */
export function isBlankFrom(sql: Uint8Array, from: number): boolean {
  let at = from;
  while (at < sql.length && isSpace(sql[at] ?? 0)) at++;
  return at === sql.length;
}

/** Blank, tab, line feed, vertical tab, form feed, carriage return. */
export const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

function commentEnd(sql: Uint8Array, from: number): number {
  let at = sql.indexOf(0x2a, from);
  while (at >= 0 && sql[at + 1] !== 0x2f) at = sql.indexOf(0x2a, at + 1);
  return at;
}

/** A comment without an end reaches the text's end. */
const after = (sql: Uint8Array, found: number, length: number): number => (found < 0 ? sql.length : found + length);

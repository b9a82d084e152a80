/**
 * What a statement is, by the keyword that begins it (SQL's grammar decides by that word alone). SQLite itself doesn't
 * say: its authorizer is not asked about VACUUM, and for DDL it reports the inserts into the schema table.
 */
export type StatementKind = "change" | "with" | "transaction" | "vacuum" | "pragma" | "explain" | "other";

const kinds: Readonly<Record<string, StatementKind>> = {
  INSERT: "change",
  REPLACE: "change",
  UPDATE: "change",
  DELETE: "change",
  WITH: "with",
  BEGIN: "transaction",
  COMMIT: "transaction",
  END: "transaction",
  ROLLBACK: "transaction",
  SAVEPOINT: "transaction",
  RELEASE: "transaction",
  VACUUM: "vacuum",
  PRAGMA: "pragma",
  EXPLAIN: "explain",
};
const keywordBytesMax = 16;

const newline = 0x0a;
const dash = 0x2d;
const slash = 0x2f;
const star = 0x2a;
const semicolon = 0x3b;

const isBlank = (byte: number | undefined): boolean => byte === 0x20 || (byte !== undefined && byte >= 9 && byte <= 13);

/** Kind of the first statement at or after `from`; what SQLite skips (blanks, comments, `;`, a BOM) is skipped. */
export function statementKind(sql: Uint8Array, from: number): StatementKind {
  let at = from;
  for (;;) {
    const byte = sql[at];
    if (isBlank(byte) || byte === semicolon) at += 1;
    else if (byte === dash && sql[at + 1] === dash) at = after(sql, sql.indexOf(newline, at), 1);
    else if (byte === slash && sql[at + 1] === star) at = after(sql, endOfComment(sql, at + 2), 2);
    else if (byte === 0xef && sql[at + 1] === 0xbb && sql[at + 2] === 0xbf) at += 3;
    else break;
  }
  let word = "";
  for (; word.length < keywordBytesMax; at += 1) {
    const byte = (sql[at] ?? 0) & ~0x20; // upper case, for letters
    if (byte < 0x41 || byte > 0x5a) break;
    word += String.fromCharCode(byte);
  }
  return kinds[word] ?? "other";
}

function after(sql: Uint8Array, at: number, length: number): number {
  return at === -1 ? sql.length : at + length;
}

function endOfComment(sql: Uint8Array, from: number): number {
  for (let star0 = sql.indexOf(star, from); star0 !== -1; star0 = sql.indexOf(star, star0 + 1)) {
    if (sql[star0 + 1] === slash) return star0;
  }
  return -1;
}

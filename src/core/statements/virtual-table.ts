/** What the SQL of a virtual table says about it, as SQLite stores it: `CREATE VIRTUAL TABLE name USING module(…)`. */

const name = String.raw`(?:"(?:[^"]|"")*"|'(?:[^']|'')*'|\`(?:[^\`]|\`\`)*\`|\[[^\]]*\]|[^\s"'\`[(.]+)`;
const gap = String.raw`(?:\s|--[^\n]*\n|/\*[^]*?\*/)*`;
const using = new RegExp(`^CREATE VIRTUAL TABLE ${gap}${name}${gap}USING${gap}(${name})`, "i");
const contentOption = /[(,]\s*content\s*=\s*(?:''|"")\s*(?=[,)])/i;

/** The module's name in lower case, or null. */
export function moduleOf(sql: string): string | null {
  const written = using.exec(sql)?.[1];
  return written === undefined ? null : written.replace(/^["'`[]|["'`\]]$/g, "").toLowerCase();
}

/** It shows what other tables hold, and holds nothing itself. */
export function isDerived(sql: string): boolean {
  return moduleOf(sql) !== "fts5";
}

/** A contentless FTS5 table: what was put in can't be read back. */
export function keepsNoContent(sql: string): boolean {
  return contentOption.test(sql);
}

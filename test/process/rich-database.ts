/** Databases made by the system's `sqlite3`, with everything in them that real ones have. */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";

export interface RichDatabase {
  readonly path: string;
  readonly pageSize: number;
  /** Rows of about 100 bytes in the biggest table. */
  readonly rows: number;
  readonly wal: boolean;
}

/** Runs a script in the system's `sqlite3` and gives what it printed; throws on any complaint. */
export function sqlite3(path: string, sql: string): string {
  const run = spawnSync("sqlite3", ["-bail", path], { input: sql, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (run.error !== undefined || run.status !== 0) throw new Error(`sqlite3 ${path}: ${run.error ?? run.stderr}`);
  return run.stdout.trim();
}

export function makeRichDatabase({ path, pageSize, rows, wal }: RichDatabase): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(path + suffix, { force: true });
  sqlite3(
    path,
    `PRAGMA page_size=${pageSize}; PRAGMA synchronous=OFF; PRAGMA journal_mode=OFF;
BEGIN;
CREATE TABLE big(id INTEGER PRIMARY KEY, name TEXT, payload TEXT);
INSERT INTO big SELECT value, 'name ' || value, substr('${"payload ".repeat(10)}', 1, 70 + value % 10) FROM generate_series(1, ${rows});
CREATE INDEX big_name ON big(name) WHERE id % 100 = 0;
CREATE TABLE strict_table(id INTEGER PRIMARY KEY, n INTEGER NOT NULL, any_value ANY) STRICT;
INSERT INTO strict_table SELECT value, value * 9007199254740993, CASE value % 3 WHEN 0 THEN 'text' WHEN 1 THEN 1.5 ELSE x'00ff' END FROM generate_series(1, 100);
CREATE TABLE rowless(word TEXT PRIMARY KEY COLLATE NOCASE, n INTEGER) WITHOUT ROWID;
INSERT INTO rowless SELECT 'word ' || value, value FROM generate_series(1, 1000);
CREATE TABLE generated(a INTEGER, doubled INTEGER AS (a * 2) STORED, told TEXT AS ('a is ' || a) VIRTUAL);
INSERT INTO generated(a) SELECT value FROM generate_series(1, 100);
CREATE TABLE audit(what TEXT, id INTEGER);
CREATE TRIGGER generated_insert AFTER INSERT ON generated BEGIN INSERT INTO audit VALUES('insert', new.a); END;
CREATE VIEW told AS SELECT told, doubled FROM generated WHERE doubled > 100;
CREATE VIRTUAL TABLE docs USING fts5(title, body);
INSERT INTO docs SELECT 'title ' || value, 'the quick brown fox ' || value FROM generate_series(1, 500);
CREATE VIRTUAL TABLE boxes USING rtree(id, minx, maxx, miny, maxy);
INSERT INTO boxes SELECT value, value, value + 2, value, value + 2 FROM generate_series(1, 500);
CREATE TABLE parent(id INTEGER PRIMARY KEY);
CREATE TABLE child(parent INTEGER REFERENCES parent(id) ON DELETE CASCADE);
INSERT INTO parent VALUES(1); INSERT INTO child VALUES(1);
COMMIT;
${wal ? "PRAGMA journal_mode=WAL;" : ""}`,
  );
}

/** One line that any two copies of a rich database must agree on. */
export const fingerprintSql = `SELECT (SELECT count(*) || '/' || sum(id) || '/' || sum(length(payload)) FROM big) || ' ' ||
(SELECT sum(n % 1000003) FROM strict_table) || ' ' || (SELECT group_concat(typeof(any_value), '') FROM strict_table WHERE id < 10) || ' ' ||
(SELECT count(*) FROM rowless WHERE word > 'WORD 5') || ' ' || (SELECT group_concat(told, ',') FROM told WHERE doubled < 110) || ' ' ||
(SELECT count(*) FROM docs WHERE docs MATCH 'fox') || ' ' || (SELECT count(*) FROM boxes WHERE minx > 10 AND maxx < 90) || ' ' ||
(SELECT count(*) FROM sqlite_schema)`;

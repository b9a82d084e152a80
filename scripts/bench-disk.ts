/** What the disk itself can do: small overwrites made durable one by one, and databases to measure with. */
import { spawnSync } from "node:child_process";
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Writes of 512 bytes over bytes that were there, each followed by `fdatasync`, per second. */
export function syncsPerSecond(folder: string, seconds: number): number {
  const path = join(folder, "sync-probe");
  const sizeBytes = 16 * 1024 * 1024;
  const file = openSync(path, "w+");
  try {
    writeSync(file, Buffer.alloc(sizeBytes), 0, sizeBytes, 0);
    fdatasyncSync(file);
    const block = Buffer.alloc(512, 7);
    const startedMs = performance.now();
    let syncs = 0;
    while (performance.now() - startedMs < seconds * 1000) {
      writeSync(file, block, 0, block.length, (syncs * block.length) % sizeBytes);
      fdatasyncSync(file);
      syncs++;
    }
    return syncs / ((performance.now() - startedMs) / 1000);
  } finally {
    closeSync(file);
    rmSync(path);
  }
}

export const bigRows = 4_000_000;

/** Rows of about 100 bytes; 4 M of them make a database of some 430 MB. */
export const bigTableSql = `CREATE TABLE big(id INTEGER PRIMARY KEY, name TEXT, payload TEXT);
INSERT INTO big SELECT value, 'name ' || value, substr('${"payload ".repeat(10)}', 1, 70 + value % 10)
  FROM generate_series(1, ${bigRows});`;

export const hasSqlite3: boolean = spawnSync("sqlite3", ["--version"], { stdio: "ignore" }).error === undefined;

/** Makes the big database with the system's `sqlite3`. */
export function makeBigDatabase(path: string): void {
  rmSync(path, { force: true });
  const pragmas = "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;";
  const made = spawnSync("sqlite3", [path, `${pragmas}\n${bigTableSql}`], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`sqlite3 could not make ${path}: ${made.stderr}`);
}

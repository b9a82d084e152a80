import type { Sqlite } from "../../../src/core/sqlite/mod.ts";
import { MemoryStore } from "../sqlite/memory-store.ts";

/** A database file with a bit of everything, as bytes. */
export function makeImage(sqlite: Sqlite, pageSize = 4096, rows = 300): Uint8Array<ArrayBuffer> {
  const store = new MemoryStore(pageSize);
  const writer = sqlite.openWriter(store, { foreignKeys: false });
  const run = (sql: string): void => {
    const outcome = writer.run(sql);
    if (!outcome.ok) throw new Error(`${sql}: ${outcome.error.message}`);
  };
  run("CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT, payload BLOB)");
  run("CREATE INDEX by_name ON t(name)");
  run("CREATE TABLE rowless(word TEXT PRIMARY KEY, n INT CHECK(n < 10)) WITHOUT ROWID");
  run("CREATE VIRTUAL TABLE docs USING fts5(body)");
  run("CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1)");
  run(
    `WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${rows})
     INSERT INTO t SELECT i, 'name ' || i, zeroblob(i) FROM c`,
  );
  run("INSERT INTO docs SELECT name FROM t");
  run("INSERT INTO boxes SELECT id, id, id + 1 FROM t");
  run("INSERT INTO rowless VALUES('a', 1)");
  writer.close();
  return store.image();
}

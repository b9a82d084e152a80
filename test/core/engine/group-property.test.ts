import fc from "fast-check";
import { expect, test } from "vitest";
import type { Sqlite } from "../../../src/core/sqlite/mod.ts";
import { type Ask, GroupEngine, sqlite } from "./group-fixture.ts";

const schema = [
  "CREATE TABLE t(id INTEGER PRIMARY KEY, name TEXT UNIQUE, n INT NOT NULL DEFAULT 0 CHECK(n < 1000))",
  "CREATE TABLE log(what TEXT)",
  "CREATE TRIGGER audit AFTER INSERT ON t BEGIN INSERT INTO log VALUES('in ' || new.id); END",
  "CREATE TRIGGER undone BEFORE INSERT ON t WHEN new.n = 40 BEGIN SELECT RAISE(ROLLBACK, 'no forty'); END",
  "CREATE TRIGGER failing AFTER INSERT ON t WHEN new.n = 41 BEGIN SELECT RAISE(FAIL, 'no forty-one'); END",
  "CREATE TRIGGER aborting AFTER INSERT ON t WHEN new.n = 42 BEGIN SELECT RAISE(ABORT, 'no forty-two'); END",
  "CREATE TRIGGER ignoring BEFORE INSERT ON t WHEN new.n = 43 BEGIN SELECT RAISE(IGNORE); END",
  "CREATE TABLE parent(id INTEGER PRIMARY KEY)",
  "CREATE TABLE late(id INTEGER PRIMARY KEY, parent REFERENCES parent DEFERRABLE INITIALLY DEFERRED)",
  "CREATE TABLE prompt(id INTEGER PRIMARY KEY, parent REFERENCES parent ON DELETE CASCADE)",
  "CREATE TABLE auto(id INTEGER PRIMARY KEY AUTOINCREMENT, v)",
];

const id = fc.integer({ min: 1, max: 6 });
const n = fc.constantFrom(1, 2, 3, 40, 41, 42, 43, 5000);
const name = fc.constantFrom("'ann'", "'bob'", "'cid'", "NULL");
const conflict = fc.constantFrom("", " OR ABORT", " OR FAIL", " OR ROLLBACK", " OR IGNORE", " OR REPLACE");

const plainSql = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(conflict, id, name, n).map(([or, i, s, v]) => `INSERT${or} INTO t VALUES(${i},${s},${v})`),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(conflict, id, id, name, n)
      .map(([or, i, j, s, v]) => `INSERT${or} INTO t VALUES(${i},NULL,1),(${j},${s},${v}),(7,NULL,2)`),
  },
  fc.tuple(id, name).map(([i, s]) => `INSERT INTO t(id, name) VALUES(${i},${s}) ON CONFLICT DO UPDATE SET n = n + 1`),
  fc.tuple(conflict, id, name).map(([or, i, s]) => `UPDATE${or} t SET name = ${s}, n = n + 1 WHERE id <= ${i}`),
  fc.tuple(id, id).map(([i, j]) => `UPDATE t SET id = ${i} WHERE id = ${j}`),
  id.map((i) => `DELETE FROM t WHERE id = ${i}`),
  id.map((i) => `DELETE FROM t WHERE id >= ${i} RETURNING id, n`),
  fc.tuple(id, n).map(([i, v]) => `INSERT INTO t(id, n) VALUES(${i},${v}) RETURNING *`),
  fc.tuple(id, id).map(([i, p]) => `INSERT INTO late VALUES(${i},${p})`),
  fc.tuple(id, id).map(([i, p]) => `INSERT INTO prompt VALUES(${i},${p})`),
  id.map((i) => `INSERT INTO parent VALUES(${i})`),
  id.map((i) => `DELETE FROM parent WHERE id = ${i}`),
  fc.constantFrom(
    "DELETE FROM late",
    "INSERT INTO auto(v) VALUES(last_insert_rowid())",
    "INSERT INTO auto(v) VALUES(changes())",
    "INSERT INTO auto(v) SELECT id FROM t",
    "SELECT last_insert_rowid(), changes()",
    "SELECT count(*), sum(n) FROM t",
    "SELECT * FROM missing",
    "INSERT blah",
    "-- nothing",
    "",
    "CREATE TABLE extra(x)",
    "DROP TABLE extra",
    "INSERT INTO extra VALUES(1)",
    "CREATE INDEX byn ON t(n)",
    "ALTER TABLE extra ADD COLUMN y",
    "CREATE TEMP TABLE gone(x)",
    "CREATE TEMP TRIGGER shy AFTER DELETE ON t BEGIN INSERT INTO log VALUES('shy'); END",
    "INSERT INTO gone VALUES(1)",
    "PRAGMA user_version = 7",
    "PRAGMA user_version",
    "PRAGMA foreign_keys = 1",
    "PRAGMA foreign_keys = 0",
    "PRAGMA foreign_keys",
    "PRAGMA defer_foreign_keys = 1",
    "PRAGMA recursive_triggers = 1",
    "PRAGMA foreign_key_check",
    "PRAGMA synchronous = 1",
    "ATTACH 'x' AS y",
    "REINDEX",
    "ANALYZE",
  ),
);
const outerSql = fc.constantFrom(
  "VACUUM",
  "BEGIN",
  "COMMIT",
  "ROLLBACK",
  "SAVEPOINT a",
  "RELEASE a",
  "ROLLBACK TO a",
  "END",
  "BEGIN IMMEDIATE",
);
const text = fc.oneof(
  { weight: 8, arbitrary: plainSql },
  { weight: 1, arbitrary: outerSql },
  { weight: 1, arbitrary: fc.array(plainSql, { minLength: 2, maxLength: 3 }).map((parts) => parts.join("; ")) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.array(plainSql, { maxLength: 3 }), fc.constantFrom("COMMIT", "ROLLBACK", "SELECT 1"))
      .map(([parts, end]) => ["BEGIN", ...parts, end].join("; ")),
  },
);
const statement = fc.oneof(
  { weight: 8, arbitrary: text },
  fc.tuple(id, n).map(([i, v]) => ["INSERT INTO t(id, n) VALUES(?,?)", i, v] as const),
  fc.tuple(conflict, id).map(([or, i]) => [`UPDATE${or} t SET name = ? WHERE id = ?`, "ann", i] as const),
);
const ask: fc.Arbitrary<Ask> = fc.record({
  endpoint: fc.constantFrom("execute", "execute", "execute", "request", "query"),
  sql: fc.array(statement, { minLength: 1, maxLength: 4 }),
  options: fc.record({
    transaction: fc.boolean(),
    associative: fc.constantFrom(false, false, true),
    dbTimeoutMs: fc.constantFrom(0, 0, 0, 0, 0, 1e-6, 60_000),
  }),
});
const load: fc.Arbitrary<Ask> = fc
  .array(text, { maxLength: 3 })
  .map((parts) => ({ endpoint: "load", sql: parts.join(";\n") }));

/** All that clients can ask for. */
function contents(engine: GroupEngine): string[] {
  const tables = ["t", "log", "parent", "late", "prompt", "auto", "sqlite_sequence"];
  return [
    engine.rows("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY name"),
    engine.rows("PRAGMA user_version"),
    engine.rows("PRAGMA integrity_check"),
    ...tables.map((table) => engine.rows(`SELECT rowid, * FROM ${table} ORDER BY rowid`)),
    engine.rows("SELECT last_insert_rowid(), changes()"),
  ];
}

function freshEngine(instance: Sqlite, foreignKeys: boolean): GroupEngine {
  const engine = new GroupEngine(instance, foreignKeys);
  engine.run({ sql: schema });
  return engine;
}

const runs = Number(process.env.QUOLITE_PROPERTY_RUNS ?? "150");

test.each([false, true])(
  "a group answers and leaves what its requests do one by one (foreign keys: %s)",
  async (foreignKeys) => {
    const instance = await sqlite();
    fc.assert(
      fc.property(fc.array(fc.oneof({ weight: 12, arbitrary: ask }, load), { minLength: 1, maxLength: 12 }), (asks) => {
        const grouped = freshEngine(instance, foreignKeys);
        const single = freshEngine(instance, foreignKeys);
        try {
          expect(grouped.run(...asks)).toEqual(asks.map((one) => single.runAlone(one)));
          expect(contents(grouped)).toEqual(contents(single));
        } finally {
          grouped.close();
          single.close();
        }
      }),
      { numRuns: runs },
    );
  },
);

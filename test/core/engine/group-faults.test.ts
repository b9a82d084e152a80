import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ConnectionOptions, SqlConnection, Sqlite, WritablePageStore } from "../../../src/core/sqlite/mod.ts";
import { type Ask, GroupEngine, sqlite } from "./group-fixture.ts";

/** The same SQLite, but every writer begins with these settings, which SQL can't make. */
async function limited(...pragmas: string[]): Promise<Sqlite> {
  const inner = await sqlite();
  return {
    version: inner.version,
    compileOptions: inner.compileOptions,
    openReader: (store, options) => inner.openReader(store, options),
    openWriter(store: WritablePageStore, options: ConnectionOptions): SqlConnection {
      const connection = inner.openWriter(store, options);
      for (const pragma of pragmas) connection.run(pragma);
      return connection;
    },
  };
}

const schema = ["CREATE TABLE t(id INTEGER PRIMARY KEY, x BLOB)", "CREATE TABLE u(x UNIQUE)"];
const full = "database or disk is full";

const size = fc.constantFrom(10, 2500, 9000);
const statement = fc.oneof(
  size.map((bytes) => `INSERT INTO t(x) VALUES(zeroblob(${bytes}))`),
  size.map((bytes) => `INSERT INTO t(x) VALUES(zeroblob(${bytes})),(zeroblob(${bytes}))`),
  size.map((bytes) => `UPDATE t SET x = zeroblob(${bytes}) WHERE id % 3 = 1`),
  fc.constantFrom(
    "DELETE FROM t WHERE id % 2 = 0",
    "INSERT OR ROLLBACK INTO u VALUES(1)",
    "INSERT INTO u VALUES(1)",
    "VACUUM",
    "SELECT count(*) FROM t",
    "CREATE INDEX i ON t(x)",
    "DROP INDEX IF EXISTS i",
  ),
);
const ask: fc.Arbitrary<Ask> = fc.record({
  endpoint: fc.constantFrom("execute", "request"),
  sql: fc.array(statement, { minLength: 1, maxLength: 4 }),
  options: fc.record({ transaction: fc.boolean() }),
});

describe("a database that is full", () => {
  test.each(["", "PRAGMA cache_size=5"])(
    "is full for the same requests in a group as one by one (%s)",
    async (cache) => {
      const instance = await limited("PRAGMA max_page_count=14", ...(cache === "" ? [] : [cache]));
      fc.assert(
        fc.property(fc.array(ask, { minLength: 2, maxLength: 10 }), (asks) => {
          const grouped = new GroupEngine(instance);
          const single = new GroupEngine(instance);
          for (const engine of [grouped, single]) engine.run({ sql: schema });
          try {
            expect(grouped.run(...asks)).toEqual(asks.map((one) => single.runAlone(one)));
            for (const sql of ["SELECT id, length(x) FROM t", "SELECT * FROM u", "PRAGMA integrity_check"]) {
              expect(grouped.rows(sql)).toBe(single.rows(sql));
            }
          } finally {
            grouped.close();
            single.close();
          }
        }),
        { numRuns: 60 },
      );
    },
  );

  test("a statement that finds it full has it in its own answer", async () => {
    const engine = new GroupEngine(await limited("PRAGMA max_page_count=14"));
    engine.run({ sql: schema });
    const answers = engine.run(
      { sql: ["INSERT INTO u VALUES(1)"] },
      { sql: ["INSERT INTO t(x) VALUES(zeroblob(100000))", "INSERT INTO u VALUES(2)"] },
      { sql: ["INSERT INTO u VALUES(3)"] },
    );
    expect(answers).toEqual([
      '{"results":[{"last_insert_id":1,"rows_affected":1}]}',
      `{"results":[{"error":"${full}"},{"last_insert_id":2,"rows_affected":1}]}`,
      '{"results":[{"last_insert_id":3,"rows_affected":1}]}',
    ]);
    engine.close();
  });
});

test("a statement for which memory runs out leaves its neighbours alone", async () => {
  const instance = await sqlite();
  const engine = new GroupEngine(instance);
  engine.run({ sql: schema });
  // 12 MB, and the stack that is taken from the heap when SQLite is loaded.
  engine.connection.run("PRAGMA hard_heap_limit=28800000");
  const greedy =
    "INSERT INTO t SELECT 1, group_concat(hex(zeroblob(1000000))) FROM (SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4)";
  const answers = engine.run(
    { sql: ["INSERT INTO u VALUES(1)"] },
    { sql: [`${greedy}, t`, greedy, "INSERT INTO u VALUES(2)"] },
    { sql: ["INSERT INTO u VALUES(3)"] },
  );
  engine.connection.run("PRAGMA hard_heap_limit=0");
  expect(answers[1]).toContain("out of memory");
  expect([answers[0], answers[2]]).toEqual([
    '{"results":[{"last_insert_id":1,"rows_affected":1}]}',
    '{"results":[{"last_insert_id":3,"rows_affected":1}]}',
  ]);
  expect(engine.rows("SELECT group_concat(x) AS xs FROM u")).toContain('[["1,2,3"]]');
  expect(engine.rows("PRAGMA integrity_check")).toContain('"ok"');
  engine.close();
});

import { describe, expect, test } from "vitest";
import { type Ask, GroupEngine, sqlite } from "./group-fixture.ts";

/**
 * All that a connection remembers from one request to the next, and what becomes of it. Each case is run with its
 * neighbour in one group and in two.
 */
interface Case {
  readonly name: string;
  readonly before?: readonly string[];
  readonly asks: readonly Ask[];
  readonly answers: readonly string[];
}

const request = (...sql: (string | readonly unknown[])[]): Ask => ({ endpoint: "request", sql });
const values = (name: string, value: unknown, type = "integer"): string =>
  JSON.stringify({ results: [{ columns: [name], types: [type], values: [[value]] }] });
const error = (message: string): string => JSON.stringify({ results: [{ error: message }] });
const topLevel = (message: string): string => JSON.stringify({ results: [], error: message });
const nothing = '{"results":[{}]}';

const settings: readonly (readonly [pragma: string, changed: number, normal: number])[] = [
  ["foreign_keys", 1, 0],
  ["recursive_triggers", 1, 0],
  ["ignore_check_constraints", 1, 0],
  ["legacy_alter_table", 1, 0],
  ["reverse_unordered_selects", 1, 0],
  ["automatic_index", 0, 1],
  ["cell_size_check", 1, 0],
  ["read_uncommitted", 1, 0],
  ["secure_delete", 1, 0],
  ["trusted_schema", 0, 1],
  ["short_column_names", 0, 1],
  ["full_column_names", 1, 0],
  ["analysis_limit", 100, 0],
];

const reset: readonly Case[] = settings.map(([pragma, changed, normal]) => ({
  name: `PRAGMA ${pragma} is reset`,
  asks: [request(`PRAGMA ${pragma}=${changed}`), request(`PRAGMA ${pragma}`)],
  answers: ["", values(pragma, normal)],
}));

const cases: readonly Case[] = [
  ...reset,
  {
    name: "PRAGMA case_sensitive_like is reset",
    asks: [request("PRAGMA case_sensitive_like=1"), request("SELECT 'a' LIKE 'A' AS x")],
    answers: [nothing, values("x", 1)],
  },
  {
    name: "PRAGMA defer_foreign_keys is reset",
    asks: [request("PRAGMA defer_foreign_keys=1"), request("PRAGMA defer_foreign_keys")],
    answers: [nothing, values("defer_foreign_keys", 0)],
  },
  {
    name: "an open transaction is rolled back and reported",
    asks: [{ sql: ["BEGIN", "INSERT INTO t VALUES(9)"] }, request("SELECT count(*) AS n FROM t WHERE x = 9")],
    answers: ["", values("n", 0)],
  },
  {
    name: "an open savepoint likewise",
    asks: [{ sql: ["SAVEPOINT a", "INSERT INTO t VALUES(9)"] }, request("SELECT count(*) AS n FROM t WHERE x = 9")],
    answers: ["", values("n", 0)],
  },
  {
    name: "a request can't end the group's transaction",
    asks: [{ sql: ["INSERT INTO t VALUES(5)"] }, { sql: ["ROLLBACK"] }, request("SELECT count(*) AS n FROM t")],
    answers: ["", error("cannot rollback - no transaction is active"), values("n", 2)],
  },
  {
    name: "nor commit it",
    asks: [{ sql: ["COMMIT"] }, { sql: ["INSERT INTO t VALUES(5)"] }],
    answers: [error("cannot commit - no transaction is active"), ""],
  },
  {
    name: "user_version is the database's: kept",
    asks: [{ sql: ["PRAGMA user_version=7"] }, request("PRAGMA user_version")],
    answers: ["", values("user_version", 7)],
  },
  {
    name: "last_insert_rowid() and changes() are kept, as rqlite's clients see them",
    asks: [{ sql: ["INSERT INTO t VALUES(5),(6)"] }, request("SELECT last_insert_rowid() AS x"), { sql: ["SELECT 1"] }],
    answers: [
      '{"results":[{"last_insert_id":3,"rows_affected":2}]}',
      values("x", 3),
      '{"results":[{"last_insert_id":3,"rows_affected":2}]}',
    ],
  },
  {
    name: "they survive a neighbour's rollback of everything",
    asks: [
      { sql: ["INSERT INTO t VALUES(5),(6)"] },
      { sql: ["INSERT OR ROLLBACK INTO u VALUES(1)"] },
      { sql: ["SELECT 1"] },
      request("SELECT changes() AS x"),
    ],
    answers: [
      '{"results":[{"last_insert_id":3,"rows_affected":2}]}',
      error("UNIQUE constraint failed: u.x"),
      '{"results":[{"last_insert_id":3}]}',
      values("x", 0),
    ],
  },
  {
    name: "bound values are not",
    asks: [
      { sql: [["INSERT INTO t VALUES(?)", 77]] },
      { sql: ["INSERT INTO t VALUES(?)"] },
      request("SELECT sum(x) AS x FROM t"),
    ],
    answers: ["", "", values("x", 78)],
  },
  {
    name: "a deferred foreign key that fails is its own request's fault",
    before: ["CREATE TABLE p(id INTEGER PRIMARY KEY)", "CREATE TABLE c(p REFERENCES p DEFERRABLE INITIALLY DEFERRED)"],
    asks: [
      { sql: ["INSERT INTO t VALUES(5)"] },
      { sql: ["PRAGMA foreign_keys=1", "INSERT INTO c VALUES(1)"] },
      { sql: ["INSERT INTO t VALUES(6)"] },
      request("SELECT count(*) AS n FROM t"),
    ],
    answers: ["", "", "", values("n", 3)],
  },
  ...(
    [
      "CREATE TEMP TABLE gone(x)",
      "CREATE TEMP VIEW gone AS SELECT 1",
      "CREATE TEMP TRIGGER gone AFTER INSERT ON t BEGIN SELECT 1; END",
      "ATTACH ':memory:' AS other",
      "DETACH main",
      "PRAGMA journal_mode=DELETE",
      "PRAGMA locking_mode=NORMAL",
      "PRAGMA page_size=512",
      "PRAGMA writable_schema=1",
      "PRAGMA max_page_count=1",
      "PRAGMA cache_size=1",
      "PRAGMA temp_store=2",
      "VACUUM INTO 'x.sqlite'",
    ] as const
  ).map(
    (sql): Case => ({
      name: `refused: ${sql}`,
      asks: [{ sql: [sql] }, request("SELECT count(*) AS n FROM sqlite_schema")],
      answers: ["refused", values("n", 3)],
    }),
  ),
];

describe.each(["one group", "a group each"])("what a connection remembers, in %s", (how) => {
  test.each(cases)("$name", async ({ before, asks, answers }) => {
    const engine = new GroupEngine(await sqlite());
    engine.run({ sql: ["CREATE TABLE t(x)", "CREATE TABLE u(x UNIQUE)", ...(before ?? [])] });
    engine.run({ sql: ["INSERT INTO u VALUES(1)", "INSERT INTO t VALUES(1)"] });
    const got = how === "one group" ? engine.run(...asks) : asks.flatMap((ask) => engine.run(ask));
    for (const [at, expected] of answers.entries()) {
      if (expected === "refused") expect(got[at]).toMatch(/"error":"/);
      else if (expected !== "") expect(got[at]).toBe(expected);
    }
    expect(engine.connection.inTransaction).toBe(false);
    engine.close();
  });
});

test("a transaction that is left open is reported at the top", async () => {
  const engine = new GroupEngine(await sqlite());
  expect(engine.run({ sql: ["BEGIN"] })[0]).toMatch(/^\{"results":\[\],"error":"/);
  expect(engine.run({ sql: ["PRAGMA journal_mode=WAL"] })[0]).toBe(topLevel("disallowed pragma"));
  engine.close();
});

import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import type { SqlConnection } from "../../../src/core/sqlite/mod.ts";
import { database, refusal, rows, startSqlite, stepAll, utf8 } from "./sqlite-fixture.ts";

let writer: SqlConnection;
beforeAll(async () => {
  writer = database(await startSqlite(), "CREATE TABLE t(a)").writer;
});

/** Where each statement of a text ends, as SQLite cuts it; -1 for "none from here on". */
function tails(sql: string): number[] {
  const bytes = utf8(sql);
  const found: number[] = [];
  for (let from = 0; ; ) {
    const prepared = writer.prepare(bytes, from);
    if (!prepared.ok) throw new Error(prepared.error.message);
    if (prepared.value.statement === null) return [...found, -1];
    prepared.value.statement.release();
    from = prepared.value.tail;
    found.push(from);
  }
}

test("a text of several statements is cut where SQLite cuts it", () => {
  for (let time = 0; time < 2; time += 1) {
    expect(tails("SELECT 1")).toEqual([8, -1]);
    expect(tails("SELECT 1;")).toEqual([9, -1]);
    expect(tails("SELECT 1; SELECT 2")).toEqual([9, 18, -1]);
    expect(tails(";; SELECT 'ä' ; -- done\n")).toEqual([16, -1]);
    expect(tails("/* one */ SELECT 1 /* two")).toEqual([25, -1]);
    expect(tails("\u{feff}SELECT 1;;SELECT 2;")).toEqual([12, 22, -1]);
    expect(tails("")).toEqual([-1]);
    expect(tails(" -- nothing")).toEqual([-1]);
    expect(tails(";")).toEqual([-1]);
    expect(tails("SELECT 1; \0 SELECT 2")).toEqual([9, -1]);
  }
});

test("errors are SQLite's own words", () => {
  expect(refusal(writer, "SLECT 1")).toEqual({ code: 1, message: 'near "SLECT": syntax error' });
  expect(refusal(writer, "SELECT")).toEqual({ code: 1, message: "incomplete input" });
  expect(refusal(writer, "SELECT 'a")).toEqual({ code: 1, message: `unrecognized token: "'a"` });
  expect(refusal(writer, "SELECT * FROM nowhere")).toEqual({ code: 1, message: "no such table: nowhere" });
  expect(refusal(writer, "SELECT nowhere FROM t")).toEqual({ code: 1, message: "no such column: nowhere" });
  rows(writer, "CREATE TABLE u(a INTEGER PRIMARY KEY, b UNIQUE); INSERT INTO u VALUES(1, 1)");
  expect(refusal(writer, "INSERT INTO u VALUES(1, 2)")).toEqual({
    code: 1555,
    message: "UNIQUE constraint failed: u.a",
  });
  expect(refusal(writer, "INSERT INTO u VALUES(2, 1)")).toEqual({
    code: 2067,
    message: "UNIQUE constraint failed: u.b",
  });
});

test("a dump of any length goes through statement by statement", () => {
  const count = 12_000;
  const lines = Array.from({ length: count }, (_, at) => `INSERT INTO d VALUES(${at}, 'it''s ; no. ${at}'); -- ;`);
  const long = `INSERT INTO d VALUES(-1, '${"x;".repeat(150_000)}')`;
  lines.splice(count / 2, 0, `${long};`);
  rows(writer, `BEGIN; CREATE TABLE d(a, b);\n${lines.join("\n")}\nCOMMIT`);
  expect(rows(writer, "SELECT count(*), sum(a), max(length(b)) FROM d")).toEqual([
    [count + 1, (count * (count - 1)) / 2 - 1, 300_000],
  ]);
});

test("an error far into a long text, or over a long stretch of it, is the same as in a short one", () => {
  const filler = `SELECT '${"y".repeat(100_000)}';`;
  expect(refusal(writer, `${filler.repeat(7)} SLECT 1; ${filler}`).message).toBe('near "SLECT": syntax error');
  expect(refusal(writer, `${filler} SELECT * FROM nowhere; ${filler.repeat(7)}`).message).toBe(
    "no such table: nowhere",
  );
  expect(refusal(writer, `SELECT 1 IN (${"1,".repeat(400_000)}`).message).toBe("incomplete input");
  const list = Array.from({ length: 200_000 }, (_, at) => at).join(",");
  expect(rows(writer, `SELECT 199999 IN (${list})`)).toEqual([[1]]);
  expect(refusal(writer, `SELECT '${"z".repeat(200_000)}`).message).toBe(
    `unrecognized token: "'${"z".repeat(200_000)}"`,
  );
});

test("statements cut anywhere by the window are the statements of the whole text", () => {
  const statement = fc.oneof(
    fc.constantFrom("SELECT 1", "SELECT 'a;b'", "SELECT /* ; */ 2", "SELECT 3 -- ;\n", "SELECT x'00ff'"),
    fc.integer({ min: 0, max: 40_000 }).map((length) => `SELECT length('${"q".repeat(length)}')`),
  );
  fc.assert(
    fc.property(fc.array(statement, { maxLength: 8 }), (statements) => {
      const results: unknown[] = [];
      const bytes = utf8(statements.map((sql) => `${sql};`).join("\n"));
      for (let from = 0; ; ) {
        const prepared = writer.prepare(bytes, from);
        if (!prepared.ok) throw new Error(prepared.error.message);
        if (prepared.value.statement === null) break;
        results.push(stepAll(prepared.value.statement));
        prepared.value.statement.release();
        from = prepared.value.tail;
      }
      expect(results).toEqual(statements.map((sql) => rows(writer, sql)));
    }),
    { numRuns: 50 },
  );
});

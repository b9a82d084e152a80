import { describe, expect, onTestFinished, test } from "vitest";
import { logIndex } from "../../../src/core/base/mod.ts";
import { analyse, errorBody, withRaftIndex } from "../../../src/core/statements/mod.ts";
import { bodyOf, startSqlite, TestDatabase } from "./database.ts";

const sqlite = await startSqlite();
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe("a request that failed as a whole (http-api §5.1)", () => {
  test.each<[message: string, pretty: boolean, elapsedMs: number | null, body: string]>([
    ["stale read", false, null, '{"results":[],"error":"stale read"}'],
    ["stale read", false, 0, '{"results":[],"error":"stale read"}'],
    ["stale read", false, 1.5, '{"results":[],"error":"stale read","time":0.0015}'],
    ['a "b"', false, 0.0004, String.raw`{"results":[],"error":"a \"b\"","time":4e-7}`],
    ["x", true, 12.345678, '{\n    "results": [],\n    "error": "x",\n    "time": 0.012345678\n}'],
  ])("%s, %s, %s", (message, pretty, elapsedMs, body) => {
    expect(text(errorBody(message, { pretty }, elapsedMs))).toBe(body);
  });
});

describe("raft_index", () => {
  test.each<[body: string, pretty: boolean, extended: string]>([
    ['{"results":[{}]}', false, '{"results":[{}],"raft_index":57}'],
    ['{\n    "results": []\n}', true, '{\n    "results": [],\n    "raft_index": 57\n}'],
  ])("%j", (body, pretty, extended) => {
    expect(text(withRaftIndex(bytes(body), pretty, logIndex(57)))).toBe(extended);
  });
});

describe("/db/sql (http-api §13.4, DESIGN §10)", () => {
  test("each statement's own text, or what SQLite says against it", () => {
    const database = new TestDatabase(sqlite);
    onTestFinished(() => database.close());
    database.execute(["CREATE TABLE foo(v)"]);
    const body = bodyOf([
      "INSERT INTO foo(v) VALUES(RANDOM())",
      ["SELECT ?", 1],
      "SLECT <1>",
      "",
      "-- only a comment",
      "PRAGMA case_sensitive_like=1",
    ]);
    const { reader, clock } = database;
    expect(text(analyse(reader, clock, body, { pretty: false, timings: false }))).toBe(
      `{"results":[${[
        '{"original":"INSERT INTO foo(v) VALUES(RANDOM())","rewritten":"INSERT INTO foo(v) VALUES(RANDOM())"}',
        '{"original":"SELECT ?","rewritten":"SELECT ?"}',
        String.raw`{"original":"SLECT \u003c1\u003e","error":"near \"SLECT\": syntax error"}`,
        '{"original":"","error":"EOF"}',
        '{"original":"-- only a comment","error":"EOF"}',
        '{"original":"PRAGMA case_sensitive_like=1","rewritten":"PRAGMA case_sensitive_like=1"}',
      ].join(",")}]}`,
    );
    expect(database.query(["SELECT 'a' LIKE 'A'"])).toContain("[[1]]");
    clock.stepMs = 1;
    expect(text(analyse(reader, clock, bodyOf(["SELECT 1"]), { pretty: true, timings: true }))).toMatch(
      /\n {4}\],\n {4}"time": 0.001\n\}$/,
    );
  });
});

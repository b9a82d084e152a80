import { describe, expect, test } from "vitest";
import { GroupEngine, resultText, sqlite } from "./group-fixture.ts";

async function freshEngine(): Promise<GroupEngine> {
  const engine = new GroupEngine(await sqlite());
  engine.run({ sql: ["CREATE TABLE t(id INTEGER PRIMARY KEY, x)", "CREATE TABLE u(x UNIQUE)"] });
  return engine;
}

const insert = (id: number): string => `INSERT INTO t(id) VALUES(${id})`;
const inserted = (id: number): string => `{"results":[{"last_insert_id":${id},"rows_affected":1}]}`;
const ids = (engine: GroupEngine): string => {
  const text = engine.rows("SELECT group_concat(id ORDER BY id) AS ids FROM t");
  return /"values":\[\["?([^\]"]*)/.exec(text)?.[1] ?? text;
};
const endless = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c)";

describe("entries", () => {
  test("one for a group, however many requests; none where nothing changed", async () => {
    const engine = await freshEngine();
    const before = engine.storage.entries;
    engine.run({ sql: [insert(1)] }, { sql: [insert(2)] }, { sql: [insert(3)] });
    expect(engine.storage.entries).toBe(before + 1);
    engine.run({ sql: ["SELECT 1"] }, { sql: ["nonsense"] }, { sql: ["DELETE FROM t WHERE id = 99"] });
    expect(engine.storage.entries).toBe(before + 1);
  });

  test("a request alone has its own, for all its commits", async () => {
    const engine = await freshEngine();
    const before = engine.storage.entries;
    engine.run({ sql: [insert(1)] }, { endpoint: "load", sql: `${insert(2)};${insert(3)}` }, { sql: [insert(4)] });
    expect(engine.storage.entries).toBe(before + 3);
    expect(ids(engine)).toBe("1,2,3,4");
  });

  test("raft_index is the entry's that holds the request, or the last one's", async () => {
    const engine = await freshEngine();
    const at = engine.storage.lastIndex;
    const options = { raftIndex: true };
    const answers = engine.run(
      { sql: [insert(1)], options },
      { sql: [insert(2)], options: { raftIndex: true, dbTimeoutMs: 60_000 } },
      { sql: ["nonsense"], options },
      { sql: [insert(3)] },
    );
    expect(answers.map((answer) => /"raft_index":(\d+)/.exec(answer)?.[1])).toEqual([
      `${at + 1}`,
      `${at + 2}`,
      `${at + 3}`,
      undefined,
    ]);
    expect(engine.run({ endpoint: "request", sql: ["SELECT 1 AS x"], options })).toEqual([
      `{"results":[{"columns":["x"],"types":["integer"],"values":[[1]]}],"raft_index":${at + 3}}`,
    ]);
  });
});

describe("requests that don't parse or run out of time", () => {
  test("a bad body is a 400 of its own", async () => {
    const engine = await freshEngine();
    const bad = { ...engine.request({ sql: [] }), body: new TextEncoder().encode("[1") };
    const results = engine.runRequests([
      engine.request({ sql: [insert(1)] }),
      bad,
      engine.request({ sql: [insert(2)] }),
    ]);
    expect(results.map(resultText)).toEqual([inserted(1), "400 invalid request", inserted(2)]);
  });

  test("db_timeout that is over before the first statement", async () => {
    const engine = await freshEngine();
    const options = { dbTimeoutMs: 1e-6 };
    expect(engine.run({ sql: [insert(1)] }, { sql: [insert(2)], options }, { sql: [insert(3)] })).toEqual([
      inserted(1),
      '{"results":[],"error":"context deadline exceeded"}',
      inserted(3),
    ]);
    expect(ids(engine)).toBe("1,3");
  });

  test("db_timeout that passes in a statement leaves the others alone", async () => {
    const engine = await freshEngine();
    const slow = {
      sql: [insert(2), `INSERT INTO t ${endless} SELECT i + 10, 1 FROM c`, insert(4)],
      options: { dbTimeoutMs: 1 },
    };
    const answers = engine.run({ sql: [insert(1)] }, slow, { sql: [insert(3)] });
    expect(answers[1]).toContain('{"error":"execute timeout"},{"error":"execute timeout"}');
    expect(ids(engine)).toBe("1,2,3");
  });
});

describe("requests that nobody waits for", () => {
  test("before the group, one is not run", async () => {
    const engine = await freshEngine();
    const requests = [1, 2, 3].map((id) => engine.request({ sql: [insert(id)] }));
    if (requests[1] !== undefined) engine.stop(requests[1]);
    expect(engine.runRequests(requests).map(resultText)).toEqual([inserted(1), "stopped", inserted(3)]);
    expect(ids(engine)).toBe("1,3");
  });

  test.each([
    ["reading", `SELECT * FROM (${endless} SELECT i FROM c) LIMIT -1 OFFSET 1000000000`],
    ["writing", `INSERT INTO t ${endless} SELECT i + 10, zeroblob(100) FROM c`],
  ])("in the middle of %s: nothing of it stays, its neighbours' do", async (_what, sql) => {
    const engine = await freshEngine();
    const first = engine.request({ sql: [insert(1)] });
    const stuck = engine.request({ endpoint: "request", sql: [insert(2), sql] });
    const last = engine.request({ sql: ["SELECT 1", insert(3)] });
    // The clock is looked at while the statement runs: that is when main's stop comes in.
    const stop = engine.stopWhenAsked(stuck, 3);
    expect(engine.runRequests([first, stuck, last]).map(resultText)).toEqual([
      inserted(1),
      "stopped",
      '{"results":[{"last_insert_id":1,"rows_affected":1},{"last_insert_id":3,"rows_affected":1}]}',
    ]);
    stop();
    expect(ids(engine)).toBe("1,3");
  });

  test("whenever the stop comes, a setting that it made does not stay", async () => {
    for (let times = 1; times < 10; times++) {
      const engine = await freshEngine();
      const setter = engine.request({ sql: ["PRAGMA case_sensitive_like=1", "SELECT 1"] });
      const stop = engine.stopWhenAsked(setter, times);
      const next = engine.request({ endpoint: "request", sql: ["SELECT 'a' LIKE 'A' AS x"] });
      const [, answer] = engine.runRequests([setter, next]);
      stop();
      expect(answer && resultText(answer)).toContain("[[1]]");
    }
  });

  test("alone, after a commit of its own: that goes too", async () => {
    const engine = await freshEngine();
    const stuck = engine.request({
      endpoint: "load",
      sql: `${insert(2)}; INSERT INTO t ${endless} SELECT i + 10, 1 FROM c`,
    });
    const stop = engine.stopWhenAsked(stuck, 3);
    const requests = [engine.request({ sql: [insert(1)] }), stuck, engine.request({ sql: [insert(3)] })];
    expect(engine.runRequests(requests).map(resultText)).toEqual([inserted(1), "stopped", inserted(3)]);
    stop();
    expect(ids(engine)).toBe("1,3");
  });
});

describe("when there is no room, or worse", () => {
  test("a group for which the log has no room: nothing changed, and all who ran are told", async () => {
    const engine = await freshEngine();
    engine.run({ sql: [insert(1)] });
    engine.storage.refusal = "no room on the disk";
    expect(engine.run({ sql: [insert(2)] }, { sql: ["SELECT 1"] }, { sql: ["CREATE TABLE more(x)"] })).toEqual(
      Array(3).fill('{"results":[],"error":"no room on the disk"}'),
    );
    engine.storage.refusal = null;
    expect(engine.run({ sql: ["SELECT 1"] })).toEqual([inserted(1)]);
    expect(engine.run({ sql: ["SELECT * FROM more"] })).toEqual(['{"results":[{"error":"no such table: more"}]}']);
    expect(engine.run({ sql: [insert(4)] })).toEqual([inserted(4)]);
    expect(ids(engine)).toBe("1,4");
  });

  test("a store that breaks is not SQL's business", async () => {
    const engine = await freshEngine();
    engine.storage.failure = new Error("the disk is on fire");
    expect(() => engine.run({ sql: [insert(1)] })).toThrow("the disk is on fire");
  });

  test("a transaction that spills before its commit and is undone leaves no page behind", async () => {
    const engine = await freshEngine();
    engine.connection.run("PRAGMA cache_size=10");
    const entries = engine.storage.entries;
    const big = `${endless} INSERT INTO t SELECT i + 100, zeroblob(2000) FROM c LIMIT 500`;
    const answers = engine.run(
      { sql: [insert(1)] },
      { sql: [big, "INSERT INTO u VALUES(1)", "INSERT OR ROLLBACK INTO u VALUES(1)"] },
      { sql: [insert(3)] },
    );
    expect(answers[1]).toContain("UNIQUE constraint failed: u.x");
    expect(engine.rows("SELECT count(*) AS n FROM t")).toContain("[[502]]");
    expect(engine.rows("PRAGMA integrity_check")).toContain('"ok"');
    expect(engine.storage.entries).toBe(entries + 3);
  });
});

test("a request that can't be judged among others costs its neighbours at most one more run", async () => {
  const engine = await freshEngine();
  engine.run({ sql: ["INSERT INTO u VALUES(1)"] });
  const bad = { sql: ["INSERT OR ROLLBACK INTO u VALUES(1)"] };
  const asks = Array.from({ length: 64 }, (_, at) => (at % 4 === 3 ? bad : { sql: [insert(at)] }));
  const before = engine.connection.counters();
  const answers = engine.run(...asks);
  expect(before.changes).toBe(1);
  expect(answers.filter((answer) => answer.includes("UNIQUE")).length).toBe(16);
  expect(ids(engine).split(",").length).toBe(48);
});

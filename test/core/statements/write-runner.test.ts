import { describe, expect, onTestFinished, test } from "vitest";
import { bodyOf, startSqlite, TestDatabase } from "./database.ts";

const sqlite = await startSqlite();

function database(foreignKeys = false, ...statements: readonly string[]): TestDatabase {
  const made = new TestDatabase(sqlite, foreignKeys);
  onTestFinished(() => made.close());
  made.execute(["CREATE TABLE t(id INTEGER PRIMARY KEY, v UNIQUE)", ...statements]);
  return made;
}

const rows = (made: TestDatabase, sql = "SELECT group_concat(id) FROM t"): string =>
  /"values":\[\[(.*)\]\]/.exec(made.query([sql]))?.[1] ?? "nothing";
const entries = (...list: readonly string[]): string => `{"results":[${list.join(",")}]}`;
const inserted = (id: number): string => `{"last_insert_id":${id},"rows_affected":1}`;
const duplicate = '{"error":"UNIQUE constraint failed: t.id"}';
const failed = (error: string): string => `{"results":[],"error":"${error}"}`;

describe.each(["alone", "group"] as const)("%s", (surroundings) => {
  const send = (
    made: TestDatabase,
    endpoint: "execute" | "request" | "query",
    body: readonly unknown[],
    options = {},
  ): string => (surroundings === "alone" ? made.write(endpoint, body, options) : made.inGroup(endpoint, body, options));

  test("errors don't stop the rest, and failed statements leave nothing", () => {
    const made = database();
    expect(
      send(made, "execute", [
        "INSERT INTO t VALUES(1, 1)",
        "INSERT INTO t VALUES(2, 2), (1, 3)",
        "nonsense",
        "",
        "INSERT INTO t VALUES(3, 3)",
      ]),
    ).toBe(entries(inserted(1), duplicate, '{"error":"near \\"nonsense\\": syntax error"}', inserted(3)));
    expect(rows(made)).toBe('"1,3"');
  });

  test("OR FAIL keeps what came before the failure", () => {
    const made = database();
    expect(send(made, "execute", ["INSERT INTO t VALUES(1, 1)", "INSERT OR FAIL INTO t VALUES(2, 2), (1, 3)"])).toBe(
      entries(inserted(1), duplicate),
    );
    expect(rows(made)).toBe('"1,2"');
  });

  test("a text's statements run one after the other, up to the first error", () => {
    const made = database();
    expect(send(made, "execute", ["INSERT INTO t VALUES(1, 1); INSERT INTO t VALUES(2, 2)"])).toBe(
      entries(inserted(2)),
    );
    expect(
      send(made, "execute", ["INSERT INTO t VALUES(3, 3); INSERT INTO t VALUES(1, 4); INSERT INTO t VALUES(5, 5)"]),
    ).toBe(entries(duplicate));
    expect(send(made, "execute", ["INSERT INTO t VALUES(6, 6); nonsense"])).toContain("syntax error");
    expect(rows(made)).toBe('"1,2,3,6"');
  });

  test.each([
    ["a trailing comment", "INSERT INTO t VALUES(1, 1); -- note", "{}"],
    ["a further semicolon", "INSERT INTO t VALUES(1, 1);;", "{}"],
    ["a trailing newline", "INSERT INTO t VALUES(1, 1);\n", inserted(1)],
    ["blanks of every kind", "INSERT INTO t VALUES(1, 1); \t\r\n\f\v", inserted(1)],
    ["a comment before the semicolon", "INSERT INTO t VALUES(1, 1) /* note */;", inserted(1)],
    ["a comment without a semicolon", "INSERT INTO t VALUES(1, 1) -- note", inserted(1)],
    ["comments first", "-- note\n/* note */ INSERT INTO t VALUES(1, 1)", inserted(1)],
  ])("%s", (_name, sql, entry) => {
    expect(send(database(), "execute", [sql])).toBe(entries(entry));
    expect(send(database(), "execute", ["-- nothing", "", " ; "])).toBe(entries("{}", "{}"));
  });

  test("counters are stale where nothing was counted (http-api §6.1)", () => {
    const made = database();
    expect(
      send(made, "execute", [
        "INSERT INTO t VALUES(7, 1), (8, 2)",
        "CREATE TABLE u(x)",
        "SELECT * FROM t",
        "UPDATE t SET v = 5 WHERE id = 8",
        "DELETE FROM t WHERE id = 99",
        "INSERT OR IGNORE INTO t VALUES(7, 9)",
        "PRAGMA user_version",
        "INSERT INTO t VALUES(7, 3)",
        "DROP TABLE u",
      ]),
    ).toBe(
      entries(
        '{"last_insert_id":8,"rows_affected":2}',
        '{"last_insert_id":8,"rows_affected":2}',
        '{"last_insert_id":8,"rows_affected":2}',
        '{"last_insert_id":8,"rows_affected":1}',
        '{"last_insert_id":8}',
        '{"last_insert_id":8}',
        '{"last_insert_id":8}',
        duplicate,
        '{"last_insert_id":8}',
      ),
    );
  });

  test("RETURNING gives rows, however it is written", () => {
    const made = database();
    expect(
      send(made, "execute", [
        "INSERT INTO t VALUES(1, 'a'), (2, 'b') RETURNING\n*",
        "WITH x AS (SELECT 1) UPDATE t SET v = v || 'x' WHERE id = 1 returning v",
        "DELETE FROM t WHERE id = 9 RETURNING id",
        "INSERT INTO t VALUES(1, 1) RETURNING id",
      ]),
    ).toBe(
      entries(
        '{"columns":["id","v"],"types":["integer",""],"values":[[1,"a"],[2,"b"]]}'.replace('""', '"text"'),
        '{"columns":["v"],"types":["text"],"values":[["ax"]]}',
        '{"columns":["id"],"types":["integer"]}',
        duplicate,
      ),
    );
    expect(send(made, "execute", ["INSERT INTO t VALUES(1, 1) RETURNING id"], { associative: true })).toBe(
      entries('{"rows":[],"error":"UNIQUE constraint failed: t.id"}'),
    );
    expect(send(made, "execute", ["INSERT INTO t VALUES(5, 5); INSERT INTO t VALUES(6, 6) RETURNING id"])).toMatch(
      /^\{"results":\[\{"last_insert_id":6/,
    );
    expect(rows(made)).toBe('"1,2,5,6"');
  });

  test("with transaction: all or nothing", () => {
    const made = database();
    const options = { transaction: true };
    expect(send(made, "execute", ["INSERT INTO t VALUES(1, 1)", "INSERT INTO t VALUES(2, 2)"], options)).toBe(
      entries(inserted(1), inserted(2)),
    );
    expect(
      send(
        made,
        "execute",
        ["INSERT INTO t VALUES(3, 3)", "CREATE TABLE u(x)", "INSERT INTO t VALUES(1, 9)", "nonsense"],
        options,
      ),
    ).toBe(entries(inserted(3), inserted(3), duplicate));
    expect(
      send(made, "execute", ["INSERT INTO t VALUES(4, 4)", "nonsense", "INSERT INTO t VALUES(5, 5)"], options),
    ).toBe(entries(inserted(4), '{"error":"near \\"nonsense\\": syntax error"}'));
    expect(rows(made)).toBe('"1,2"');
    expect(made.query(["SELECT * FROM u"])).toContain("no such table: u");
    expect(send(made, "execute", ["INSERT INTO t VALUES(6, 6)"], options)).toBe(entries(inserted(6)));
  });

  test("requests: reads see the writes before them; errors in preparing end a transaction too", () => {
    const made = database();
    const body = [
      "SELECT count(*) FROM t",
      "INSERT INTO t VALUES(1, 1)",
      "SELECT count(*) FROM t",
      "nonsense",
      "INSERT INTO t VALUES(2, 2)",
    ];
    const count = (n: number): string => `{"columns":["count(*)"],"types":["integer"],"values":[[${n}]]}`;
    const syntax = '{"error":"near \\"nonsense\\": syntax error"}';
    expect(send(made, "request", body)).toBe(entries(count(0), inserted(1), count(1), syntax, inserted(2)));
    made.execute(["DELETE FROM t"]);
    expect(send(made, "request", body, { transaction: true })).toBe(entries(count(0), inserted(1), count(1), syntax));
    expect(rows(made)).toBe("null");
  });

  test("requests: the kind goes by the first statement of a text", () => {
    const made = database();
    expect(
      send(made, "request", ["SELECT 1; INSERT INTO t VALUES(1, 1)", "INSERT INTO t VALUES(2, 2); SELECT 1"]),
    ).toBe(entries("{}", inserted(2)));
    expect(rows(made)).toBe('"1,2"');
    expect(send(made, "request", ["INSERT INTO t VALUES(3, 3)", "-- nothing"], { associative: true })).toBe(
      entries('{"last_insert_id":3,"rows_affected":1,"rows":null}', '{"rows":[]}'),
    );
  });

  test("queries through the writer: writes are refused", () => {
    const made = database(false, "INSERT INTO t VALUES(1, 1)");
    const refused = '{"error":"attempt to change database via query operation"}';
    expect(
      send(made, "query", [
        "SELECT id FROM t",
        "DELETE FROM t",
        "CREATE TABLE IF NOT EXISTS t(x)",
        "EXPLAIN QUERY PLAN DELETE FROM t",
      ]),
    ).toContain(`"values":[[1]]},${refused},{},{"columns":["id",`);
    expect(rows(made)).toBe('"1"');
  });

  test("what a value can't be written for stays done", () => {
    const made = database();
    expect(send(made, "request", ["SELECT 9e999", "INSERT INTO t VALUES(1, 1)"])).toMatch(/^500 json: .*\+Inf$/);
    expect(rows(made)).toBe('"1"');
  });

  test("a disallowed PRAGMA fails the request", () => {
    const made = database();
    expect(send(made, "execute", ["INSERT INTO t VALUES(1, 1)", "PRAGMA synchronous=1"])).toBe(
      failed("disallowed pragma"),
    );
    expect(rows(made)).toBe("null");
  });

  test("SQL that may not be", () => {
    const made = database();
    expect(send(made, "execute", ["ATTACH 'x' AS y"])).toMatch(/^\{"results":\[\{"error":"ATTACH/);
    expect(send(made, "execute", ["CREATE TEMP TABLE x(y)"])).toMatch(/^\{"results":\[\{"error":"temporary/);
  });
});

describe("what can't be judged in a group", () => {
  test.each([
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "SAVEPOINT s",
    "RELEASE s",
    "VACUUM",
    "PRAGMA foreign_keys=1",
    "PRAGMA defer_foreign_keys=1",
    "SELECT 1; COMMIT",
    "BEGIN; INSERT INTO t VALUES(1, 1); COMMIT",
  ])("%s", (sql) => {
    const made = database();
    expect(made.inGroup("execute", [sql])).toBe("alone");
    expect(made.inGroup("request", [sql])).toBe("alone");
    expect(made.inGroup("execute", [sql], { transaction: true })).toBe("alone");
    expect(made.inGroup("execute", ["SELECT 1", sql])).toBe("alone");
    expect(made.inGroup("execute", ["INSERT INTO t VALUES(1, 1)", sql])).toBe("alone, touched");
    expect(made.inGroup("execute", ["INSERT INTO t VALUES(1, 1)", sql], { transaction: true })).toBe("alone, touched");
    expect(made.inGroup("execute", [`INSERT INTO t VALUES(1, 1); ${sql}`])).toBe("alone, touched");
    expect(rows(made)).toBe("null");
  });

  test("db_timeout and loads", () => {
    const made = database();
    expect(made.inGroup("execute", ["SELECT 1"], { dbTimeoutMs: 1 })).toBe("alone");
    expect(made.inGroup("load", ["SELECT 1"])).toBe("alone");
  });

  test.each([{}, { transaction: true }])("a rollback of everything, %j", (options) => {
    const made = database(
      false,
      "CREATE TRIGGER r BEFORE DELETE ON t BEGIN SELECT RAISE(ROLLBACK, 'no'); END",
      "INSERT INTO t VALUES(1, 1)",
    );
    expect(made.inGroup("execute", ["INSERT OR ROLLBACK INTO t VALUES(1, 2)"], options)).toBe("alone, touched");
    expect(made.inGroup("execute", ["INSERT INTO t VALUES(2, 2)", "DELETE FROM t"], options)).toBe("alone, touched");
    expect(
      made.execute(["INSERT INTO t VALUES(2, 2)", "DELETE FROM t", "INSERT INTO t VALUES(3, 3)"], options),
    ).toContain('{"error":"no"}');
    expect(rows(made)).toBe(options.transaction ? '"1"' : '"1,2,3"');
  });

  describe("deferred foreign keys", () => {
    const schema = [
      "CREATE TABLE p(id INTEGER PRIMARY KEY)",
      "CREATE TABLE c(p REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
    ];
    const violation = "FOREIGN KEY constraint failed";

    test("outstanding at the end of a statement", () => {
      const made = database(true, ...schema);
      for (const sql of [
        "INSERT INTO c VALUES(1)",
        "INSERT INTO c VALUES(1) RETURNING p",
        "INSERT INTO c VALUES(1); SELECT 1",
      ]) {
        expect(made.inGroup("execute", [sql]), sql).toBe("alone, touched");
        expect(made.execute([sql]), sql).toBe(entries(`{"error":"${violation}"}`));
      }
      expect(made.inGroup("execute", ["INSERT INTO p VALUES(1)", "INSERT INTO c VALUES(1)"])).toContain(
        "rows_affected",
      );
      expect(rows(made, "SELECT count(*) FROM c")).toBe("1");
    });

    test("outstanding at the end of a transaction, and not within", () => {
      const made = database(true, ...schema);
      const options = { transaction: true };
      expect(made.inGroup("execute", ["INSERT INTO c VALUES(1)"], options)).toBe("alone, touched");
      expect(made.execute(["INSERT INTO c VALUES(1)"], options)).toBe(failed(violation));
      expect(made.inGroup("execute", ["INSERT INTO c VALUES(1)", "INSERT INTO p VALUES(1)"], options)).toContain(
        "rows_affected",
      );
      expect(made.inGroup("execute", ["INSERT INTO c VALUES(2)", "nonsense"], options)).toContain("syntax error");
      expect(rows(made, "SELECT count(*) FROM c")).toBe("1");
      expect(made.writer.inTransaction).toBe(false);
    });

    test("without foreign keys nobody asks", () => {
      const made = database(false, ...schema);
      expect(made.inGroup("execute", ["INSERT INTO c VALUES(1)"])).toContain("rows_affected");
    });
  });
});

describe("transactions in the SQL, alone (http-api §8.6, DESIGN §10)", () => {
  test("whole pairs work, in one text and in several", () => {
    const made = database();
    expect(made.execute(["BEGIN; INSERT INTO t VALUES(1, 1); COMMIT"])).toBe(entries(inserted(1)));
    expect(made.execute(["BEGIN", "INSERT INTO t VALUES(2, 2)", "ROLLBACK"])).toContain(inserted(2));
    expect(made.request(["SAVEPOINT s", "INSERT INTO t VALUES(3, 3)", "RELEASE s"])).toBe(
      entries("{}", inserted(3), "{}"),
    );
    expect(rows(made)).toBe('"1,3"');
  });

  test("one left open is rolled back and reported", () => {
    const made = database();
    const message = "transaction left open at the end of the request: rolled back";
    expect(made.execute(["INSERT INTO t VALUES(1, 1)", "BEGIN", "INSERT INTO t VALUES(2, 2)"])).toBe(failed(message));
    expect(made.query(["BEGIN", "SELECT 1"])).toBe(failed(message));
    expect(made.read("query", bodyOf(["BEGIN", "SELECT 1"]), {}, 1)).toMatch(
      new RegExp(`\\],"error":"${message}"\\}$`),
    );
    expect(rows(made)).toBe('"1"');
    expect(made.writer.inTransaction).toBe(false);
    expect(made.reader.inTransaction).toBe(false);
  });

  test("a text that fails takes its own transaction with it", () => {
    const made = database();
    expect(
      made.execute(["BEGIN; INSERT INTO t VALUES(1, 1); INSERT INTO t VALUES(1, 1)", "INSERT INTO t VALUES(2, 2)"]),
    ).toBe(entries(duplicate, inserted(2)));
    expect(made.execute(["BEGIN", "INSERT INTO t VALUES(2, 2)", "INSERT INTO t VALUES(3, 3)", "COMMIT"])).toContain(
      duplicate,
    );
    expect(rows(made)).toBe('"2,3"');
  });

  test("with transaction", () => {
    const made = database();
    const options = { transaction: true };
    expect(made.execute(["BEGIN"], options)).toBe(
      entries('{"error":"cannot start a transaction within a transaction"}'),
    );
    const noTransaction = failed("cannot commit - no transaction is active");
    expect(made.execute(["INSERT INTO t VALUES(1, 1)", "COMMIT", "INSERT INTO t VALUES(2, 2)"], options)).toBe(
      noTransaction,
    );
    expect(made.request(["INSERT INTO t VALUES(3, 3)", "ROLLBACK", "INSERT INTO t VALUES(4, 4)"], options)).toBe(
      noTransaction,
    );
    expect(made.query(["COMMIT", "SELECT 1"], options)).toBe(noTransaction);
    expect(rows(made)).toBe('"1,2,4"');
  });

  test("settings last as long as the request", () => {
    const made = database(false, "CREATE TABLE p(id INTEGER PRIMARY KEY)", "CREATE TABLE c(p REFERENCES p)");
    expect(made.execute(["PRAGMA foreign_keys=1", "INSERT INTO c VALUES(1)"])).toContain(
      "FOREIGN KEY constraint failed",
    );
    expect(made.execute(["INSERT INTO c VALUES(1)"])).toContain("rows_affected");
    expect(made.request(["PRAGMA case_sensitive_like=1", "SELECT 'a' LIKE 'A'"])).toContain("[[0]]");
    expect(made.query(["SELECT 'a' LIKE 'A'"])).toContain("[[1]]");
    // Merely preparing it sets it.
    expect(made.startRead("request", bodyOf(["PRAGMA case_sensitive_like=1", "DELETE FROM t"]))).toBe("not-read-only");
    expect(made.query(["SELECT 'a' LIKE 'A'"])).toContain("[[1]]");
  });
});

describe("load (http-api §13.2)", () => {
  test("one text, one entry", () => {
    const made = database();
    expect(made.write("load", "")).toBe('{"results":[]}');
    expect(made.write("load", "INSERT INTO t VALUES(1, 1);\nINSERT INTO t VALUES(2, 2);\n")).toBe(entries(inserted(2)));
    expect(made.write("load", "INSERT INTO t VALUES(3, 3) RETURNING id")).toMatch(
      /^\{"results":\[\{"last_insert_id":3/,
    );
    expect(made.write("load", "PRAGMA synchronous=1")).toBe(failed("disallowed pragma"));
  });

  test("an error rolls the dump's own transaction back", () => {
    const made = database();
    expect(
      made.write(
        "load",
        "INSERT INTO t VALUES(1, 1); BEGIN; INSERT INTO t VALUES(2, 2); INSERT INTO t VALUES(1, 1); COMMIT;",
      ),
    ).toBe(entries(duplicate));
    expect(rows(made)).toBe('"1"');
    expect(made.writer.inTransaction).toBe(false);
    expect(made.write("load", "BEGIN; INSERT INTO t VALUES(2, 2)")).toContain("transaction left open");
    expect(rows(made)).toBe('"1"');
  });

  test("many statements in little time", () => {
    const made = database();
    const lines = Array.from({ length: 20_000 }, (_, i) => `INSERT INTO t VALUES(${i}, 'v${i}');`);
    expect(made.write("load", `BEGIN;\n${lines.join("\n")}\nCOMMIT;\n`)).toContain('"last_insert_id":19999');
    expect(rows(made, "SELECT count(*) FROM t")).toBe("20000");
  });
});

describe("limits (http-api §8.8)", () => {
  const endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n";
  const fill = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) INSERT INTO t SELECT i, i FROM n";
  const limited = { dbTimeoutMs: 1000 };

  test("over before the first statement", () => {
    const made = database();
    const error = failed("context deadline exceeded");
    made.arm("timeout");
    expect(made.execute(["SELECT 1"], limited)).toBe(error);
    made.arm("timeout");
    expect(made.write("request", ["INSERT INTO t VALUES(1, 1)"], limited)).toBe(error);
    made.arm("timeout");
    expect(made.query(["SELECT 1"], limited)).toBe(error);
  });

  test("a write that takes too long: it and those after it", () => {
    const made = database();
    made.arm("timeout", 4);
    expect(made.execute(["INSERT INTO t VALUES(-1, -1)", fill, "INSERT INTO t VALUES(-2, -2)"], limited)).toBe(
      entries(inserted(-1), '{"error":"execute timeout"}', '{"error":"execute timeout"}'),
    );
    expect(rows(made)).toBe('"-1"');
    made.arm("timeout", 4);
    expect(made.execute(["INSERT INTO t VALUES(-3, -3)", fill, "SELECT 1"], { ...limited, transaction: true })).toBe(
      entries(inserted(-3), '{"error":"execute timeout"}'),
    );
    expect(rows(made)).toBe('"-1"');
    made.arm("timeout", 5);
    expect(made.write("request", ["SELECT 1", endless, "INSERT INTO t VALUES(-4, -4)"], limited)).toContain(
      '{"error":"query timeout"},{"error":"execute timeout"}',
    );
    expect(rows(made)).toBe('"-1"');
  });

  test("a read that takes too long", () => {
    const made = database();
    made.arm("timeout", 5);
    expect(made.query(["SELECT 1", endless, "SELECT 2"], limited)).toContain(
      ',{"error":"query timeout"},{"error":"query timeout"}]}',
    );
    made.arm("timeout", 5);
    expect(made.query(["SELECT 1", endless], { ...limited, transaction: true })).toBe(
      failed("sql: transaction has already been committed or rolled back"),
    );
    made.arm("timeout", 60);
    const rowsWithoutEnd = bodyOf(["WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i FROM n"]);
    expect(made.read("query", rowsWithoutEnd, limited, 1000)).toMatch(/broken: query timeout$/);
  });

  test("nobody waits", () => {
    const made = database();
    made.arm("stopped");
    expect(made.execute(["INSERT INTO t VALUES(1, 1)"])).toBe("stopped");
    made.arm("stopped");
    expect(made.inGroup("execute", ["INSERT INTO t VALUES(1, 1)"])).toBe("stopped");
    made.arm("stopped");
    expect(made.query(["SELECT 1"])).toBe("stopped");
    for (const options of [{}, { transaction: true }]) {
      made.arm("stopped", 3);
      expect(made.inGroup("execute", ["INSERT INTO t VALUES(-1, -1)", fill], options)).toBe("stopped");
      made.arm("stopped", 3);
      expect(made.inGroup("request", ["INSERT INTO t VALUES(1, 1)", endless], options)).toBe("stopped");
      made.arm("stopped", 3);
      expect(made.query(["SELECT 1", endless], options)).toBe("stopped");
      made.arm("stopped", 3);
      expect(made.execute([options.transaction ? "SELECT 1" : "BEGIN", fill], options)).toBe("stopped");
      expect(made.writer.inTransaction).toBe(false);
    }
    expect(rows(made)).toBe("null");
  });
});

import { describe, expect, test } from "vitest";
import { startSqlite, type TestDatabase } from "./database.ts";
import { duplicate, entries, failed, inserted, openTableT, rows } from "./table-t.ts";

const sqlite = await startSqlite();

const database = (foreignKeys = false, ...statements: readonly string[]): TestDatabase =>
  openTableT(sqlite, foreignKeys, statements);

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

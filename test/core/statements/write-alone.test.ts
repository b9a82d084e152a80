import { describe, expect, test } from "vitest";
import { bodyOf, startSqlite, type TestDatabase } from "./database.ts";
import { duplicate, entries, failed, inserted, openTableT, rows } from "./table-t.ts";

const sqlite = await startSqlite();

const database = (foreignKeys = false, ...statements: readonly string[]): TestDatabase =>
  openTableT(sqlite, foreignKeys, statements);

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

describe("a change whose rows can't be told", () => {
  const late = ["INSERT INTO d VALUES(1, 253402300800000) RETURNING x", "INSERT INTO t VALUES(1, 1)"];
  const makeD = "CREATE TABLE d(id INTEGER PRIMARY KEY, x DATETIME)";

  test.each(["execute", "request"] as const)("is not made, and those beside it are (%s)", (endpoint) => {
    const made = database(false, makeD);
    expect(made.write(endpoint, late)).toMatch(/"error":"Time.*"rows_affected":1/);
    expect(rows(made, "SELECT count(*) FROM d")).toBe("0");
    expect(rows(made)).toBe('"1"');
    expect(made.writer.inTransaction).toBe(false);
  });

  test("is not judged in a group", () => {
    const made = database(false, makeD);
    expect(made.inGroup("execute", late)).toBe("alone, touched");
    expect(
      made.inGroup("execute", ["INSERT INTO t VALUES(1, 1) RETURNING v", "INSERT INTO t VALUES(1, 1) RETURNING v"]),
    ).toContain("UNIQUE constraint failed");
  });

  test("a transaction in the SQL goes on around it", () => {
    const made = database(false, makeD);
    made.execute(["BEGIN", "INSERT INTO t VALUES(1, 1)", ...late.slice(0, 1), "INSERT INTO t VALUES(2, 2)", "COMMIT"]);
    expect(rows(made)).toBe('"1,2"');
    expect(rows(made, "SELECT count(*) FROM d")).toBe("0");
  });

  test("deferred foreign keys fail as they would at the statement's own end", () => {
    const made = database(
      true,
      "CREATE TABLE p(id INTEGER PRIMARY KEY)",
      "CREATE TABLE c(p REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
    );
    const broken = "INSERT INTO c VALUES(7) RETURNING p";
    expect(made.execute([broken, "INSERT INTO t VALUES(1, 1)"])).toContain(
      '{"error":"FOREIGN KEY constraint failed"},{"last',
    );
    expect(rows(made, "SELECT count(*) FROM c")).toBe("0");
    expect(rows(made)).toBe('"1"');
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

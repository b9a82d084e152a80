import { describe, expect, onTestFinished, test } from "vitest";
import { SqlDump } from "../../../src/core/statements/mod.ts";
import { startSqlite, TestDatabase } from "./database.ts";

const sqlite = await startSqlite();

function database(...statements: readonly string[]): TestDatabase {
  const made = new TestDatabase(sqlite);
  onTestFinished(() => made.close());
  for (const statement of statements) expect(made.execute([statement]), statement).not.toContain("error");
  return made;
}

function dump(source: TestDatabase, tables: readonly string[] = [], bytesMax = 1 << 20): string {
  const work = new SqlDump(source.reader, tables);
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const step = work.next(bytesMax);
    if (step.type === "broken") {
      work.close();
      return `broken: ${step.reason}`;
    }
    text += decoder.decode(step.bytes, { stream: true });
    if (step.state === "done") break;
  }
  work.close();
  work.close();
  expect(source.reader.inTransaction).toBe(false);
  return text;
}

/** The dump's text loaded into a database of its own. */
function loaded(text: string): TestDatabase {
  const target = database();
  expect(target.write("load", text)).not.toContain("error");
  return target;
}

/** Same rows, same order, for every query; and the copy's dump is the same text again. */
function expectSame(source: TestDatabase, ...queries: readonly string[]): void {
  const text = dump(source);
  const copy = loaded(text);
  for (const query of queries) expect(copy.query([query]), query).toBe(source.query([query]));
  expect(copy.query(["PRAGMA integrity_check"])).toContain('[["ok"]]');
  expect(dump(copy)).toBe(text);
}

describe("the text (http-api §13.1)", () => {
  test("an empty database", () => {
    expect(dump(database())).toBe("PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCOMMIT;\n");
  });

  test("a table", () => {
    const source = database("CREATE TABLE foo (name text)", "INSERT INTO foo VALUES('x')");
    expect(dump(source)).toBe(
      `PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE foo (name text);\nINSERT INTO "foo" VALUES('x');\nCOMMIT;\n`,
    );
  });

  test("values as quote() writes them", () => {
    const source = database(
      "CREATE TABLE v(a)",
      `INSERT INTO v VALUES(1),(-9223372036854775808),(9223372036854775807),(1.0),(0.1+0.2),(1e21),(-0.0),(9e999),
       ('it''s'),(''),('é😀'),(x'00ff'),(x''),(NULL),(CAST(x'610062' AS TEXT))`,
    );
    const values = dump(source)
      .split("\n")
      .flatMap((line) => /^INSERT INTO "v" VALUES\((.*)\);$/.exec(line)?.[1] ?? []);
    const quoted = source.query(["SELECT quote(a) FROM v"]);
    const parsed: { results: [{ values: string[][] }] } = JSON.parse(quoted);
    const expected = parsed.results[0].values.map(([value]) => value);
    expect(values.slice(0, -1)).toEqual(expected.slice(0, -1));
    expect(values.at(-1)).toBe("CAST(X'610062' AS TEXT)");
  });

  test("tables by name, then the rest in order of creation", () => {
    const source = database(
      "CREATE TABLE b(x)",
      "CREATE INDEX zi ON b(x)",
      "CREATE TABLE a(x)",
      "CREATE VIEW av AS SELECT * FROM a",
      "CREATE TRIGGER ai AFTER INSERT ON a BEGIN INSERT INTO b VALUES(new.x); END",
      "CREATE TABLE B2(x)",
    );
    expect(dump(source).match(/CREATE \w+ \w+/g)).toEqual([
      "CREATE TABLE B2",
      "CREATE TABLE a",
      "CREATE TABLE b",
      "CREATE INDEX zi",
      "CREATE VIEW av",
      "CREATE TRIGGER ai",
    ]);
    expect(dump(source, ["b", "A"]).match(/CREATE \w+ \w+/g)).toEqual([
      "CREATE TABLE b",
      "CREATE INDEX zi",
      "CREATE VIEW av",
      "CREATE TRIGGER ai",
    ]);
    expect(dump(source, [`b'; DROP TABLE a; --`, `"b"`])).not.toContain("CREATE TABLE");
  });

  test("in chunks of any size it is the same", () => {
    const source = database(
      "CREATE TABLE t(a, b)",
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 500) INSERT INTO t SELECT i, hex(i) FROM n",
      "CREATE INDEX ta ON t(a)",
      "CREATE INDEX tb ON t(b)",
    );
    const whole = dump(source);
    for (const bytesMax of [1, 100, 5000]) expect(dump(source, [], bytesMax)).toBe(whole);
  });

  test("one snapshot, whatever is written meanwhile; closed before its end", () => {
    const source = database("CREATE TABLE t(a)", "INSERT INTO t VALUES(1),(2),(3)");
    const work = new SqlDump(source.reader, []);
    expect(work.next(1).type).toBe("chunk");
    source.execute(["DELETE FROM t"]);
    const rest = work.next(1 << 20);
    expect(rest.type === "chunk" && new TextDecoder().decode(rest.bytes)).toContain("VALUES(3)");
    work.close();
    const other = new SqlDump(source.reader, []);
    other.next(1);
    other.close();
    expect(source.reader.inTransaction).toBe(false);
  });

  test("an interrupt breaks it", () => {
    const source = database(
      "CREATE TABLE t(a)",
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 5000) INSERT INTO t SELECT i FROM n",
    );
    source.reader.setInterrupt(() => true);
    expect(dump(source)).toBe("broken: interrupted");
    source.reader.setInterrupt(null);
  });
});

describe("loading it again gives the same database", () => {
  test("names, generated columns, STRICT, WITHOUT ROWID", () => {
    expectSame(
      database(
        `CREATE TABLE "a ""b" ("c ""d" text, [e f] int, 'g' AS ("e f" * 2), h AS ("e f" + 1) STORED)`,
        `INSERT INTO "a ""b"("c ""d", "e f") VALUES('x', 2)`,
        "CREATE TABLE s(i INTEGER, r REAL, t TEXT, b BLOB, a ANY) STRICT",
        "INSERT INTO s VALUES(1, 2, '3', x'04', '5')",
        "CREATE TABLE w(k TEXT PRIMARY KEY, v) WITHOUT ROWID",
        "INSERT INTO w VALUES('b', 1), ('a', 1e308)",
        "CREATE TABLE parent(id INTEGER PRIMARY KEY)",
        "CREATE TABLE child(id REFERENCES parent)",
        "INSERT INTO parent VALUES(7)",
        "INSERT INTO child VALUES(7)",
      ),
      `SELECT * FROM "a ""b"`,
      "SELECT *, typeof(r) FROM s",
      "SELECT * FROM w",
      "SELECT * FROM child",
    );
  });

  test("AUTOINCREMENT, wherever its table stands by name, and statistics", () => {
    expectSame(
      database(
        "CREATE TABLE users(id INTEGER PRIMARY KEY AUTOINCREMENT, v)",
        "INSERT INTO users(v) VALUES(1),(2),(3)",
        "DELETE FROM users WHERE id = 3",
        "CREATE INDEX uv ON users(v)",
        "ANALYZE",
      ),
      "SELECT * FROM sqlite_sequence",
      "SELECT * FROM sqlite_stat1",
    );
    const source = database("CREATE TABLE users(id INTEGER PRIMARY KEY AUTOINCREMENT)", "ANALYZE");
    const text = dump(source);
    expect(text).toContain('\nDELETE FROM "sqlite_sequence";;\n');
    expect(text).toContain('\nANALYZE "sqlite_master";;\n');
  });

  test("full-text search", () => {
    const source = database(
      "CREATE TABLE doc(id INTEGER PRIMARY KEY, title, body)",
      "INSERT INTO doc VALUES(1, 'one', 'red fish'), (5, 'two', 'blue fish')",
      `CREATE VIRTUAL TABLE "a f""t" USING fts5(title, body UNINDEXED, tokenize = 'porter ascii', prefix='2 3')`,
      `INSERT INTO "a f""t"(rowid, title, body) VALUES(3, 'fishes swimming', 'x'), (9, 'it''s red', NULL)`,
      `INSERT INTO "a f""t"("a f""t", rank) VALUES('pgsz', 64), ('rank', 'bm25(2.0, 1.0)')`,
      "CREATE VIRTUAL TABLE ext USING fts5(title, body, content='doc', content_rowid=id)",
      "INSERT INTO ext(ext) VALUES('rebuild')",
      "CREATE VIRTUAL TABLE words USING fts5vocab('a f\"t', 'row')",
      "CREATE TRIGGER di AFTER INSERT ON doc BEGIN INSERT INTO ext(rowid, title, body) VALUES(new.id, new.title, new.body); END",
    );
    expect(dump(source)).not.toContain("ft_data");
    expectSame(
      source,
      `SELECT rowid, * FROM "a f""t" WHERE "a f""t" MATCH 'swim' ORDER BY rank`,
      "SELECT rowid, title FROM ext WHERE ext MATCH 'fish' ORDER BY rowid",
      "SELECT * FROM words",
      `SELECT * FROM "a f""t_config" ORDER BY k`,
    );
  });

  test("an index without content is made anew, empty, and said to be so", () => {
    const source = database(
      "CREATE VIRTUAL TABLE less USING fts5(a, content='')",
      "INSERT INTO less(rowid, a) VALUES(1, 'x')",
    );
    const text = dump(source);
    expect(text).toContain('\n-- "less" keeps no content of its own');
    expect(loaded(text).query(["SELECT rowid FROM less WHERE less MATCH 'x'"])).not.toContain("values");
  });

  test("R-Trees", () => {
    expectSame(
      database(
        "CREATE VIRTUAL TABLE box USING rtree(id, x0, x1, y0, y1, +label TEXT)",
        "INSERT INTO box VALUES(1, 0.1, 0.2, -3.3, 4e10, 'first'), (-7, 1, 2, 3, 4, NULL)",
        "CREATE VIRTUAL TABLE ibox USING rtree_i32(id, a, b)",
        "INSERT INTO ibox VALUES(1, 5, 6)",
      ),
      "SELECT * FROM box WHERE x0 > 0.05",
      "SELECT * FROM ibox",
    );
  });
});

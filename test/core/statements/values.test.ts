import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bodyOf, type Options, startSqlite, TestDatabase } from "./database.ts";

const sqlite = await startSqlite();
let database: TestDatabase;
beforeAll(() => {
  database = new TestDatabase(sqlite);
});
afterAll(() => database.close());

/** The only entry of a query's answer, as text. */
function entry(sql: string, options: Options = {}): string {
  return database.query([sql], options).slice('{"results":['.length, -"]}".length);
}

/** A value in a column of a declared type, as the client gets it. */
function value(type: string, literal: string, options: Options = {}): string {
  database.execute(["DROP TABLE IF EXISTS v", `CREATE TABLE v(x ${type})`, `INSERT INTO v VALUES(${literal})`]);
  const text = entry("SELECT x FROM v", options);
  return /"values":\[\[(.*)\]\]/.exec(text)?.[1] ?? text;
}

describe("values by storage class and declared type (http-api §7.2)", () => {
  test.each<[type: string, literal: string, json: string]>([
    ["", "NULL", "null"],
    ["boolean", "NULL", "null"],
    ["datetime", "NULL", "null"],
    ["BOOLEAN", "1", "true"],
    ["boolean", "0", "false"],
    ["boolean", "-1", "false"],
    ["boolean", "7", "true"],
    ["boolean", "1.5", "1.5"],
    ["boolean", "'true'", '"true"'],
    ["bool", "1", "1"],
    ["date", "1700000000", '"2023-11-14T22:13:20Z"'],
    ["DateTime", "1700000000123", '"2023-11-14T22:13:20.123Z"'],
    ["timestamp", "-1", '"1969-12-31T23:59:59Z"'],
    ["timestamp", "1.5", "1.5"],
    ["timestamptz", "1700000000", "1700000000"],
    ["datetime(6)", "1700000000", "1700000000"],
    ["datetime(6)", "'2021-01-02'", '"2021-01-02"'],
    ["datetime", "'2021-01-02 03:04:05'", '"2021-01-02T03:04:05Z"'],
    ["date", "'bad'", '"0001-01-01T00:00:00Z"'],
    ["integer", "9223372036854775807", "9223372036854775807"],
    ["integer", "-9223372036854775808", "-9223372036854775808"],
    ["integer", "9007199254740993", "9007199254740993"],
    ["integer", "'x'", '"x"'],
    ["real", "1", "1"],
    ["", "-0.0", "-0"],
    ["real", "1e21", "1e+21"],
    ["blob", "'x'", '"x"'],
    ["blob", "x'00ff'", '"AP8="'],
    ["blob", "x''", '""'],
    ["integer", "x'00ff'", '"AP8="'],
    ["char(10)", "x'41'", '"QQ=="'],
    ["jsonb", "x'41'", '"QQ=="'],
    ["string", "x'41'", '"QQ=="'],
    ["date", "x'41'", '"QQ=="'],
    ["text", "x'41ff'", String.raw`"A\ufffd"`],
    ["json", "x'41'", '"A"'],
    ["VARCHAR(36)", "x'41'", '"A"'],
    ["varying character(5)", "x'41'", '"A"'],
    ["nchar(5)", "x'41'", '"A"'],
    ["native character(5)", "x'41'", '"A"'],
    ["nvarchar", "x'41'", '"A"'],
    ["clobber", "x'41'", '"A"'],
    ["", "x'41'", '"A"'],
  ])("%s %s", (type, literal, json) => {
    expect(value(type, literal)).toBe(json);
  });

  test("blobs as arrays", () => {
    expect(value("blob", "x'00ff'", { blobArray: true })).toBe("[0,255]");
    expect(value("blob", "x''", { blobArray: true })).toBe("[]");
    expect(value("text", "x'41'", { blobArray: true })).toBe('"A"');
  });

  test("U+0000, nested quotes, characters beyond the BMP", () => {
    expect(database.query([["SELECT ? AS x", 'a\u0000b"\\😀']])).toContain(String.raw`[["a\u0000b\"\\😀"]]`);
  });

  test("what fails the statement", () => {
    expect(value("date", "253402300800")).toBe('{"error":"Time.MarshalText: year outside of range [0,9999]"}');
    expect(value("date", "'2021-01-02 03:04:05+24:00'")).toBe(
      '{"error":"Time.MarshalText: timezone hour outside of range [0,23]"}',
    );
  });

  test("an infinity fails the request", () => {
    const message = "500 json: error calling MarshalJSON for type *http.DBResults: json: unsupported value: ";
    expect(database.query(["SELECT 1", "SELECT 9e999"])).toBe(`${message}+Inf`);
    expect(database.query(["SELECT -9e999"], { associative: true })).toBe(`${message}-Inf`);
    expect(database.execute(["CREATE TABLE inf(x)", "INSERT INTO inf VALUES(9e999) RETURNING x"])).toBe(
      `${message}+Inf`,
    );
    expect(entry("SELECT count(*) FROM inf")).toContain("[[1]]");
  });
});

describe("types (http-api §7.1)", () => {
  test.each<[sql: string, types: string, values: string]>([
    ["SELECT 1, 1.5, 'x', x'41', NULL", '["integer","real","text","text",""]', '[[1,1.5,"x","A",null]]'],
    ["SELECT NULL UNION ALL SELECT 1", '[""]', "[[null],[1]]"],
    ["SELECT x'0102' UNION ALL SELECT x'41'", '["text"]', String.raw`[["\u0001\u0002"],["A"]]`],
    ["SELECT 1 UNION ALL SELECT x'41'", '["integer"]', '[[1],["QQ=="]]'],
    ["SELECT NULL UNION ALL SELECT x'41'", '[""]', '[[null],["A"]]'],
    ["SELECT max(d), +d FROM typed", '["text","text"]', '[["2021-01-02","2021-01-02"]]'],
    ["SELECT CAST(n AS TEXT) FROM typed", '["text"]', '[["5"]]'],
    ["SELECT (SELECT d FROM typed) AS s", '["date"]', '[["2021-01-02T00:00:00Z"]]'],
    ["SELECT * FROM typed_view", '["date","varchar(36)"]', '[["2021-01-02T00:00:00Z","5"]]'],
  ])("%s", (sql, types, values) => {
    database.execute([
      "CREATE TABLE IF NOT EXISTS typed(d DATE, n VARCHAR(36))",
      "CREATE VIEW IF NOT EXISTS typed_view AS SELECT * FROM typed",
      "DELETE FROM typed",
      "INSERT INTO typed VALUES('2021-01-02', 5)",
    ]);
    expect(entry(sql)).toContain(`"types":${types},"values":${values}}`);
  });

  test("no rows leave them as declared", () => {
    expect(entry("SELECT 1 WHERE 0")).toBe('{"columns":["1"],"types":[""]}');
  });

  test("PRAGMA and EXPLAIN are filled from their first row", () => {
    database.execute(["CREATE TABLE IF NOT EXISTS info(id integer)"]);
    expect(entry("PRAGMA table_info(info)")).toContain('"types":["integer","text","text","integer","","integer"]');
    expect(entry("EXPLAIN QUERY PLAN SELECT * FROM info")).toContain('"types":["integer","integer","integer","text"]');
  });

  test("the shape is that of the schema as it is", () => {
    database.execute(["CREATE TABLE grow(a int)", "INSERT INTO grow VALUES(1)"]);
    expect(entry("SELECT * FROM grow")).toBe('{"columns":["a"],"types":["int"],"values":[[1]]}');
    database.execute(["ALTER TABLE grow ADD COLUMN b text"]);
    expect(entry("SELECT * FROM grow")).toBe('{"columns":["a","b"],"types":["int","text"],"values":[[1,null]]}');
    database.execute(["DROP TABLE grow", "CREATE TABLE grow(c real)"]);
    expect(entry("SELECT * FROM grow")).toBe('{"columns":["c"],"types":["real"]}');
  });
});

describe("rows (http-api §6.2, §6.4, §6.6)", () => {
  test("duplicate names are kept in order; in associative rows the last wins", () => {
    expect(entry("SELECT 1 AS a, 2 AS b, 'x' AS a")).toBe(
      '{"columns":["a","b","a"],"types":["integer","integer","text"],"values":[[1,2,"x"]]}',
    );
    expect(entry("SELECT 1 AS a, 2 AS b, 'x' AS a", { associative: true })).toBe(
      '{"types":{"a":"text","b":"integer"},"rows":[{"a":"x","b":2}]}',
    );
  });

  test("associative keys are sorted by bytes", () => {
    expect(
      entry(`SELECT 1 AS a, 2 AS "9", 3 AS A, 4 AS "10", 5 AS "é", 6 AS "€", 7 AS "😀", 8 AS ""`, {
        associative: true,
      }),
    ).toContain('"rows":[{"":8,"10":4,"9":2,"A":3,"a":1,"é":5,"€":6,"😀":7}]');
  });

  test("names are escaped too", () => {
    expect(entry(`SELECT 1 AS "a""<b>\n"`)).toContain(String.raw`"columns":["a\"\u003cb\u003e\n"]`);
  });

  test("without columns, without rows", () => {
    expect(entry("PRAGMA foreign_keys=1")).toBe("{}");
    expect(entry("PRAGMA foreign_keys=1", { associative: true })).toBe('{"rows":[]}');
    expect(entry("-- nothing")).toBe("{}");
    expect(entry("SELECT 1;;", { associative: true })).toBe('{"rows":[]}');
    expect(entry("SELECT 1 AS a WHERE 0", { associative: true })).toBe('{"types":{"a":""},"rows":[]}');
    expect(entry("PRAGMA foreign_keys")).toContain("[[0]]");
  });

  test("an error drops the rows before it", () => {
    const sql = "SELECT abs(x) FROM (SELECT 1 AS x UNION ALL SELECT -9223372036854775808)";
    expect(entry(sql)).toBe('{"error":"integer overflow"}');
    expect(entry(sql, { associative: true })).toBe('{"rows":[],"error":"integer overflow"}');
    expect(database.query([sql, "SELECT 1"])).toBe(
      '{"results":[{"error":"integer overflow"},{"columns":["1"],"types":["integer"],"values":[[1]]}]}',
    );
  });

  test("qualified columns, by the table's own name", () => {
    database.execute(["CREATE TABLE IF NOT EXISTS q1(id, v)", "CREATE TABLE IF NOT EXISTS q2(id)"]);
    database.execute(["DELETE FROM q1", "DELETE FROM q2", "INSERT INTO q1 VALUES(1, 2)", "INSERT INTO q2 VALUES(1)"]);
    const sql = "SELECT *, a.v AS w, 1+1 FROM q1 AS a JOIN q2 AS b ON a.id = b.id";
    expect(entry(sql, { qualifyColumns: true })).toContain('"columns":["q1.id","q1.v","q2.id","q1.w","1+1"]');
    expect(entry(sql, { qualifyColumns: true, associative: true })).toContain(
      '"rows":[{"1+1":2,"q1.id":1,"q1.v":2,"q1.w":2,"q2.id":1}]',
    );
    const returning = ["INSERT INTO q2 VALUES(3) RETURNING id"];
    expect(database.execute(returning, { qualifyColumns: true })).toContain('"columns":["id"]');
    expect(database.request(returning, { qualifyColumns: true })).toContain('"columns":["q2.id"]');
  });

  test("pretty", () => {
    expect(database.query(["SELECT 1 AS a, x'41' AS b", "-- nothing", "SELECT"], { pretty: true })).toBe(`{
    "results": [
        {
            "columns": [
                "a",
                "b"
            ],
            "types": [
                "integer",
                "text"
            ],
            "values": [
                [
                    1,
                    "A"
                ]
            ]
        },
        {},
        {
            "error": "incomplete input"
        }
    ]
}`);
    expect(database.query("", { pretty: true })).toBe('{\n    "results": []\n}');
    expect(database.query(["SELECT 1 WHERE 0"], { pretty: true, associative: true })).toContain('"rows": []');
  });

  test("timings", () => {
    database.clock.stepMs = 0.25;
    expect(database.query(["SELECT 1"], { timings: true })).toBe(
      '{"results":[{"columns":["1"],"types":["integer"],"values":[[1]],"time":0.00025}],"time":0.00075}',
    );
    expect(database.query(["SELECT"], { timings: true })).toBe(
      '{"results":[{"error":"incomplete input"}],"time":0.0005}',
    );
    expect(database.execute(["CREATE TABLE IF NOT EXISTS t(x)"], { timings: true, associative: true })).toMatch(
      /"time":0.00025,"rows":null\}\],"time":0.00075\}$/,
    );
    database.clock.stepMs = 0;
    expect(database.query(["SELECT 1"], { timings: true })).not.toContain("time");
  });
});

describe("in chunks", () => {
  const sql =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 300) SELECT i, hex(i) AS h FROM n";

  test.each([1, 10, 100, 1000, 5000])("of %i bytes the answer is the same", (bytesMax) => {
    for (const options of [{}, { associative: true }, { pretty: true }, { transaction: true }]) {
      const body = bodyOf([sql, "SELECT", "", "SELECT 2", sql]);
      expect(database.read("query", body, options, bytesMax)).toBe(database.read("query", body, options));
    }
  });

  test("an error in rows that have left breaks it; a later statement's does not", () => {
    const failing = "SELECT abs(x) FROM (SELECT 1 AS x UNION ALL SELECT -9223372036854775808)";
    expect(database.read("query", bodyOf([failing]), {}, 10)).toMatch(/broken: integer overflow$/);
    expect(database.read("query", bodyOf(["SELECT 1", failing]), {}, 60)).toMatch(
      /\},\{"error":"integer overflow"\}\]\}$/,
    );
    expect(database.read("query", bodyOf(["SELECT 1", "SELECT 9e999"]), {}, 10)).toMatch(/broken: json: .*\+Inf$/);
  });

  test("one snapshot in a transaction, nothing left behind when given up", () => {
    database.execute(["CREATE TABLE IF NOT EXISTS snap(x)", "INSERT INTO snap VALUES(1),(2),(3)"]);
    const run = database.startRead("query", bodyOf(["SELECT x FROM snap", "SELECT count(*) FROM snap"]), {
      transaction: true,
    });
    if (run === "not-read-only") throw new Error(run);
    expect(run.next(1).type).toBe("stream");
    database.execute(["DELETE FROM snap"]);
    const rest = run.next(1 << 20);
    expect(rest.type === "chunk" && new TextDecoder().decode(rest.bytes)).toContain("[[3]]");
    run.close();
    run.close();
    const givenUp = database.startRead("query", bodyOf(["SELECT x FROM typed"]), { transaction: true });
    if (givenUp !== "not-read-only") {
      givenUp.next(1);
      givenUp.close();
    }
    expect(database.reader.inTransaction).toBe(false);
  });
});

/** The golden cases of http-api §17 that one node can answer, in their order: all on one fresh node. */

export interface GoldenCase {
  /** The number in §17, or what the step prepares. */
  readonly name: string;
  readonly path: string;
  /** Statements are sent as JSON; a string as `text/plain`; null = GET. */
  readonly body: readonly unknown[] | string | null;
  readonly status?: number;
  /** The whole body, or a part of it where §17 shows only that. */
  readonly answer: string | RegExp;
}

const execute = (name: string, body: readonly unknown[], answer: string | RegExp, query = ""): GoldenCase => ({
  name,
  path: `/db/execute${query}`,
  body,
  answer,
});
const query = (name: string, body: readonly unknown[] | string, answer: string | RegExp, search = ""): GoldenCase => ({
  name,
  path: `/db/query${search}`,
  body,
  answer,
});
const request = (name: string, body: readonly unknown[], answer: string | RegExp, search = ""): GoldenCase => ({
  name,
  path: `/db/request${search}`,
  body,
  answer,
});

const disallowed = `{"results":[],"error":"disallowed pragma"}`;
const insert = (id: number): string => `INSERT INTO foo(id, name) VALUES(${id}, 'i')`;
const inserted = (id: number): string => `{"last_insert_id":${id},"rows_affected":1}`;
const duplicate = `{"error":"UNIQUE constraint failed: foo.id"}`;

export const goldenCases: readonly GoldenCase[] = [
  execute("1", ["CREATE TABLE foo (id integer not null primary key, name text)"], `{"results":[{}]}`),
  execute("2", [`INSERT INTO foo(name) VALUES("fiona")`], `{"results":[{"last_insert_id":1,"rows_affected":1}]}`),
  execute("3", [`INSERT INTO bar(name) VALUES("fiona")`], `{"results":[{"error":"no such table: bar"}]}`),
  execute("4", ["INSERT blah blah"], `{"results":[{"error":"near \\"blah\\": syntax error"}]}`),
  query(
    "5",
    ["SELECT * FROM foo"],
    `{"results":[{"columns":["id","name"],"types":["integer","text"],"values":[[1,"fiona"]]}]}`,
  ),
  query(
    "5, pretty",
    ["SELECT * FROM foo"],
    `{
    "results": [
        {
            "columns": [
                "id",
                "name"
            ],
            "types": [
                "integer",
                "text"
            ],
            "values": [
                [
                    1,
                    "fiona"
                ]
            ]
        }
    ]
}`,
    "?pretty",
  ),
  execute("6", ["SELECT * FROM foo"], `{"results":[{"last_insert_id":1,"rows_affected":1}]}`),
  execute("7", ["UPDATE foo SET name='x' WHERE id=99"], `{"results":[{"last_insert_id":1}]}`),
  execute(
    "8",
    ["INSERT INTO foo(name) VALUES('a'),('b'),('c')"],
    `{"results":[{"last_insert_id":4,"rows_affected":3}]}`,
  ),
  execute("9", ["-- only a comment"], `{"results":[{}]}`),
  execute("10", ["INSERT INTO foo(name) VALUES('d'); -- note"], `{"results":[{}]}`),
  query("10, the row is there", ["SELECT name FROM foo WHERE id=5"], /"values":\[\["d"\]\]/),
  query("11", ["SELECT 1; SELECT 2"], `{"results":[{"columns":["2"],"types":["integer"],"values":[[2]]}]}`),
  query("12", ["SELECT 1;;"], `{"results":[{}]}`),
  query(
    "13",
    ["INSERT INTO foo(name) VALUES('z')"],
    `{"results":[{"error":"attempt to change database via query operation"}]}`,
  ),
  query(
    "14",
    ["INSERT INTO foo(name) VALUES('z'); SELECT 5"],
    `{"results":[{"columns":["5"],"types":["integer"],"values":[[5]]}]}`,
  ),
  query("14, nothing inserted", ["SELECT count(*) FROM foo WHERE name='z'"], /"values":\[\[0\]\]/),
  execute(
    "15",
    ["INSERT INTO foo(id, name) VALUES(20, 'r') RETURNING *"],
    `{"results":[{"columns":["id","name"],"types":["integer","text"],"values":[[20,"r"]]}]}`,
  ),
  execute(
    "16",
    [`INSERT INTO foo(id, name) VALUES(99, "lisa")`],
    `{"results":[{"last_insert_id":99,"rows_affected":1,"rows":null}]}`,
    "?associative",
  ),
  execute(
    "17",
    ["UPDATE foo SET name='q' WHERE name='no one' RETURNING name"],
    `{"results":[{"types":{"name":"text"},"rows":[]}]}`,
    "?associative",
  ),
  query("18", ["SELECT * FROM nosuch"], `{"results":[{"rows":[],"error":"no such table: nosuch"}]}`, "?associative"),
  request("19", ["SELECT * FROM nosuch"], `{"results":[{"error":"no such table: nosuch"}]}`, "?associative"),
  execute(
    "20",
    [["INSERT INTO foo(id,name) VALUES(?,?)", 30]],
    `{"results":[{"error":"not enough args to execute query: want 2 got 1"}]}`,
  ),
  execute(
    "21",
    [insert(31), insert(32), insert(31), insert(34)],
    `{"results":[${inserted(31)},${inserted(32)},${duplicate}]}`,
    "?transaction",
  ),
  query("21, no row kept", ["SELECT count(*) FROM foo WHERE id IN (31,32,34)"], /"values":\[\[0\]\]/),
  execute(
    "22",
    [insert(31), insert(32), insert(31), insert(34)],
    `{"results":[${inserted(31)},${inserted(32)},${duplicate},${inserted(34)}]}`,
  ),
  query("22, rows kept", ["SELECT group_concat(id) FROM foo WHERE id IN (31,32,34)"], /"values":\[\["31,32,34"\]\]/),
  execute("23, execute", ["  PRAGMA synchronous = NORMAL"], disallowed),
  query("23, query", ["  PRAGMA synchronous = NORMAL"], disallowed),
  request("23, request", ["  PRAGMA synchronous = NORMAL"], disallowed),
  query(
    "24",
    ["SELECT 'a<b>&c' AS x"],
    `{"results":[{"columns":["x"],"types":["text"],"values":[["a\\u003cb\\u003e\\u0026c"]]}]}`,
  ),
  query("25", ["SELECT 1e21, 1.0, 9223372036854775807"], /"values":\[\[1e\+21,1,9223372036854775807\]\]/),
  {
    name: "26",
    path: "/db/query",
    body: ["SELECT 9e999"],
    status: 500,
    answer: "json: error calling MarshalJSON for type *http.DBResults: json: unsupported value: +Inf\n",
  },
  query(
    "27",
    ["SELECT x'53514C697465'"],
    `{"results":[{"columns":["x'53514C697465'"],"types":["text"],"values":[["SQLite"]]}]}`,
  ),
  execute(
    "28, prepared",
    ["CREATE TABLE bl (data BLOB)", `INSERT INTO bl VALUES("fiona"),(x'deadbeef')`],
    /"rows_affected":2/,
  ),
  query("28", ["SELECT data FROM bl"], /"values":\[\["fiona"\],\["3q2\+7w=="\]\]/),
  query("28, arrays", ["SELECT data FROM bl"], /"values":\[\["fiona"\],\[\[222,173,190,239\]\]\]/, "?blob_array"),
  execute("29, prepared", ["CREATE TABLE ty(b BOOLEAN, d DATE, t DATETIME)"], /"results":\[\{/),
  execute("29, row", ["INSERT INTO ty VALUES(1, '2021-01-02', '2021-01-02 03:04:05+02:00')"], /"rows_affected":1/),
  execute("30, row", ["INSERT INTO ty VALUES(-1, 1700000000, 1700000000123)"], /"rows_affected":1/),
  execute("31, row", ["INSERT INTO ty VALUES('true', 'bad', '')"], /"rows_affected":1/),
  query(
    "29, 30, 31",
    ["SELECT * FROM ty"],
    `{"results":[{"columns":["b","d","t"],"types":["boolean","date","datetime"],"values":[[true,"2021-01-02T00:00:00Z","2021-01-02T03:04:05+02:00"],[false,"2023-11-14T22:13:20Z","2023-11-14T22:13:20.123Z"],["true","0001-01-01T00:00:00Z","0001-01-01T00:00:00Z"]]}]}`,
  ),
  query(
    "32",
    ["SELECT COUNT(*) FROM foo WHERE 0"],
    `{"results":[{"columns":["COUNT(*)"],"types":["integer"],"values":[[0]]}]}`,
  ),
  query("33", ["SELECT count(*), sum(id) FROM foo WHERE 0"], /"types":\["integer",""\],"values":\[\[0,null\]\]/),
  query("34", "", `{"results":[]}`),
  request(
    "35",
    ["INSERT INTO foo(id) VALUES(70)", "SELECT COUNT(*) FROM foo", "SELECT * FROM bar"],
    /^\{"results":\[\{"last_insert_id":70,"rows_affected":1\},\{"columns":\["COUNT\(\*\)"\],"types":\["integer"\],"values":\[\[\d+\]\]\},\{"error":"no such table: bar"\}\]\}$/,
  ),
  {
    name: "38, on a real store",
    path: "/db/load",
    body: "SELECT",
    answer: `{"results":[{"error":"incomplete input"}]}`,
  },
  { name: "39", path: "/db/query?q=", body: null, status: 400, answer: "query parameter not set\n" },
  execute("41", ["INSERT INTO foo(name) VALUES(?)"], /^\{"results":\[\{"last_insert_id":\d+,"rows_affected":1\}\]\}$/),
  query("41, it is NULL", ["SELECT name FROM foo ORDER BY id DESC LIMIT 1"], /"values":\[\[null\]\]/),
  execute(
    "41, limited",
    ["INSERT INTO foo(name) VALUES(?)"],
    `{"results":[{"error":"not enough args to execute query: want 1 got 0"}]}`,
    "?db_timeout=5s",
  ),
  execute("42", ["INSERT INTO foo(id) VALUES(80) RETURNING id; INSERT INTO foo(id) VALUES(81)"], `{"results":[{}]}`),
  query("42, only row 81", ["SELECT group_concat(id) FROM foo WHERE id IN (80,81)"], /"values":\[\["81"\]\]/),
  request(
    "43",
    ["EXPLAIN INSERT INTO foo(id) VALUES(1)", "INSERT INTO foo(id) VALUES(82)"],
    `{"results":[{"last_insert_id":81,"rows_affected":1},{"last_insert_id":82,"rows_affected":1}]}`,
  ),
  execute("40, prepared", ["DELETE FROM foo WHERE id IN (2, 3)"], /"rows_affected":2/),
  request("40", [insert(2), insert(1), insert(3)], `{"results":[${inserted(2)},${duplicate}]}`, "?transaction"),
  query("40, nothing kept", ["SELECT count(*) FROM foo WHERE id IN (2,3)"], /"values":\[\[0\]\]/),
];

/** Case 37: DROP TABLE repeats the counters of the insert before it; on a node of its own. */
export const staleCounterCases: readonly GoldenCase[] = [
  execute("1", ["CREATE TABLE foo (id integer not null primary key, name text)"], `{"results":[{}]}`),
  execute("2", [`INSERT INTO foo(name) VALUES("fiona")`], `{"results":[{"last_insert_id":1,"rows_affected":1}]}`),
  execute("37", ["DROP TABLE foo"], `{"results":[{"last_insert_id":1,"rows_affected":1}]}`),
];

/** Statements drawn from a seed: types, affinities, collations, upserts, RETURNING, windows, JSON, CTEs, FTS5, errors. */

/** A small generator of its own, so that a seed says all (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }
}

export const schema: readonly string[] = [
  "CREATE TABLE t_int(id INTEGER PRIMARY KEY, a INT, b BIGINT UNSIGNED, c BOOLEAN)",
  "CREATE TABLE t_text(id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE, b VARCHAR(10), c CLOB COLLATE RTRIM)",
  "CREATE TABLE t_blob(id INTEGER PRIMARY KEY, a BLOB, b JSON, c)",
  "CREATE TABLE t_num(id INTEGER PRIMARY KEY, a NUMERIC, b DECIMAL(10,5), c REAL)",
  "CREATE TABLE t_time(id INTEGER PRIMARY KEY, a DATE, b DATETIME, c TIMESTAMP)",
  "CREATE TABLE t_strict(id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b TEXT, c ANY) STRICT",
  "CREATE TABLE t_rowless(a TEXT PRIMARY KEY, b INTEGER UNIQUE, c REAL CHECK (c IS NULL OR c < 1e15)) WITHOUT ROWID",
  "CREATE TABLE t_generated(id INTEGER PRIMARY KEY, a INTEGER, b TEXT AS (a || '!') VIRTUAL, c INTEGER AS (a * 2) STORED)",
  "CREATE TABLE t_auto(id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT DEFAULT 'def', b INTEGER DEFAULT (1 + 1), c)",
  "CREATE TABLE log(t TEXT, n INTEGER)",
  "CREATE TRIGGER tr_int AFTER INSERT ON t_int BEGIN INSERT INTO log VALUES('int', new.id); END",
  "CREATE TRIGGER tr_num BEFORE DELETE ON t_num WHEN old.id % 5 = 0 BEGIN SELECT RAISE(ABORT, 'not that one'); END",
  "CREATE VIEW v_join AS SELECT i.id, i.a AS number, t.b AS word FROM t_int i LEFT JOIN t_text t ON t.id = i.id",
  "CREATE INDEX i_text ON t_text(a, b DESC)",
  "CREATE INDEX i_part ON t_num(c) WHERE c > 0",
  "CREATE VIRTUAL TABLE docs USING fts5(title, body)",
  "CREATE VIRTUAL TABLE boxes USING rtree(id, minx, maxx, miny, maxy)",
];

const plainTables = ["t_int", "t_text", "t_blob", "t_num", "t_time", "t_strict", "t_generated", "t_auto"] as const;
const words = ["alpha", "Beta", "GAMMA", "delta ", "žluť", "日本", "😀", "it''s", "a\tb", "<&>", "\u2028", ""] as const;
const times = [
  "'2021-01-02'",
  "'2021-01-02 03:04:05'",
  "'2021-01-02T03:04:05.123456Z'",
  "'2021-01-02 03:04:05+02:00'",
  "'not a time'",
  "1700000000",
  "1700000000123",
  "-5",
  "12.5",
] as const;
const integers = [
  "0",
  "1",
  "-1",
  "42",
  "2147483648",
  "9007199254740993",
  "9223372036854775807",
  "-9223372036854775808",
];
const reals = ["0.5", "-0.0", "1e21", "1e-7", "3.0", "123456789.125", "0.1"];
const blobs = ["x''", "x'00'", "x'deadbeef'", "x'666f6f'", "x'ff'", "zeroblob(5)"];

function value(dice: Dice): string {
  switch (dice.below(6)) {
    case 0:
      return dice.pick(integers);
    case 1:
      return dice.pick(reals);
    case 2:
      return `'${dice.pick(words)}'`;
    case 3:
      return dice.pick(blobs);
    case 4:
      return dice.pick(times);
    default:
      return "NULL";
  }
}

const column = (dice: Dice): string => dice.pick(["id", "a", "b", "c"]);
const id = (dice: Dice): number => 1 + dice.below(40);

function expression(dice: Dice, depth = 0): string {
  const deeper = (): string => expression(dice, depth + 1);
  if (depth > 2) return dice.below(2) === 0 ? value(dice) : column(dice);
  switch (dice.below(14)) {
    case 0:
      return `(${deeper()} ${dice.pick(["+", "-", "*", "/", "%", "||", "&", "<<"])} ${deeper()})`;
    case 1:
      return `typeof(${deeper()})`;
    case 2:
      return `coalesce(${deeper()}, ${deeper()})`;
    case 3:
      return `CAST(${deeper()} AS ${dice.pick(["INTEGER", "TEXT", "REAL", "BLOB", "NUMERIC"])})`;
    case 4:
      return `CASE WHEN ${deeper()} THEN ${deeper()} ELSE ${deeper()} END`;
    case 5:
      return `(${deeper()} ${dice.pick(["=", "<", ">=", "IS", "IS NOT", "LIKE", "GLOB"])} ${deeper()})`;
    case 6:
      return `${dice.pick(["length", "upper", "lower", "abs", "hex", "quote", "trim", "unicode", "round"])}(${deeper()})`;
    case 7:
      return `substr(${deeper()}, ${1 + dice.below(3)}, ${dice.below(4)})`;
    case 8:
      return `json_array(${deeper()}, ${dice.below(9)})`;
    case 9:
      return `json_extract('{"a":[1,2.5,"x",null,{"b":true}]}', '$.a[${dice.below(6)}]')`;
    case 10:
      return `(${deeper()} COLLATE ${dice.pick(["NOCASE", "BINARY", "RTRIM"])})`;
    case 11:
      return `${dice.pick(["date", "datetime", "julianday", "unixepoch"])}(${dice.pick(times)})`;
    default:
      return dice.below(2) === 0 ? value(dice) : column(dice);
  }
}

function select(dice: Dice): string {
  const table = dice.pick(plainTables);
  switch (dice.below(11)) {
    case 0:
      return `SELECT * FROM ${table} ORDER BY id`;
    case 1:
      return `SELECT ${expression(dice)}, ${expression(dice)} AS x FROM ${table} WHERE ${expression(dice)} ORDER BY id`;
    case 2:
      return `SELECT ${column(dice)}, count(*), sum(id), min(a), group_concat(id) FROM ${table} GROUP BY 1 ORDER BY 1, 3`;
    case 3:
      return `SELECT id, a, row_number() OVER (ORDER BY id), sum(id) OVER (PARTITION BY ${column(dice)} ORDER BY id), lag(a, 1, 'none') OVER (ORDER BY id) FROM ${table} ORDER BY id`;
    case 4:
      return `WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < ${dice.below(30)}) SELECT n, n * n, ${value(dice)} FROM r`;
    case 5:
      return `SELECT l.id, r.id, l.a FROM ${table} l JOIN ${dice.pick(plainTables)} r ON l.id = r.id ORDER BY l.id`;
    case 6:
      return "SELECT * FROM v_join ORDER BY id";
    case 7:
      return `SELECT ${expression(dice)}`;
    case 8:
      return `SELECT rowid, title, highlight(docs, 1, '[', ']') FROM docs WHERE docs MATCH '${dice.pick(["alpha", "beta", "gamma OR delta", "al*"])}' ORDER BY rowid`;
    case 9:
      return `SELECT id, minx FROM boxes WHERE maxx > ${dice.below(50)} AND miny < ${dice.below(50)} ORDER BY id`;
    default:
      return `SELECT key, value, type FROM json_each('[1, "two", ${dice.below(9)}.5, null, {"k": []}]')`;
  }
}

function write(dice: Dice): string {
  const table = dice.pick(plainTables);
  const columns = table === "t_generated" ? "id, a" : "id, a, b, c";
  const row = (): string =>
    table === "t_generated"
      ? `(${id(dice)}, ${value(dice)})`
      : `(${id(dice)}, ${value(dice)}, ${value(dice)}, ${value(dice)})`;
  const returning = dice.below(4) === 0 ? ` RETURNING ${dice.pick(["*", "id, a", "id AS x, typeof(a)"])}` : "";
  switch (dice.below(12)) {
    case 0:
      return `INSERT INTO ${table}(${columns}) VALUES${row()}${returning}`;
    case 1:
      return `INSERT OR ${dice.pick(["IGNORE", "REPLACE", "ABORT", "FAIL", "ROLLBACK"])} INTO ${table}(${columns}) VALUES${row()}, ${row()}${returning}`;
    case 2:
      return `INSERT INTO ${table}(${columns}) VALUES${row()} ON CONFLICT(id) DO UPDATE SET a = ${table === "t_strict" ? dice.below(99) : "excluded.a"}${returning}`;
    case 3:
      return `UPDATE ${table} SET a = ${expression(dice)} WHERE id = ${id(dice)}${returning}`;
    case 4:
      return `DELETE FROM ${table} WHERE id = ${id(dice)}${returning}`;
    case 5:
      return `INSERT INTO t_rowless VALUES('${dice.pick(words)}', ${value(dice)}, ${value(dice)})${returning === "" ? "" : " RETURNING *"}`;
    case 6:
      return `INSERT INTO docs(title, body) VALUES('${dice.pick(words)}', '${dice.pick(words)} ${dice.pick(words)} ${dice.pick(words)}')`;
    case 7:
      return `INSERT OR REPLACE INTO boxes VALUES(${id(dice)}, ${dice.below(50)}, ${dice.below(80)}, ${dice.below(50)}, ${dice.below(80)})`;
    case 8:
      return `UPDATE ${table} SET a = ${value(dice)} WHERE id % ${2 + dice.below(5)} = 0`;
    case 9:
      return `INSERT INTO ${table}(${columns}) SELECT * FROM (VALUES${row()}) WHERE ${dice.below(2)}`;
    case 10:
      return `DELETE FROM t_rowless WHERE a = '${dice.pick(words)}'`;
    default:
      return `UPDATE t_rowless SET b = ${value(dice)}, c = ${dice.pick(reals)} WHERE a > '${dice.pick(words)}'`;
  }
}

/** One statement; a few of them are wrong on purpose. */
export function generateStatement(dice: Dice): string {
  switch (dice.below(20)) {
    case 0:
      return dice.pick([
        "SELEC 1",
        "SELECT * FROM nowhere",
        "INSERT INTO t_int VALUES(1)",
        "SELECT nofunc(1)",
        "SELECT (",
      ]);
    case 1:
      return `EXPLAIN QUERY PLAN SELECT * FROM t_text WHERE a = 'x'`;
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
      return select(dice);
    default:
      return write(dice);
  }
}

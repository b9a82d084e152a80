import {
  type Action,
  type Client,
  type Lab,
  levelOf,
  numberOf,
  rowsOf,
  type Statement,
  textOf,
  type Workload,
} from "./lab.ts";
import type { Marks } from "./marks.ts";

const bigRows = 110;
const bigPadBytes = 3_000;
const blobsMax = 6;

/** What a blob of this number holds, again and again. */
const blobText = (count: string, number: string): string =>
  `replace(hex(zeroblob(${count})), '00', printf('%08d', ${number}))`;

/** Transactions too big for one entry, results too big for one message, DDL, VACUUM. */
export class Bulk implements Workload {
  readonly #lab: Lab;
  readonly #marks: Marks;
  readonly audits = [
    `SELECT count(*) FROM blob WHERE data IS NOT ${blobText("n", "number")}`,
    "SELECT count(*) FROM blob WHERE number NOT IN (SELECT number FROM mark)",
    "SELECT count(DISTINCT version) - 1 FROM big",
    `SELECT count(*) - ${bigRows} FROM big`,
    "SELECT (SELECT count(*) FROM sqlite_schema WHERE name GLOB 'made_*') - (SELECT count(*) FROM made)",
    "SELECT count(*) FROM limbo",
  ];

  constructor(lab: Lab, marks: Marks) {
    this.#lab = lab;
    this.#marks = marks;
  }

  setup(): readonly string[] {
    return [
      "CREATE TABLE blob(number INTEGER PRIMARY KEY, n INTEGER NOT NULL, data TEXT)",
      "CREATE TABLE big(id INTEGER PRIMARY KEY, version INTEGER NOT NULL, pad TEXT)",
      `WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < ${bigRows})
         INSERT INTO big SELECT i, 0, ${blobText(`${bigPadBytes / 8}`, "i")} FROM c`,
      "CREATE TABLE made(number INTEGER PRIMARY KEY)",
      "CREATE TABLE limbo(x)",
    ];
  }

  readonly actions: readonly Action[] = [
    { name: "blob", weight: 2, run: (client) => this.#blob(client) },
    { name: "rewrite all", weight: 1, run: (client) => this.#rewrite(client) },
    { name: "long read", weight: 2, run: (client) => this.#longRead(client) },
    { name: "make table", weight: 2, run: (client) => this.#makeTable(client) },
    { name: "drop table", weight: 1, run: (client) => this.#dropTable(client) },
    { name: "vacuum", weight: 0.5, run: (client) => this.#vacuum(client) },
    { name: "untidy", weight: 1.5, run: (client) => this.#untidy(client) },
    { name: "runaway", weight: 0.3, run: (client) => this.#runaway(client) },
  ];

  judge(): void {}

  async #blob(client: Client): Promise<void> {
    const number = this.#lab.fresh();
    const count = client.dice.pick([500, 5_000, 30_000]);
    const statements: Statement[] = [
      this.#marks.statement(number),
      [`INSERT INTO blob VALUES(?1, ?2, ${blobText("?2", "?1")})`, number, count],
      [`DELETE FROM blob WHERE number NOT IN (SELECT number FROM blob ORDER BY number DESC LIMIT ${blobsMax})`],
    ];
    const reply = await this.#marks.inTransaction(client, number, statements);
    if (reply.committed && count * 8 > this.#lab.options.node.sizes.segmentBytes)
      this.#lab.world.coverage.hit("transaction in parts");
  }

  async #rewrite(client: Client): Promise<void> {
    const reply = await client.statements("execute", [["UPDATE big SET version = version + 1"]]);
    if (reply.outcome === "done")
      this.#lab.check(
        reply.results[0]?.rows_affected === bigRows,
        "an update changes every row",
        JSON.stringify(reply),
      );
  }

  /** Long enough to be streamed, and read so slowly that the world changes meanwhile. */
  async #longRead(client: Client): Promise<void> {
    const pauseMs = client.dice.pick([0, 5, 100]);
    const query = `SELECT id, version, pad FROM big`;
    const reply = await client.statements("query", [[query]], levelOf(client.dice), { pauseMs });
    if (reply.outcome !== "done") return;
    const rows = rowsOf(reply.results[0], "a long read");
    this.#lab.check(rows.length === bigRows, "a long read is whole", `it had ${rows.length} rows`);
    const [, version] = rows[0] ?? [];
    for (const [id, other, pad] of rows) {
      this.#lab.check(
        other === version,
        "a read sees one moment",
        `row ${id} has version ${other}, the first ${version}`,
      );
      const text = String(numberOf(id))
        .padStart(8, "0")
        .repeat(bigPadBytes / 8);
      this.#lab.check(textOf(pad) === text, "what is read is what was written", `row ${id}`);
    }
    this.#lab.world.coverage.hit("long read");
  }

  async #makeTable(client: Client): Promise<void> {
    const number = this.#lab.fresh();
    await this.#marks.inTransaction(client, number, [
      [`CREATE TABLE made_${number}(a INTEGER PRIMARY KEY, b TEXT DEFAULT 'b')`],
      this.#marks.statement(number),
      ["INSERT INTO made VALUES(?)", number],
      [`INSERT INTO made_${number}(a) VALUES(1), (2), (3)`],
      [`ALTER TABLE made_${number} ADD COLUMN c`],
    ]);
  }

  async #dropTable(client: Client): Promise<void> {
    const found = await client.statements("query", [["SELECT min(number) FROM made"]]);
    if (found.outcome !== "done") return;
    const number = rowsOf(found.results[0], "a look at the tables made")[0]?.[0];
    if (typeof number !== "number") return;
    const statements: Statement[] = [[`DROP TABLE made_${number}`], ["DELETE FROM made WHERE number = ?", number]];
    await client.statements("execute", statements, "transaction");
  }

  /** By itself, or behind statements with which it becomes one entry. */
  async #vacuum(client: Client): Promise<void> {
    const before: Statement[] = client.dice.chance(0.5)
      ? []
      : [["INSERT INTO limbo SELECT randomblob(3000) FROM big LIMIT 50"], ["DELETE FROM limbo"]];
    const reply = await client.statements("execute", [...before, ["VACUUM"]]);
    if (reply.outcome !== "done") return;
    this.#lab.check(reply.results.at(-1)?.error === undefined, "VACUUM works", JSON.stringify(reply.results));
    this.#lab.world.coverage.hit("vacuum");
  }

  /** Leaves behind what must not outlive the request: settings, and a transaction that is not committed. */
  async #untidy(client: Client): Promise<void> {
    const statements: Statement[] = [
      ["PRAGMA foreign_keys = OFF"],
      ["PRAGMA ignore_check_constraints = ON"],
      ["PRAGMA recursive_triggers = ON"],
      [client.dice.pick(["BEGIN", "SAVEPOINT s"])],
      ["INSERT INTO limbo VALUES(1)"],
    ];
    const reply = await client.statements("execute", statements.slice(client.dice.below(3)));
    if (reply.outcome === "refused" && reply.reason.includes("left open"))
      this.#lab.world.coverage.hit("transaction left open");
  }

  /** Would never end. */
  async #runaway(client: Client): Promise<void> {
    const count = "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c) SELECT";
    const [endpoint, sql] = client.dice.pick([
      ["query", `${count} max(i) FROM c`],
      ["execute", `INSERT INTO limbo ${count} i FROM c`],
    ]);
    const reply = await client.statements(endpoint, [[sql]], "db_timeout=2ms");
    if (reply.outcome !== "done") return;
    const isStopped = reply.results[0]?.error !== undefined;
    this.#lab.check(isStopped, "a statement stops when its time is over", JSON.stringify(reply.results));
    this.#lab.world.coverage.hit("statement stopped at its limit");
  }
}

import type { EpochHistory } from "../checks/epoch-history.ts";
import { MarkHistory } from "../checks/mark-history.ts";
import {
  type Action,
  type Client,
  type Epoch,
  type Lab,
  levelOf,
  numberOf,
  type Reply,
  type Result,
  rowsOf,
  type Statement,
  type Workload,
} from "./lab.ts";

/** A statement that always fails. */
const failing: readonly Statement[] = [
  ["INSERT INTO uniq VALUES(0)"],
  ["INSERT INTO nowhere VALUES(1)"],
  ["INSERT INTO uniq(id, no_such) VALUES(1, 2)"],
  ["UPDATE uniq SET id = NULL WHERE id = 0"],
];

/** Rows written once, alone, in batches and in transactions among statements that fail; every other workload uses them. */
export class Marks implements Workload {
  readonly #lab: Lab;
  readonly #history = new MarkHistory();
  readonly #epochs: EpochHistory;
  readonly audits = [
    "SELECT count(*) - count(DISTINCT number) FROM mark",
    // The index and the table agree.
    "SELECT (SELECT count(*) FROM mark NOT INDEXED) - (SELECT count(*) FROM mark INDEXED BY mark_by_number WHERE number > 0)",
  ];

  constructor(lab: Lab, epochs: EpochHistory) {
    this.#lab = lab;
    this.#epochs = epochs;
  }

  setup(epoch: Epoch): readonly string[] {
    return [
      "CREATE TABLE epoch(id INTEGER NOT NULL)",
      `INSERT INTO epoch VALUES(${epoch})`,
      "CREATE TABLE mark(number INTEGER NOT NULL, pad TEXT)",
      "CREATE INDEX mark_by_number ON mark(number)",
      "CREATE TABLE uniq(id INTEGER NOT NULL UNIQUE)",
      "INSERT INTO uniq VALUES(0)",
    ];
  }

  readonly actions: readonly Action[] = [
    { name: "mark", weight: 6, run: (client) => this.#single(client) },
    { name: "batch", weight: 5, run: (client) => this.#batch(client) },
    { name: "transaction", weight: 4, run: (client) => this.#transaction(client) },
    { name: "scan", weight: 2, run: (client) => this.scan(client) },
  ];

  judge(): void {
    this.#history.judge();
  }

  /** A statement that writes the mark of this number; its result says into which database. */
  statement(number: number, padBytes = 0): Statement {
    return ["INSERT INTO mark VALUES(?, ?) RETURNING (SELECT id FROM epoch)", number, "p".repeat(padBytes)];
  }

  /** Sends statements that are one transaction and of which one writes the mark `number`. */
  async inTransaction(
    client: Client,
    number: number,
    statements: readonly Statement[],
    endpoint: "execute" | "request" = "execute",
  ): Promise<Reply & { readonly committed: boolean }> {
    const calledAt = this.#lab.tick();
    const reply = await client.statements(endpoint, statements, "transaction");
    const committed = this.#note(client, reply, calledAt, number, true, (results) =>
      results.length < statements.length
        ? undefined
        : results[statements.findIndex(([sql]) => sql.startsWith("INSERT INTO mark"))],
    );
    return { ...reply, committed };
  }

  /** All marks, checked against what is known. */
  async scan(client: Client): Promise<boolean> {
    const calledAt = this.#lab.tick();
    const sql = "SELECT number, (SELECT id FROM epoch) FROM mark UNION ALL SELECT NULL, id FROM epoch";
    const reply = await client.statements("query", [[sql]], levelOf(client.dice));
    if (reply.outcome !== "done") return false;
    const span = { calledAt, returnedAt: this.#lab.tick() };
    const rows = rowsOf(reply.results[0], "a scan of all marks");
    const epochs = new Set(rows.map(([, epoch]) => numberOf(epoch)));
    this.#lab.check(epochs.size === 1, "a statement sees one database", `a scan saw ${[...epochs].join(" ")}`);
    const epoch = numberOf(rows.at(-1)?.[1]);
    this.#epochs.saw(epoch, span, client.name);
    const numbers = rows.slice(0, -1).map(([number]) => numberOf(number));
    this.#history.scanned(numbers, span, client.name, epoch);
    return true;
  }

  async #single(client: Client): Promise<void> {
    const number = this.#lab.fresh();
    const calledAt = this.#lab.tick();
    const endpoint = client.dice.pick(["execute", "execute", "request"]);
    const reply = await client.statements(endpoint, [this.statement(number, client.dice.pick([0, 20, 5_000]))]);
    this.#note(client, reply, calledAt, number, false, (results) => results[0]);
  }

  /** Each statement for itself. */
  async #batch(client: Client): Promise<void> {
    const { dice } = client;
    const plan = Array.from({ length: dice.within(2, 8) }, () => (dice.chance(0.3) ? null : this.#lab.fresh()));
    const statements = plan.map((number) => (number === null ? this.#failing(client) : this.statement(number)));
    const calledAt = this.#lab.tick();
    const reply = await client.statements(dice.pick(["execute", "request"]), statements);
    for (const [at, number] of plan.entries()) {
      if (number !== null) this.#note(client, reply, calledAt, number, false, (results) => results[at]);
      else if (reply.outcome === "done")
        this.#lab.check(
          reply.results[at]?.error !== undefined,
          "a wrong statement fails",
          JSON.stringify(statements[at]),
        );
    }
  }

  /** All or nothing. */
  async #transaction(client: Client): Promise<void> {
    const { dice } = client;
    const numbers = Array.from({ length: dice.within(1, 4) }, () => this.#lab.fresh());
    const statements: Statement[] = numbers.map((number) => this.statement(number));
    const isFailing = dice.chance(0.4);
    if (isFailing) statements.splice(dice.below(statements.length + 1), 0, this.#failing(client));
    const calledAt = this.#lab.tick();
    const reply = await client.statements(dice.pick(["execute", "request"]), statements, "transaction");
    if (reply.outcome === "done" && isFailing)
      this.#lab.check(
        reply.results.some(({ error }) => error !== undefined),
        "a wrong statement fails",
        "none did",
      );
    for (const [at, number] of numbers.entries())
      this.#note(client, reply, calledAt, number, true, (results) => results[at]);
  }

  #failing(client: Client): Statement {
    return failing[client.dice.below(failing.length)] ?? ["nonsense"];
  }

  /** Returns whether the mark was written for sure. */
  #note(
    client: Client,
    reply: Reply,
    calledAt: number,
    number: number,
    isTransaction: boolean,
    resultOf: (results: readonly Result[]) => Result | undefined,
  ): boolean {
    const span = { calledAt, returnedAt: this.#lab.tick() };
    if (reply.outcome === "unknown") {
      this.#history.unknown(number, calledAt, client.name);
      return false;
    }
    const results = reply.outcome === "done" ? reply.results : [];
    const result = isTransaction && results.some(({ error }) => error !== undefined) ? undefined : resultOf(results);
    if (result === undefined || result.error !== undefined) {
      this.#history.refused(number, span, client.name);
      return false;
    }
    const epoch = numberOf(rowsOf(result, "a mark")[0]?.[0]);
    this.#history.wrote(number, span, client.name, epoch);
    this.#epochs.saw(epoch, span, client.name);
    return true;
  }
}

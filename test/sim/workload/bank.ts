import { type Action, type Client, type Lab, levelOf, numberOf, rowsOf, type Workload } from "./lab.ts";
import type { Marks } from "./marks.ts";

const accounts = 5;
const initialBalance = 20;

/** Transfers between accounts that may not be overdrawn. */
export class Bank implements Workload {
  readonly #lab: Lab;
  readonly #marks: Marks;
  readonly audits = [
    `SELECT sum(balance) - ${accounts * initialBalance} FROM account`,
    "SELECT count(*) FROM account WHERE balance < 0",
    `SELECT count(*) FROM account WHERE balance <> ${initialBalance}
       + (SELECT coalesce(sum(amount), 0) FROM transfer WHERE target = account.id)
       - (SELECT coalesce(sum(amount), 0) FROM transfer WHERE source = account.id)`,
  ];

  constructor(lab: Lab, marks: Marks) {
    this.#lab = lab;
    this.#marks = marks;
  }

  setup(): readonly string[] {
    const rows = Array.from({ length: accounts }, (_, id) => `(${id}, ${initialBalance})`);
    return [
      "CREATE TABLE account(id INTEGER PRIMARY KEY, balance INTEGER NOT NULL CHECK(balance >= 0))",
      `INSERT INTO account VALUES ${rows.join(", ")}`,
      "CREATE TABLE transfer(number INTEGER, source INTEGER, target INTEGER, amount INTEGER)",
    ];
  }

  readonly actions: readonly Action[] = [
    { name: "transfer", weight: 6, run: (client) => this.#transfer(client) },
    { name: "balance", weight: 3, run: (client) => this.#balance(client) },
  ];

  judge(): void {}

  async #transfer(client: Client): Promise<void> {
    const { dice } = client;
    const source = dice.below(accounts);
    const target = (source + dice.within(1, accounts - 1)) % accounts;
    const amount = dice.within(1, 15);
    const number = this.#lab.fresh();
    const reply = await this.#marks.inTransaction(client, number, [
      this.#marks.statement(number),
      ["INSERT INTO transfer VALUES(?, ?, ?, ?)", number, source, target, amount],
      ["UPDATE account SET balance = balance + ? WHERE id = ?", amount, target],
      ["UPDATE account SET balance = balance - ? WHERE id = ?", amount, source],
    ]);
    if (reply.outcome === "done" && !reply.committed) this.#lab.world.coverage.hit("transfer refused by a constraint");
  }

  async #balance(client: Client): Promise<void> {
    const reply = await client.statements(
      "query",
      [["SELECT sum(balance), min(balance) FROM account"]],
      levelOf(client.dice),
    );
    if (reply.outcome !== "done") return;
    const [sum, least] = rowsOf(reply.results[0], "a sum of balances")[0] ?? [];
    this.#lab.check(numberOf(sum) === accounts * initialBalance, "money neither comes nor goes", `the sum is ${sum}`);
    this.#lab.check(numberOf(least) >= 0, "no account is overdrawn", `one has ${least}`);
  }
}

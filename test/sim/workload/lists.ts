import { checkLists, type ListStep, type ListTransaction, nameOf } from "../checks/list-history.ts";
import {
  type Action,
  type Client,
  type Epoch,
  type Lab,
  levelOf,
  never,
  rowsOf,
  type Statement,
  textOf,
  type Workload,
} from "./lab.ts";

/** Lists that transactions append to and read. A list's first item tells of which database it is. */
export class Lists implements Workload {
  readonly #lab: Lab;
  readonly #lists: readonly string[];
  readonly #transactions: ListTransaction[] = [];
  readonly audits = ["SELECT count(*) FROM list WHERE items = ''"];

  constructor(lab: Lab) {
    this.#lab = lab;
    this.#lists = Array.from({ length: lab.options.lists }, (_, at) => `l${at}`);
  }

  setup(epoch: Epoch): readonly string[] {
    return [
      "CREATE TABLE list(k TEXT PRIMARY KEY, items TEXT NOT NULL)",
      `INSERT INTO list VALUES ${this.#lists.map((list) => `('${list}', 'db${epoch}')`).join(", ")}`,
    ];
  }

  readonly actions: readonly Action[] = [
    { name: "list transaction", weight: 6, run: (client) => this.#transaction(client) },
    { name: "list read", weight: 3, run: (client) => this.#read(client) },
  ];

  judge(): void {
    checkLists(this.#transactions);
  }

  async #transaction(client: Client): Promise<void> {
    const { dice } = client;
    const plan = Array.from({ length: dice.within(1, 4) }, () => ({
      list: this.#lists[dice.below(this.#lists.length)] ?? "l0",
      item: dice.chance(0.6) ? String(this.#lab.fresh()) : null,
    }));
    const statements = plan.map(
      ({ list, item }): Statement =>
        item === null
          ? ["SELECT items FROM list WHERE k = ?", list]
          : ["UPDATE list SET items = items || ' ' || ? WHERE k = ? RETURNING items", item, list],
    );
    const calledAt = this.#lab.tick();
    const reply = await client.statements("request", statements, "transaction");
    const by = client.name;
    if (reply.outcome !== "done") {
      const appends = plan.flatMap(({ list, item }): ListStep[] =>
        // Of an unknown database: its items tell, if they are seen.
        item === null ? [] : [{ type: "append", list, item, items: null }],
      );
      this.#transactions.push({
        by,
        calledAt,
        returnedAt: never,
        steps: appends,
        mayHaveHappened: reply.outcome === "unknown",
      });
      return;
    }
    const steps = plan.map(({ list, item }, at): ListStep => {
      const items = textOf(rowsOf(reply.results[at], "a step of a transaction")[0]?.[0]).split(" ");
      const name = nameOf(list, items[0] ?? "?");
      return item === null ? { type: "read", list: name, items } : { type: "append", list: name, item, items };
    });
    this.#transactions.push({ by, calledAt, returnedAt: this.#lab.tick(), steps, mayHaveHappened: true });
  }

  async #read(client: Client): Promise<void> {
    const calledAt = this.#lab.tick();
    const reply = await client.statements("query", [["SELECT k, items FROM list"]], levelOf(client.dice));
    if (reply.outcome !== "done") return;
    const steps = rowsOf(reply.results[0], "a read of all lists").map(([list, text]): ListStep => {
      const items = textOf(text).split(" ");
      return { type: "read", list: nameOf(textOf(list), items[0] ?? "?"), items };
    });
    this.#lab.check(steps.length === this.#lists.length, "every list is there", `there are ${steps.length}`);
    this.#transactions.push({ by: client.name, calledAt, returnedAt: this.#lab.tick(), steps, mayHaveHappened: true });
  }
}

import type { Action, Client, Lab, Statement, Workload } from "./lab.ts";
import type { Marks } from "./marks.ts";

/** Deferred foreign keys: a child may come before its parent, but not be committed without. */
export class Families implements Workload {
  readonly #lab: Lab;
  readonly #marks: Marks;
  readonly audits: readonly string[];

  constructor(lab: Lab, marks: Marks) {
    this.#lab = lab;
    this.#marks = marks;
    this.audits = lab.options.foreignKeys
      ? ["SELECT count(*) FROM child WHERE parent NOT IN (SELECT id FROM parent)"]
      : [];
  }

  setup(): readonly string[] {
    return [
      "CREATE TABLE parent(id INTEGER PRIMARY KEY)",
      `CREATE TABLE child(id INTEGER PRIMARY KEY,
         parent INTEGER NOT NULL REFERENCES parent(id) DEFERRABLE INITIALLY DEFERRED)`,
    ];
  }

  readonly actions: readonly Action[] = [
    { name: "family", weight: 3, run: (client) => this.#family(client) },
    { name: "orphan", weight: 3, run: (client) => this.#orphan(client) },
  ];

  judge(): void {}

  async #family(client: Client): Promise<void> {
    const number = this.#lab.fresh();
    const statements: Statement[] = [
      this.#marks.statement(number),
      ["INSERT INTO child VALUES(?, ?)", number, number],
      ["INSERT INTO parent VALUES(?)", number],
    ];
    const reply = await this.#marks.inTransaction(client, number, statements, client.dice.pick(["execute", "request"]));
    if (reply.outcome === "done")
      this.#lab.check(reply.committed, "a whole family is taken", JSON.stringify(reply.results));
  }

  async #orphan(client: Client): Promise<void> {
    const number = this.#lab.fresh();
    const orphan: Statement = ["INSERT INTO child VALUES(?, ?)", number, number];
    const { foreignKeys } = this.#lab.options;
    if (client.dice.chance(0.5)) {
      const reply = await client.statements("execute", [orphan]);
      if (reply.outcome !== "done") return;
      const isRefused = reply.results[0]?.error !== undefined;
      this.#lab.check(
        isRefused === foreignKeys,
        "an orphan is refused where foreign keys are on",
        JSON.stringify(reply),
      );
      return;
    }
    const reply = await this.#marks.inTransaction(client, number, [this.#marks.statement(number), orphan]);
    if (reply.outcome === "refused" && reply.reason.includes("FOREIGN KEY"))
      this.#lab.world.coverage.hit("deferred foreign key refused at the commit");
    if (reply.outcome !== "done") return;
    this.#lab.check(
      reply.committed !== foreignKeys,
      "an orphan is refused where foreign keys are on",
      JSON.stringify(reply),
    );
  }
}

import { checkRegister, type RegisterOperation } from "../checks/register-history.ts";
import {
  type Action,
  type Client,
  type Epoch,
  type Lab,
  levelOf,
  never,
  numberOf,
  rowsOf,
  type Span,
  type Statement,
  type Workload,
} from "./lab.ts";

/** First value of a register in a database; no other write has it. */
const initialValue = (epoch: Epoch, key: string): number => 1_000_000 * (epoch + 1) + Number(key.slice(1));

/** Keyed registers: written, read at every level, compared and swapped. */
export class Registers implements Workload {
  readonly #lab: Lab;
  readonly #keys: readonly string[];
  readonly #operations = new Map<string, RegisterOperation[]>();
  readonly audits = ["SELECT count(*) - count(DISTINCT v) FROM reg"];

  constructor(lab: Lab) {
    this.#lab = lab;
    this.#keys = Array.from({ length: lab.options.registers }, (_, at) => `k${at}`);
    for (const key of this.#keys) this.#operations.set(key, []);
  }

  setup(epoch: Epoch): readonly string[] {
    const rows = this.#keys.map((key) => `('${key}', ${initialValue(epoch, key)})`);
    return [
      "CREATE TABLE reg(k TEXT PRIMARY KEY, v INTEGER NOT NULL, pad TEXT) WITHOUT ROWID",
      `INSERT INTO reg(k, v) VALUES ${rows.join(", ")}`,
    ];
  }

  readonly actions: readonly Action[] = [
    { name: "register write", weight: 6, run: (client) => this.#write(client) },
    { name: "register read", weight: 10, run: (client) => this.#read(client) },
    { name: "register swap", weight: 4, run: (client) => this.#swap(client) },
    { name: "register compare", weight: 2, run: (client) => this.#compare(client) },
  ];

  /** A loaded database sets every register. */
  loaded(epoch: Epoch, span: Span, by: string): void {
    for (const key of this.#keys) this.#note(key, { type: "write", value: initialValue(epoch, key), by, ...span });
  }

  judge(): void {
    for (const [key, operations] of this.#operations) checkRegister(key, initialValue(0, key), operations);
  }

  async #write(client: Client): Promise<void> {
    const key = this.#key(client);
    const value = this.#lab.fresh();
    const calledAt = this.#lab.tick();
    const pad = "x".repeat(client.dice.pick([0, 10, 3_000]));
    const write: Statement = ["UPDATE reg SET v = ?, pad = ? WHERE k = ?", value, pad, key];
    // Beside a statement that fails it must work all the same.
    const isAmongOthers = client.dice.chance(0.2);
    const statements: Statement[] = isAmongOthers ? [["INSERT INTO nowhere VALUES(1)"], write] : [write];
    const reply = await client.statements("execute", statements);
    if (reply.outcome === "refused") return;
    const returnedAt = reply.outcome === "done" ? this.#lab.tick() : never;
    if (reply.outcome === "done") {
      const result = reply.results.at(-1);
      this.#lab.check(result?.rows_affected === 1, "an update of one row says so", JSON.stringify(reply.results));
      if (isAmongOthers)
        this.#lab.check(reply.results[0]?.error !== undefined, "a wrong statement fails", "it did not");
    }
    this.#note(key, { type: "write", value, by: client.name, calledAt, returnedAt });
  }

  async #read(client: Client): Promise<void> {
    const key = this.#key(client);
    const calledAt = this.#lab.tick();
    const endpoint = client.dice.pick(["query", "query", "request"]);
    const reply = await client.statements(endpoint, [["SELECT v FROM reg WHERE k = ?", key]], levelOf(client.dice));
    if (reply.outcome !== "done") return;
    const value = numberOf(rowsOf(reply.results[0], "a read of a register")[0]?.[0]);
    this.#note(key, { type: "read", value, by: client.name, calledAt, returnedAt: this.#lab.tick() });
  }

  /** Reads and writes in one transaction. */
  async #swap(client: Client): Promise<void> {
    const key = this.#key(client);
    const value = this.#lab.fresh();
    const calledAt = this.#lab.tick();
    const statements: Statement[] = [
      ["SELECT v FROM reg WHERE k = ?", key],
      ["UPDATE reg SET v = ? WHERE k = ?", value, key],
      ["SELECT v FROM reg WHERE k = ?", key],
    ];
    const reply = await client.statements("request", statements, "transaction");
    if (reply.outcome === "refused") return;
    const by = client.name;
    if (reply.outcome === "unknown") {
      this.#note(key, { type: "write", value, by, calledAt, returnedAt: never });
      return;
    }
    const old = numberOf(rowsOf(reply.results[0], "a read of a register")[0]?.[0]);
    const after = numberOf(rowsOf(reply.results[2], "a read of a register")[0]?.[0]);
    this.#lab.check(after === value, "a transaction sees what it wrote", `${key} was ${after} instead of ${value}`);
    this.#note(key, { type: "swap", old, value, by, calledAt, returnedAt: this.#lab.tick() });
  }

  async #compare(client: Client): Promise<void> {
    const key = this.#key(client);
    const value = this.#lab.fresh();
    const old = this.#recent(client, key);
    const calledAt = this.#lab.tick();
    const reply = await client.statements("execute", [["UPDATE reg SET v = ? WHERE k = ? AND v = ?", value, key, old]]);
    if (reply.outcome === "refused") return;
    const span = { by: client.name, calledAt, returnedAt: reply.outcome === "done" ? this.#lab.tick() : never };
    // What was not told has written the value if anybody ever sees it.
    if (reply.outcome === "unknown") this.#note(key, { type: "swap", old, value, ...span });
    else if (reply.results[0]?.rows_affected === 1) this.#note(key, { type: "swap", old, value, ...span });
    else this.#note(key, { type: "missed", old, ...span });
  }

  /** A value that the register probably has. */
  #recent(client: Client, key: string): number {
    const known = (this.#operations.get(key) ?? []).slice(-4).filter((operation) => "value" in operation);
    const operation = known[client.dice.below(known.length)];
    return operation !== undefined && "value" in operation ? operation.value : initialValue(0, key);
  }

  #key(client: Client): string {
    return this.#keys[client.dice.below(this.#keys.length)] ?? "k0";
  }

  #note(key: string, operation: RegisterOperation): void {
    this.#operations.get(key)?.push(operation);
  }
}

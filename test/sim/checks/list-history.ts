import { never, type Span } from "../workload/lab.ts";
import { Violation } from "../world/world.ts";

/** What a transaction did with one list, in its order. */
export type ListStep =
  /** `items` is what the list was then, itself included; null: it was not told. */
  | { readonly type: "append"; readonly list: string; readonly item: string; readonly items: readonly string[] | null }
  | { readonly type: "read"; readonly list: string; readonly items: readonly string[] };

export interface ListTransaction extends Span {
  readonly by: string;
  readonly steps: readonly ListStep[];
  /** False: definitely not carried out. */
  readonly mayHaveHappened: boolean;
}

const property = "transactions are strictly serializable";

/**
 * Is there an order of the transactions that explains what each saw, and in which none comes before another that had
 * returned when it was called? Lists only grow, so what was read tells the order of the appends, and with it who
 * depends on whom (as Elle, Kingsbury and Alvaro 2020, does); a cycle is a contradiction.
 */
export function checkLists(told: readonly ListTransaction[]): void {
  const orders = longestReads(told);
  const transactions = told.map((transaction) => placed(transaction, orders));
  const authors = authorsOf(transactions);
  const happened = transactions.filter(
    ({ mayHaveHappened, returnedAt, steps }) =>
      mayHaveHappened &&
      (returnedAt !== never ||
        steps.some((step) => step.type === "append" && orders.get(step.list)?.includes(step.item) === true)),
  );
  for (const [list, items] of orders) {
    if (new Set(items).size !== items.length) fail(`an item is in ${list} twice: ${items.join(" ")}`);
    for (const item of items.slice(1)) {
      const author = authors.get(item);
      if (author === undefined) fail(`${list} holds ${item}, which nobody has appended`);
      if (!author.mayHaveHappened) fail(`${list} holds ${item}, whose transaction was refused`);
    }
  }
  for (const { steps, returnedAt, by } of happened) {
    for (const step of steps) {
      const order = orders.get(step.list) ?? [];
      if (step.items?.some((item, at) => item !== order[at]))
        fail(`${by} read ${step.list} as ${step.items.join(" ")}, and later it was ${order.join(" ")}`);
      if (step.type === "append" && returnedAt !== never && step.items?.at(-1) !== step.item)
        fail(`${by} appended ${step.item} to ${step.list} and found ${step.items?.join(" ")}`);
    }
  }
  const cycle = findCycle(edgesOf(happened, orders, authors));
  if (cycle !== null) fail(`a cycle: ${cycle.map((at) => describe(happened[at])).join("\n  before ")}`);
}

/**
 * Whoever was not told the outcome does not know either of which database the lists were; if one of the items was seen
 * anywhere, that one tells.
 */
function placed(transaction: ListTransaction, orders: ReadonlyMap<string, readonly string[]>): ListTransaction {
  if (transaction.returnedAt !== never) return transaction;
  let database: string | null = null;
  for (const step of transaction.steps) {
    if (step.type !== "append") continue;
    for (const items of orders.values()) if (items.includes(step.item)) database = items[0] ?? null;
  }
  const steps = transaction.steps.map((step) => ({ ...step, list: nameOf(step.list, database ?? "?") }));
  return { ...transaction, steps };
}

/** Lists of different databases are different lists. */
export const nameOf = (list: string, database: string): string => `${list} of ${database}`;

function longestReads(transactions: readonly ListTransaction[]): Map<string, readonly string[]> {
  const longest = new Map<string, readonly string[]>();
  for (const { steps, mayHaveHappened } of transactions) {
    if (!mayHaveHappened) continue;
    for (const { list, items } of steps) {
      if (items !== null && items.length > (longest.get(list)?.length ?? -1)) longest.set(list, items);
    }
  }
  return longest;
}

function authorsOf(transactions: readonly ListTransaction[]): Map<string, ListTransaction> {
  const authors = new Map<string, ListTransaction>();
  for (const transaction of transactions) {
    for (const step of transaction.steps) if (step.type === "append") authors.set(step.item, transaction);
  }
  return authors;
}

/** Who must come after whom, by number; numbers from `happened.length` on are moments between them. */
function edgesOf(
  happened: readonly ListTransaction[],
  orders: ReadonlyMap<string, readonly string[]>,
  authors: ReadonlyMap<string, ListTransaction>,
): readonly ReadonlySet<number>[] {
  const numbers = new Map(happened.map((transaction, at) => [transaction, at]));
  const byReturn = happened
    .map((_, at) => at)
    .toSorted((a, b) => (happened[a]?.returnedAt ?? 0) - (happened[b]?.returnedAt ?? 0));
  const edges = Array.from({ length: happened.length * 2 }, () => new Set<number>());
  const link = (from: number | undefined, to: number | undefined): void => {
    if (from !== undefined && to !== undefined && from !== to) edges[from]?.add(to);
  };
  // Moments in the order of the returns: a transaction leads to the moment of its return, each moment to the next, and
  // the last moment before its call to it.
  for (const [rank, at] of byReturn.entries()) {
    if (happened[at]?.returnedAt === never) break;
    const moment = happened.length + rank;
    link(at, moment);
    if (rank > 0) link(moment - 1, moment);
  }
  for (const [at, { calledAt }] of happened.entries()) {
    let rank = -1;
    while (rank + 1 < byReturn.length && (happened[byReturn[rank + 1] ?? 0]?.returnedAt ?? never) < calledAt) rank++;
    if (rank >= 0) link(happened.length + rank, at);
  }
  const authorAt = (list: string, place: number): number | undefined => {
    const item = orders.get(list)?.[place];
    const author = item === undefined ? undefined : authors.get(item);
    return author === undefined ? undefined : numbers.get(author);
  };
  for (const [list, items] of orders) {
    for (let place = 1; place < items.length; place++) link(authorAt(list, place - 1), authorAt(list, place));
  }
  for (const [at, { steps }] of happened.entries()) {
    for (const { list, items, ...step } of steps) {
      if (items === null) {
        // It happened, and if nobody has seen its item, then because all who read the list came before.
        const order = orders.get(list);
        if (order === undefined || !("item" in step) || order.includes(step.item)) continue;
        for (const [reader, other] of happened.entries()) {
          if (other.steps.some((one) => one.list === list && one.items !== null)) link(reader, at);
        }
        continue;
      }
      // It saw the last of them, and did not see the next.
      for (let place = items.length - 1; place >= 0 && authorAt(list, place) === at; place--)
        link(authorAt(list, place - 1), at);
      link(authorAt(list, items.length - 1), at);
      link(at, authorAt(list, items.length));
    }
  }
  return edges;
}

function findCycle(edges: readonly ReadonlySet<number>[]): readonly number[] | null {
  const state = new Uint8Array(edges.length);
  for (let start = 0; start < edges.length; start++) {
    if (state[start] !== 0) continue;
    const path: { readonly at: number; readonly rest: Iterator<number> }[] = [];
    const enter = (at: number): void => {
      state[at] = 1;
      path.push({ at, rest: (edges[at] ?? new Set<number>()).values() });
    };
    enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const next = top.rest.next();
      if (next.done === true) {
        state[top.at] = 2;
        path.pop();
      } else if (state[next.value] === 1) {
        const members = path.map(({ at }) => at);
        return members.slice(members.indexOf(next.value)).filter((at) => at < edges.length / 2);
      } else if (state[next.value] === 0) enter(next.value);
    }
  }
  return null;
}

function describe(transaction: ListTransaction | undefined): string {
  if (transaction === undefined) return "?";
  const { by, calledAt, returnedAt, steps } = transaction;
  const what = steps.map((step) =>
    step.type === "append"
      ? `append ${step.item} to ${step.list}`
      : `read ${step.list}: ${step.items.slice(-4).join(" ")}`,
  );
  return `${by} (called ${calledAt}, returned ${returnedAt === never ? "never" : returnedAt}): ${what.join(", ")}`;
}

function fail(message: string): never {
  throw new Violation(property, message);
}

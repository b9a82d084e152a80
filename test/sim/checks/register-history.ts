import { never, type Span } from "../workload/lab.ts";
import { Violation } from "../world/world.ts";

/** An operation on one register. */
export type RegisterOperation = Span & { readonly by: string } & (
    | { readonly type: "read"; readonly value: number }
    | { readonly type: "write"; readonly value: number }
    /** It found `old` there and put `value` in its place. */
    | { readonly type: "swap"; readonly old: number; readonly value: number }
    /** It did not find `old` there. */
    | { readonly type: "missed"; readonly old: number }
  );

/** Next value of the register, or null if the operation can't have come here. */
function step(value: number, operation: RegisterOperation): number | null {
  switch (operation.type) {
    case "read":
      return operation.value === value ? value : null;
    case "write":
      return operation.value;
    case "swap":
      return operation.old === value ? operation.value : null;
    case "missed":
      return operation.old === value ? null : value;
  }
}

/** Stands for every value that nobody saw. */
const unseen = Number.NaN;
const statesMax = 1_000_000;

/**
 * Is there an order of these operations, each at a moment between its call and its return, that one register would have
 * given? Searches as Wing and Gong do, and remembers (Lowe) which sets of operations have led to which value. Each
 * value is written once. Operations of unknown outcome have no return. If nobody saw the value of one, it may as well
 * not have happened; all that can be needed of it is that it explains why somebody missed another value.
 */
export function checkRegister(name: string, initial: number, operations: readonly RegisterOperation[]): void {
  const seen = new Set<number>();
  for (const operation of operations) {
    if (operation.type === "read") seen.add(operation.value);
    if (operation.type === "swap") seen.add(operation.old);
  }
  const isUnseen = (operation: RegisterOperation): boolean =>
    operation.returnedAt === never && "value" in operation && !seen.has(operation.value);
  const isMissed = operations.some(({ type }) => type === "missed");
  const relevant = operations.flatMap((operation): RegisterOperation[] => {
    if (!isUnseen(operation)) return [operation];
    return isMissed && operation.type === "write" ? [{ ...operation, value: unseen }] : isMissed ? [operation] : [];
  });
  const search = new Search(relevant.toSorted((left, right) => left.calledAt - right.calledAt));
  if (search.succeeds(initial)) return;
  throw new Violation(
    "registers are linearizable",
    `${name} has no order of its operations; around the end of the longest beginning of one:\n${search.aroundEnd()}`,
  );
}

class Search {
  readonly #ordered: readonly RegisterOperation[];
  readonly #taken: Uint8Array;
  readonly #known = new Set<string>();
  /** Operations before this one are all taken. */
  #first = 0;
  #furthest = 0;

  /** In the order of their calls. */
  constructor(ordered: readonly RegisterOperation[]) {
    this.#ordered = ordered;
    this.#taken = new Uint8Array(ordered.length);
  }

  /** Can what is left be put in order, beginning with this value? */
  succeeds(value: number): boolean {
    const firstBefore = this.#first;
    const reads = this.#takeReads(value);
    this.#furthest = Math.max(this.#furthest, this.#first);
    const left = this.#candidates();
    if (this.#ordered.every((operation, at) => this.#taken[at] === 1 || operation.returnedAt === never)) return true;
    const key = `${value} ${this.#taken.join("").replace(/0+$/, "")}`;
    if (!this.#known.has(key)) {
      this.#known.add(key);
      if (this.#known.size > statesMax) throw new Error("the history of a register is too tangled to be judged");
      let triesUnseen = false;
      for (const at of left) {
        const operation = this.#ordered[at];
        const next = operation === undefined ? null : step(value, operation);
        if (next === null) continue;
        // One of those is as good as another, and one is enough.
        if (Number.isNaN(next) && (triesUnseen || Number.isNaN(value))) continue;
        triesUnseen ||= Number.isNaN(next);
        this.#taken[at] = 1;
        if (this.succeeds(next)) return true;
        this.#taken[at] = 0;
      }
    }
    for (const at of reads) this.#taken[at] = 0;
    this.#first = firstBefore;
    return false;
  }

  aroundEnd(): string {
    return this.#ordered
      .slice(Math.max(0, this.#furthest - 12), this.#furthest + 6)
      .map(describeOperation)
      .join("\n");
  }

  /** What changes nothing may as well come at once. */
  #takeReads(value: number): readonly number[] {
    const reads: number[] = [];
    for (let more = true; more; ) {
      more = false;
      for (const at of this.#candidates()) {
        const operation = this.#ordered[at];
        if (operation === undefined || (operation.type !== "read" && operation.type !== "missed")) continue;
        if (step(value, operation) === null) continue;
        this.#taken[at] = 1;
        reads.push(at);
        more = true;
      }
    }
    return reads;
  }

  /** Which of those that are left may come first: called before any other of them has returned. */
  #candidates(): readonly number[] {
    const ordered = this.#ordered;
    while (this.#first < ordered.length && this.#taken[this.#first] === 1) this.#first++;
    let firstReturn = never;
    const candidates: number[] = [];
    for (let at = this.#first; at < ordered.length; at++) {
      const operation = ordered[at];
      if (operation === undefined || operation.calledAt > firstReturn) break;
      if (this.#taken[at] === 1) continue;
      candidates.push(at);
      firstReturn = Math.min(firstReturn, operation.returnedAt);
    }
    return candidates;
  }
}

function describeOperation(operation: RegisterOperation): string {
  const { by, type, calledAt, returnedAt } = operation;
  const what =
    type === "missed"
      ? `not ${operation.old}`
      : type === "swap"
        ? `${operation.old} -> ${operation.value}`
        : operation.value;
  const returned = returnedAt === never ? "never returned" : `returned ${returnedAt}`;
  return `  ${by.padEnd(9)} ${`${type} ${what}`.padEnd(24)} called ${calledAt}, ${returned}`;
}

import { type Epoch, never, type Span } from "../workload/lab.ts";
import { Violation } from "../world/world.ts";

/** A row that one request wrote, and that nobody changes or removes. */
interface Mark extends Span {
  readonly by: string;
  /** In which database it is known to be; null: it was refused, or nobody knows. */
  readonly epoch: Epoch | null;
  readonly mayHaveHappened: boolean;
}

interface Scan extends Span {
  readonly by: string;
  readonly epoch: Epoch;
  readonly numbers: readonly number[];
}

/** Rows that were written once each, and what scans found of them. */
export class MarkHistory {
  readonly #marks = new Map<number, Mark>();
  readonly #scans: Scan[] = [];

  /** `epoch`: of the database that it was put into, if the answer told. */
  wrote(number: number, span: Span, by: string, epoch: Epoch): void {
    this.#marks.set(number, { ...span, by, epoch, mayHaveHappened: true });
  }

  refused(number: number, span: Span, by: string): void {
    this.#marks.set(number, { ...span, by, epoch: null, mayHaveHappened: false });
  }

  unknown(number: number, calledAt: number, by: string): void {
    this.#marks.set(number, { calledAt, returnedAt: never, by, epoch: null, mayHaveHappened: true });
  }

  scanned(numbers: readonly number[], span: Span, by: string, epoch: Epoch): void {
    this.#scans.push({ ...span, by, epoch, numbers });
  }

  judge(): void {
    const scans = this.#scans.toSorted((left, right) => left.calledAt - right.calledAt);
    for (const scan of scans) this.#judgeScan(scan);
    // What one scan has found no later one misses.
    for (const [at, scan] of scans.entries()) {
      const found = new Set(scan.numbers);
      const earlier = scans
        .slice(Math.max(0, at - 20), at)
        .find((other) => other.epoch === scan.epoch && other.returnedAt < scan.calledAt);
      const lost = earlier?.numbers.find((number) => !found.has(number));
      if (lost !== undefined)
        fail(
          "no write that was seen is lost",
          `row ${lost}, which ${earlier?.by} saw, is not there for ${scan.by} later`,
        );
    }
  }

  #judgeScan({ numbers, epoch, calledAt, returnedAt, by }: Scan): void {
    const found = new Set(numbers);
    if (found.size !== numbers.length) {
      const twice = numbers.find((number, at) => numbers.indexOf(number) !== at);
      fail("nothing happens twice", `row ${twice} is there twice for ${by} (database ${epoch}, called ${calledAt})`);
    }
    for (const number of found) {
      const mark = this.#marks.get(number);
      if (mark === undefined) fail("nothing is there that nobody wrote", `row ${number} is there for ${by}`);
      if (!mark.mayHaveHappened)
        fail(
          "no refused write is visible",
          `row ${number}, which ${mark.by} was refused, is there for ${by} (called ${calledAt})`,
        );
      if (mark.calledAt > returnedAt) fail("nothing is seen before it is sent", `row ${number} for ${by}`);
      if (mark.epoch !== null && mark.epoch !== epoch)
        fail("a write is in one database", `row ${number} was put into database ${mark.epoch} and is in ${epoch}`);
    }
    for (const [number, mark] of this.#marks) {
      if (mark.epoch !== epoch || mark.returnedAt > calledAt || found.has(number)) continue;
      fail(
        "no acknowledged write is lost",
        `row ${number}, acknowledged to ${mark.by} (called ${mark.calledAt}, returned ${mark.returnedAt}), is not there for ${by} (called ${calledAt}, returned ${returnedAt}) in database ${epoch}`,
      );
    }
  }
}

function fail(property: string, message: string): never {
  throw new Violation(property, message);
}

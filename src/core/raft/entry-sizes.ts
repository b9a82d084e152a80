import { assert, type LogIndex } from "../base/mod.ts";

/** Body sizes of consecutive entries, as running totals: any stretch of the log is weighed by one subtraction. */
export class EntrySizes {
  /** Total through entry `#first + i`, counted from some point in the past. */
  #totals: number[] = [];
  #first: number;
  /** Total before `#first`. */
  #before = 0;

  /** The first entry's index will be `first`. */
  constructor(first: number) {
    this.#first = first;
  }

  append(bytes: ArrayLike<number>): void {
    let total = this.#totals.at(-1) ?? this.#before;
    for (let at = 0; at < bytes.length; at++) {
      total += bytes[at] ?? 0;
      this.#totals.push(total);
    }
  }

  truncateFrom(index: LogIndex): void {
    if (index - this.#first < this.#totals.length) this.#totals.length = index - this.#first;
  }

  dropThrough(index: LogIndex): void {
    const dropped = index + 1 - this.#first;
    if (dropped <= 0) return;
    this.#before = this.#throughIndex(index);
    this.#totals = this.#totals.slice(dropped);
    this.#first = index + 1;
  }

  /** Bytes of the entries in (after, through]; both are in the log, or right before it. */
  between(after: LogIndex, through: LogIndex): number {
    return this.#throughIndex(through) - this.#throughIndex(after);
  }

  /** Sizes from `first` on: as many as there are, at most `entriesMax`, ending before `bytesMax` is passed, at least one. */
  take(first: LogIndex, entriesMax: number, bytesMax: number): number[] {
    const sizes: number[] = [];
    let before = this.#throughIndex(first - 1);
    let room = bytesMax;
    for (let at = first - this.#first; at < this.#totals.length && sizes.length < entriesMax; at++) {
      const total = this.#totals[at] ?? before;
      const size = total - before;
      if (size > room && sizes.length > 0) break;
      sizes.push(size);
      room -= size;
      before = total;
    }
    return sizes;
  }

  #throughIndex(index: number): number {
    if (index === this.#first - 1) return this.#before;
    const total = this.#totals[index - this.#first];
    assert(total !== undefined, `entry ${index} has no known size`);
    return total;
  }
}

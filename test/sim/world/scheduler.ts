/** Something that is due. */
interface Event {
  readonly timeMs: number;
  /** Among events of the same time the order in which they were made. */
  readonly order: number;
  /** Null: cancelled. */
  run: (() => void) | null;
}

/** Virtual time: what is due when. Nothing here waits. */
export class Scheduler {
  #nowMs = 0;
  #lastOrder = 0;
  /** A binary heap, the next event first. */
  readonly #heap: Event[] = [];

  get nowMs(): number {
    return this.#nowMs;
  }

  /** Runs later, not before now. Returns a function that cancels it. */
  at(timeMs: number, run: () => void): () => void {
    const event: Event = { timeMs: Math.max(timeMs, this.#nowMs), order: ++this.#lastOrder, run };
    this.#push(event);
    return () => {
      event.run = null;
    };
  }

  /** The next event, whose time it is now; null when nothing is ever due again. */
  take(): (() => void) | null {
    for (;;) {
      const event = this.#pop();
      if (event === undefined) return null;
      if (event.run === null) continue;
      this.#nowMs = event.timeMs;
      return event.run;
    }
  }

  #push(event: Event): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(event);
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || isBefore(parent, event)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = event;
  }

  #pop(): Event | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (isBefore(last, child)) break;
      heap[at] = child;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = last;
    return first;
  }
}

const isBefore = (left: Event, right: Event): boolean =>
  left.timeMs < right.timeMs || (left.timeMs === right.timeMs && left.order < right.order);

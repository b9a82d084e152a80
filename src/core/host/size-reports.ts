import type { FolderSizes } from "../engine/mod.ts";
import type { Timers } from "../ports/mod.ts";

/** `/status` must not wait for a keeper that has its hands full. */
const patienceMs = 50;

/** What the data folder holds, asked of the keeper; the last answer where a new one takes too long. */
export class SizeReports {
  readonly #timers: Timers;
  readonly #ask: (ticket: number) => void;
  #last: FolderSizes = { folderBytes: 0, databaseBytes: 0, databaseModifiedMs: 0, logBytes: 0 };
  #lastTicket = 0;
  /** Those who wait for an answer; one question serves them all. */
  #waiting: (() => void)[] = [];

  constructor(timers: Timers, ask: (ticket: number) => void) {
    this.#timers = timers;
    this.#ask = ask;
  }

  current(): Promise<FolderSizes> {
    return new Promise((resolve) => {
      const answer = (): void => resolve(this.#last);
      const cancel = this.#timers.after(patienceMs, answer);
      this.#waiting.push(() => {
        cancel();
        answer();
      });
      if (this.#waiting.length === 1) this.#ask(++this.#lastTicket);
    });
  }

  measured(ticket: number, sizes: FolderSizes): void {
    if (ticket !== this.#lastTicket) return;
    this.#last = sizes;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const answer of waiting) answer();
  }
}

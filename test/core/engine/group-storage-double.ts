import { done, failed, logIndex, type Outcome, type Term } from "../../../src/core/base/mod.ts";
import type { GroupStorage } from "../../../src/core/engine/group-runner.ts";
import type { EntryNote } from "../../../src/core/pages/mod.ts";
import type { WritablePageStore } from "../../../src/core/sqlite/mod.ts";

/** Entries in memory: pending pages over what was appended. Can be told to refuse, or to break. */
export class GroupStorageDouble implements GroupStorage, WritablePageStore {
  readonly pageSize: number;
  readonly writerStore: GroupStorageDouble = this;
  lastIndex = logIndex(1);
  /** The next append finds the disk full. */
  refusal: string | null = null;
  /** Every write throws this from now on. */
  failure: Error | null = null;
  entries = 0;
  discards = 0;
  #appended: Uint8Array[] = [];
  #pages: Uint8Array[] = [];
  isTouched = false;

  constructor(pageSize = 4096) {
    this.pageSize = pageSize;
  }

  get pageCount(): number {
    return this.#pages.length;
  }

  readPage(pgno: number, into: Uint8Array): void {
    const page = this.#pages[pgno - 1];
    if (page === undefined) throw new Error(`page ${pgno} of ${this.#pages.length} was read`);
    into.set(page);
  }

  writePage(pgno: number, bytes: Uint8Array): void {
    if (this.failure !== null) throw this.failure;
    this.truncate(Math.max(pgno, this.#pages.length));
    this.#pages[pgno - 1] = bytes.slice();
    this.isTouched = true;
  }

  truncate(pageCount: number): void {
    this.isTouched = true;
    if (pageCount < this.#pages.length) this.#pages.length = pageCount;
    while (this.#pages.length < pageCount) this.#pages.push(new Uint8Array(this.pageSize));
  }

  appendPending(term: Term): Outcome<EntryNote | null> {
    if (this.refusal !== null) return failed(this.refusal);
    if (!this.isTouched) return done(null);
    const pgnos = this.#pages.flatMap((page, at) => (page === this.#appended[at] ? [] : [at + 1]));
    this.#appended = this.#pages.slice();
    this.isTouched = false;
    this.entries++;
    this.lastIndex = logIndex(this.lastIndex + 1);
    return done({
      index: this.lastIndex,
      term,
      pageSize: this.pageSize,
      pageCount: this.#pages.length,
      pgnos: Uint32Array.from(pgnos),
      segments: new Uint32Array(pgnos.length),
      positions: new Float64Array(pgnos.length),
      image: null,
    });
  }

  discardPending(): void {
    this.discards++;
    this.#pages = this.#appended.slice();
    this.isTouched = false;
  }
}

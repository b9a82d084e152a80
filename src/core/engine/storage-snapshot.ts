import { assert, type LogIndex } from "../base/mod.ts";
import type { DatabaseShape } from "../pages/mod.ts";
import type { FileHandle } from "../ports/mod.ts";
import type { SnapshotStore } from "../sqlite/mod.ts";
import type { PageVersions } from "./storage-versions.ts";

/** Pages of the base file that are read at once when they are read in order. */
const pagesAhead = 16;

/** What a pin shows. */
interface Pin {
  readonly at: LogIndex;
  readonly stamp: number;
  readonly base: FileHandle;
}

/**
 * One reading connection's pages: a snapshot of exactly one log index, over the thread's `PageVersions` (which several
 * connections of the thread share). `target` says what the next `pin` shows; a pin that is held keeps its own.
 */
export class SnapshotPages implements SnapshotStore {
  readonly #versions: PageVersions;
  #target: LogIndex;
  #shape: DatabaseShape;
  #pin: Pin | null = null;
  /** The base's pages from `#aheadFrom` on, as they were when nothing had been dropped since `#aheadDrops`. */
  #ahead = new Uint8Array(0);
  #aheadFrom = 0;
  #aheadCount = 0;
  #aheadDrops = 0;
  #lastBasePage = 0;

  constructor(versions: PageVersions) {
    this.#versions = versions;
    this.#target = versions.index.base.index;
    this.#shape = versions.index.shape(this.#target);
  }

  /** The next pin shows index `at`: not below the base, and every note up to it is in the index. */
  target(at: LogIndex): void {
    this.#target = at;
  }

  /** The index that is pinned now, or null. */
  get pinned(): LogIndex | null {
    return this.#pin?.at ?? null;
  }

  get pageSize(): number {
    return this.#shape.pageSize;
  }

  get pageCount(): number {
    return this.#shape.pageCount;
  }

  get stamp(): number {
    return this.#held().stamp;
  }

  pin(): void {
    assert(this.#pin === null, "a snapshot is pinned once");
    const at = this.#target;
    const { index } = this.#versions;
    this.#shape = index.shape(at);
    this.#pin = { at, stamp: index.changedAt(at) >>> 0, base: this.#versions.baseFile(this.#shape.base) };
    this.#aheadCount = 0;
  }

  release(): void {
    this.#pin = null;
  }

  readPage(pgno: number, into: Uint8Array): void {
    const { at, base } = this.#held();
    const location = this.#versions.index.find(pgno, at);
    if (location !== -1) this.#versions.readVersion(location, into);
    else this.#readBase(base, pgno, into);
  }

  /** Fills `into` with the pages from `pgno` on, as many as it is long; what lies together in the base is read at once. */
  readPages(pgno: number, into: Uint8Array): void {
    const { at, base } = this.#held();
    const { pageSize } = this.#shape;
    const { index } = this.#versions;
    const count = into.length / pageSize;
    for (let from = 0; from < count; ) {
      const location = index.find(pgno + from, at);
      let next = from + 1;
      if (location !== -1) {
        this.#versions.readVersion(location, into.subarray(from * pageSize, next * pageSize));
      } else {
        while (next < count && index.find(pgno + next, at) === -1) next++;
        const read = base.readAt(into.subarray(from * pageSize, next * pageSize), (pgno + from - 1) * pageSize);
        assert(read === (next - from) * pageSize, `the database file holds pages up to ${pgno + next - 1}`);
      }
      from = next;
    }
  }

  #readBase(base: FileHandle, pgno: number, into: Uint8Array): void {
    const { pageSize } = this.#shape;
    if (this.#aheadDrops !== this.#versions.drops) this.#aheadCount = 0;
    const isAhead = pgno >= this.#aheadFrom && pgno < this.#aheadFrom + this.#aheadCount;
    const isInOrder = pgno === this.#lastBasePage + 1;
    this.#lastBasePage = pgno;
    if (!isAhead && !isInOrder) {
      const read = base.readAt(into, (pgno - 1) * pageSize);
      assert(read === pageSize, `the database file holds page ${pgno}`);
      return;
    }
    if (!isAhead) this.#readAhead(base, pgno);
    assert(pgno < this.#aheadFrom + this.#aheadCount, `the database file holds page ${pgno}`);
    const from = (pgno - this.#aheadFrom) * pageSize;
    into.set(this.#ahead.subarray(from, from + pageSize));
  }

  #readAhead(base: FileHandle, pgno: number): void {
    const { pageSize } = this.#shape;
    if (this.#ahead.length !== pagesAhead * pageSize) this.#ahead = new Uint8Array(pagesAhead * pageSize);
    this.#aheadFrom = pgno;
    this.#aheadCount = Math.floor(base.readAt(this.#ahead, (pgno - 1) * pageSize) / pageSize);
    this.#aheadDrops = this.#versions.drops;
  }

  #held(): Pin {
    assert(this.#pin !== null, "a snapshot is read while it is pinned");
    return this.#pin;
  }
}

import { assert, equalBytes, type Hasher } from "../base/mod.ts";
import { type PageHashes, pageHash } from "../pages/mod.ts";
import type { PendingPages } from "./storage-pending.ts";
import type { WriterStore } from "./storage-writer.ts";

/** What a transaction changed: its pages that differ from before, with their hashes, and the checksum they lead to. */
export interface Changes {
  /** Ascending. */
  readonly pgnos: Uint32Array<ArrayBuffer>;
  readonly hashes: BigUint64Array<ArrayBuffer>;
  readonly pageCount: number;
  /** The database's rolling checksum after the changes. */
  readonly checksum: bigint;
}

/** Pages of an entry that was made elsewhere, with their hashes. */
export type NewPages = Pick<Changes, "pgnos" | "hashes">;

/** Finds what has changed; touches nothing but the cache of hashes of pages before. Throws FileError. */
export class ChangeFinder {
  readonly #hasher: Hasher;
  readonly #store: WriterStore;
  readonly #pending: PendingPages;
  readonly #before: PageHashes;
  #bytes = new Uint8Array(0);
  #bytesBefore = new Uint8Array(0);

  /** `before`: hashes of the pages before the transaction, as far as they are known. */
  constructor(hasher: Hasher, store: WriterStore, pending: PendingPages, before: PageHashes) {
    this.#hasher = hasher;
    this.#store = store;
    this.#pending = pending;
    this.#before = before;
  }

  /** `checksum`: the database's before the transaction. */
  find(checksum: bigint): Changes {
    const { pageSize, pageCount, pagesBefore } = this.#store;
    this.#fit(pageSize);
    this.#store.fillGaps();
    const pgnos = this.#pending.pgnos();
    const hashes = new BigUint64Array(pgnos.length);
    let count = 0;
    let after = checksum;
    for (const pgno of pgnos) {
      const bytes = this.#pending.view(pgno, this.#bytes);
      const hash = pageHash(this.#hasher, pgno, bytes);
      if (pgno <= pagesBefore) {
        const hashBefore = this.#hashBefore(pgno);
        if (hash === hashBefore && this.#isAsBefore(pgno, bytes)) continue;
        after ^= hashBefore;
      }
      after ^= hash;
      pgnos[count] = pgno;
      hashes[count++] = hash;
    }
    after ^= this.#hashCutOff(pageCount);
    return { pgnos: pgnos.subarray(0, count), hashes: hashes.subarray(0, count), pageCount, checksum: after };
  }

  /**
   * The checksum after a transaction made elsewhere, whose new pages have these hashes. They are known from then on, so the
   * entry must follow. Throws AssertionError when pages are missing by which the database grows.
   */
  prove(checksum: bigint, parts: readonly NewPages[], pageCount: number): bigint {
    const { pageSize, pagesBefore } = this.#store;
    this.#fit(pageSize);
    let after = checksum;
    let added = 0;
    for (const { pgnos, hashes } of parts) {
      for (let i = 0; i < pgnos.length; i++) {
        const pgno = pgnos[i] ?? 0;
        if (pgno <= pagesBefore) after ^= this.#hashBefore(pgno);
        else added++;
        after ^= hashes[i] ?? 0n;
      }
    }
    assert(added === Math.max(0, pageCount - pagesBefore), "an entry holds every page by which the database grows");
    after ^= this.#hashCutOff(pageCount);
    for (const { pgnos, hashes } of parts) {
      for (let i = 0; i < pgnos.length; i++) this.#before.set(pgnos[i] ?? 0, hashes[i] ?? 0n);
    }
    return after;
  }

  #fit(pageSize: number): void {
    if (this.#bytes.length === pageSize) return;
    this.#bytes = new Uint8Array(pageSize);
    this.#bytesBefore = new Uint8Array(pageSize);
  }

  /** Of all pages that go when `pageCount` are left. */
  #hashCutOff(pageCount: number): bigint {
    const { pagesBefore } = this.#store;
    let after = 0n;
    for (let pgno = pageCount + 1; pgno <= pagesBefore; pgno++) after ^= this.#hashBefore(pgno);
    return after;
  }

  #hashBefore(pgno: number): bigint {
    const known = this.#before.get(pgno);
    if (known !== 0n) return known;
    this.#store.readBefore(pgno, this.#bytesBefore);
    const hash = pageHash(this.#hasher, pgno, this.#bytesBefore);
    this.#before.set(pgno, hash);
    return hash;
  }

  /** Equal hashes are not enough: whoever chooses a page's bytes could choose them so. */
  #isAsBefore(pgno: number, bytes: Uint8Array): boolean {
    this.#store.readBefore(pgno, this.#bytesBefore);
    return equalBytes(bytes, this.#bytesBefore);
  }
}

import type { Hasher } from "../base/mod.ts";

/** Hash of one page of a database: of its bytes, seeded with its number. */
export const pageHash = (hasher: Hasher, pgno: number, bytes: Uint8Array): bigint => hasher.hash64(bytes, BigInt(pgno));

/** Pages that can be read one by one. */
export interface ReadablePages {
  readonly pageSize: number;
  readonly pageCount: number;
  readPage(pgno: number, into: Uint8Array): void;
}

/**
 * The rolling checksum of a whole database, from its pages: the exclusive or of all page hashes, 0 for an empty one.
 * What every entry carries is this value, brought forward by the pages it changes.
 */
export function databaseChecksum(hasher: Hasher, pages: ReadablePages): bigint {
  const bytes = new Uint8Array(pages.pageSize);
  let checksum = 0n;
  for (let pgno = 1; pgno <= pages.pageCount; pgno++) {
    pages.readPage(pgno, bytes);
    checksum ^= pageHash(hasher, pgno, bytes);
  }
  return checksum;
}

const blockPages = 4096;

/** Known hashes of pages as they are now, so that a change need not read the page it replaces. Filled as they are met. */
export class PageHashes {
  /** One block per 4096 pages, made when needed; 0 = not known. */
  #blocks: (BigUint64Array | undefined)[] = [];

  /** 0n = not known. */
  get(pgno: number): bigint {
    return this.#blocks[Math.floor(pgno / blockPages)]?.[pgno % blockPages] ?? 0n;
  }

  set(pgno: number, hash: bigint): void {
    const block = Math.floor(pgno / blockPages);
    const hashes = this.#blocks[block] ?? new BigUint64Array(blockPages);
    this.#blocks[block] = hashes;
    hashes[pgno % blockPages] = hash;
  }

  /** Forgets all. */
  clear(): void {
    this.#blocks = [];
  }
}

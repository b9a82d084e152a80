import { assert, done, failed, type Hasher, type Outcome } from "../base/mod.ts";
import { decodePageChunk, type PageAsk, type PageChunk, pageHash, pagesPerChunk } from "../pages/mod.ts";
import type { FileHandle, Files } from "../ports/mod.ts";
import type { CheckedImage, ImageShape } from "./engine-messages.ts";
import type { ImageNames } from "./file-names.ts";
import { databaseFile, fetchFile } from "./storage-names.ts";

/** Asks that are out at the same time. */
const asksMax = 4;
/** Written bytes that may gather before they are synced, so that the last sync of a big file is short. */
const syncEveryBytes = 64 * 1024 * 1024;

/**
 * Another node's database on its way here, into a file that outlives the transfer: what there is of it, or else of
 * `db.sqlite`, is taken for an older image, and only pages that differ travel. Nothing that lies there is trusted: the
 * pages that stay are hashed as they are copied, and the rolling checksum proves the result. Throws FileError.
 */
export class SnapshotFetch {
  readonly shape: ImageShape;
  readonly #files: Files;
  readonly #folder: string;
  readonly #hasher: Hasher;
  readonly #handle: FileHandle;
  /** Pages that an earlier transfer has left in the file. */
  readonly #pagesLeft: number;
  readonly #base: FileHandle | null;
  readonly #basePages: number;
  #nextPgno = 1;
  readonly #asks = new Map<number, PageAsk>();
  #checksum = 0n;
  #unsyncedBytes = 0;

  constructor(files: Files, folder: string, hasher: Hasher, shape: ImageShape) {
    this.shape = shape;
    this.#files = files;
    this.#folder = folder;
    this.#hasher = hasher;
    const { pageSize } = shape;
    this.#handle = files.open(`${folder}/${fetchFile}`, "create");
    this.#pagesLeft = Math.floor(this.#handle.sizeBytes() / pageSize);
    const basePath = `${folder}/${databaseFile}`;
    this.#base = files.exists(basePath) ? files.open(basePath, "read") : null;
    this.#basePages = this.#base === null ? 0 : Math.floor(this.#base.sizeBytes() / pageSize);
  }

  /** Asks that are to go out now: as many as may be under way. */
  asks(): readonly PageAsk[] {
    const fresh: PageAsk[] = [];
    while (this.#asks.size < asksMax && this.#nextPgno <= this.shape.pageCount) {
      const ask = this.#ask(this.#nextPgno);
      this.#asks.set(ask.first, ask);
      fresh.push(ask);
      this.#nextPgno += this.#countFrom(ask.first);
    }
    return fresh;
  }

  /** Asks that were not answered, for when they or their answers were lost. */
  unanswered(): readonly PageAsk[] {
    return [...this.#asks.values()];
  }

  /** All pages are here. */
  get isWhole(): boolean {
    return this.#asks.size === 0 && this.#nextPgno > this.shape.pageCount;
  }

  /** Takes an answer; one that comes twice changes nothing. Error: it is of no use, and the ask still stands. */
  take(bytes: Uint8Array<ArrayBuffer>): Outcome<null> {
    const decoded = decodePageChunk(bytes, this.#hasher);
    if (!decoded.ok) return decoded;
    const chunk = decoded.value;
    const ask = this.#asks.get(chunk.first);
    if (ask === undefined) return done(null);
    const problem = this.#problemOf(chunk, ask);
    if (problem !== null) return failed(problem);
    this.#write(chunk);
    for (const hash of chunk.hashes) this.#checksum ^= hash;
    this.#asks.delete(chunk.first);
    return done(null);
  }

  /** Ends it: the image, synced under a name of its own. Error: it is not what it was to be; nothing is left of it. */
  finish(names: ImageNames): Outcome<CheckedImage> {
    assert(this.isWhole, "a transfer ends with its last page");
    const { pageSize, pageCount, checksum } = this.shape;
    if (this.#checksum !== checksum) {
      this.drop();
      return failed(`the image's checksum is ${this.#checksum.toString(16)} instead of ${checksum.toString(16)}`);
    }
    this.#handle.truncate(pageCount * pageSize);
    this.#handle.dataSync();
    this.close();
    const file = names.next(this.#files.list(this.#folder));
    this.#files.rename(`${this.#folder}/${fetchFile}`, `${this.#folder}/${file}`);
    this.#files.syncFolder(this.#folder);
    return done({ file, pageSize, pageCount, checksum });
  }

  /** Lets go of it; what is there serves the next transfer. */
  close(): void {
    this.#handle.close();
    this.#base?.close();
  }

  /** Nothing is left of it. */
  drop(): void {
    this.close();
    this.#files.remove(`${this.#folder}/${fetchFile}`);
  }

  #countFrom(first: number): number {
    return Math.min(pagesPerChunk(this.shape.pageSize), this.shape.pageCount + 1 - first);
  }

  /** Puts what there is of these pages into the file, and says what it is. */
  #ask(first: number): PageAsk {
    const { pageSize } = this.shape;
    const last = first + this.#countFrom(first) - 1;
    const left = Math.max(0, Math.min(last, this.#pagesLeft) + 1 - first);
    const own = Math.max(left, Math.min(last, this.#basePages) + 1 - first, 0);
    const pages = new Uint8Array(own * pageSize);
    if (left > 0) this.#handle.readAt(pages.subarray(0, left * pageSize), (first - 1) * pageSize);
    if (own > left) {
      const at = (first - 1 + left) * pageSize;
      const rest = pages.subarray(left * pageSize);
      this.#base?.readAt(rest, at);
      this.#put(rest, at);
    }
    const hashes = new BigUint64Array(own);
    for (let nth = 0; nth < own; nth++) {
      hashes[nth] = pageHash(this.#hasher, first + nth, pages.subarray(nth * pageSize, (nth + 1) * pageSize));
    }
    return { first, hashes };
  }

  #problemOf({ first, pageSize, hashes, pgnos }: PageChunk, ask: PageAsk): string | null {
    if (pageSize !== this.shape.pageSize || hashes.length !== this.#countFrom(first))
      return "pages of another database";
    let place = 0;
    for (let nth = 0; nth < hashes.length; nth++) {
      if (pgnos[place] === first + nth) place++;
      else if (hashes[nth] !== ask.hashes[nth]) return `page ${first + nth} was not sent`;
    }
    return place === pgnos.length ? null : "pages out of order";
  }

  /** What lies side by side is written at once. */
  #write({ pageSize, pgnos, pages }: PageChunk): void {
    for (let from = 0; from < pgnos.length; ) {
      let until = from + 1;
      while (until < pgnos.length && pgnos[until] === (pgnos[until - 1] ?? 0) + 1) until++;
      this.#put(pages.subarray(from * pageSize, until * pageSize), ((pgnos[from] ?? 1) - 1) * pageSize);
      from = until;
    }
  }

  #put(bytes: Uint8Array, position: number): void {
    this.#handle.writeAt(bytes, position);
    this.#unsyncedBytes += bytes.length;
    if (this.#unsyncedBytes < syncEveryBytes) return;
    this.#handle.dataSync();
    this.#unsyncedBytes = 0;
  }
}

import { assert } from "../base/mod.ts";
import { absent, PageMap } from "../pages/mod.ts";
import type { FileHandle, Files } from "../ports/mod.ts";

/** Pages that are kept in memory; the rest of a big transaction goes to a file. */
const memoryBytesMax = 64 * 1024 * 1024;
const chunkBytes = 256 * 1024;
/** Chunks that stay allocated between transactions. */
const chunksKept = 4;

/** The pages that the open transaction has written, by number: in memory up to a bound, then in a scratch file. */
export class PendingPages {
  readonly #files: Files;
  readonly #path: string;
  readonly #memoryBytesMax: number;
  #file: FileHandle | null = null;
  #pageSize: number;
  #slots = new PageMap();
  #chunks: Uint8Array<ArrayBuffer>[] = [];
  #slotCount = 0;

  /** `path`: the scratch file, which is removed if a former process has left it. Throws FileError. */
  constructor(files: Files, path: string, pageSize: number, memoryMax: number = memoryBytesMax) {
    this.#files = files;
    this.#path = path;
    this.#pageSize = pageSize;
    this.#memoryBytesMax = memoryMax;
    files.remove(path);
  }

  get pageSize(): number {
    return this.#pageSize;
  }

  /** Page numbers, ascending. */
  pgnos(): Uint32Array<ArrayBuffer> {
    return this.#slots.keys();
  }

  has(pgno: number): boolean {
    return this.#slots.get(pgno) !== absent;
  }

  write(pgno: number, bytes: Uint8Array): void {
    assert(bytes.length === this.#pageSize, `a page has ${this.#pageSize} bytes`);
    let slot = this.#slots.get(pgno);
    if (slot === absent) {
      slot = this.#slotCount++;
      this.#slots.set(pgno, slot);
    }
    if (slot < this.#memorySlots) this.#inMemory(slot).set(bytes);
    else this.#scratch().writeAt(bytes, (slot - this.#memorySlots) * this.#pageSize);
  }

  /** The page's bytes: a view of memory or, from the file, `buffer` filled. The page is there. */
  view(pgno: number, buffer: Uint8Array): Uint8Array {
    const slot = this.#slots.get(pgno);
    assert(slot !== absent, `page ${pgno} is pending`);
    if (slot < this.#memorySlots) return this.#inMemory(slot);
    const read = this.#scratch().readAt(buffer, (slot - this.#memorySlots) * this.#pageSize);
    assert(read === this.#pageSize, "the scratch file holds what was put there");
    return buffer;
  }

  /** Forgets pages above `pageCount`. */
  dropAbove(pageCount: number): void {
    for (const pgno of this.pgnos()) if (pgno > pageCount) this.#slots.set(pgno, absent);
  }

  /** Forgets all; the next transaction's pages may be of another size. */
  clear(pageSize: number): void {
    if (this.#slots.size > 0) this.#slots = new PageMap();
    if (pageSize !== this.#pageSize) this.#chunks = [];
    this.#chunks.length = Math.min(this.#chunks.length, chunksKept);
    this.#pageSize = pageSize;
    this.#slotCount = 0;
    this.close();
  }

  close(): void {
    if (this.#file === null) return;
    this.#file.close();
    this.#file = null;
    this.#files.remove(this.#path);
  }

  get #memorySlots(): number {
    return Math.floor(this.#memoryBytesMax / this.#pageSize);
  }

  #inMemory(slot: number): Uint8Array {
    const perChunk = chunkBytes / this.#pageSize;
    const number = Math.floor(slot / perChunk);
    let chunk = this.#chunks[number];
    if (chunk === undefined) {
      chunk = new Uint8Array(chunkBytes);
      this.#chunks[number] = chunk;
    }
    const at = (slot % perChunk) * this.#pageSize;
    return chunk.subarray(at, at + this.#pageSize);
  }

  #scratch(): FileHandle {
    this.#file ??= this.#files.open(this.#path, "create");
    return this.#file;
  }
}

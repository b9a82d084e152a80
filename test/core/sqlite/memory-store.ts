import type { PageStore, SnapshotStore, WritablePageStore } from "../../../src/core/sqlite/mod.ts";

/** A database in memory: what the writer writes, and beside it the last published state for readers. */
export class MemoryStore implements WritablePageStore {
  readonly pageSize: number;
  /** Pages by number less one; a page is never changed in place, so that a shallow copy is a snapshot. */
  #pages: Uint8Array[] = [];
  #published: readonly Uint8Array[] = [];
  #version = 0;

  constructor(pageSize = 4096, image?: Uint8Array) {
    this.pageSize = pageSize;
    if (image === undefined) return;
    for (let at = 0; at < image.length; at += pageSize) this.#pages.push(image.slice(at, at + pageSize));
    this.publish();
  }

  get pageCount(): number {
    return this.#pages.length;
  }

  readPage(pgno: number, into: Uint8Array): void {
    into.set(pageOf(this.#pages, pgno, this.pageSize));
  }

  writePage(pgno: number, bytes: Uint8Array): void {
    if (bytes.length !== this.pageSize) throw new Error(`a page of ${bytes.length} bytes was written`);
    while (this.#pages.length < pgno) this.#pages.push(new Uint8Array(this.pageSize));
    this.#pages[pgno - 1] = bytes.slice();
  }

  truncate(pageCount: number): void {
    if (pageCount < this.#pages.length) this.#pages.length = pageCount;
    while (this.#pages.length < pageCount) this.#pages.push(new Uint8Array(this.pageSize));
  }

  /** Shows what was written so far to readers that pin from now on. */
  publish(): void {
    this.#published = this.#pages.slice();
    this.#version += 1;
  }

  get published(): { readonly pages: readonly Uint8Array[]; readonly version: number } {
    return { pages: this.#published, version: this.#version };
  }

  /** The database as one file. */
  image(): Uint8Array<ArrayBuffer> {
    const image = new Uint8Array(this.#pages.length * this.pageSize);
    for (const [at, page] of this.#pages.entries()) image.set(page, at * this.pageSize);
    return image;
  }
}

/** A reader's view of a `MemoryStore`: each pin takes what was published last. */
export class MemorySnapshots implements SnapshotStore {
  readonly #source: MemoryStore;
  #pages: readonly Uint8Array[] | null = null;
  #stamp = 0;
  /** How often it was pinned and not yet released; never above one. */
  pins = 0;
  /** Pages read since the start, for tests of the page cache. */
  pagesRead = 0;

  constructor(source: MemoryStore) {
    this.#source = source;
  }

  get pageSize(): number {
    return this.#source.pageSize;
  }

  get pageCount(): number {
    return this.#pinned().length;
  }

  get stamp(): number {
    this.#pinned();
    return this.#stamp;
  }

  pin(): void {
    if (this.#pages !== null) throw new Error("pinned twice");
    const { pages, version } = this.#source.published;
    this.#pages = pages;
    this.#stamp = version;
    this.pins += 1;
  }

  release(): void {
    this.#pinned();
    this.#pages = null;
    this.pins -= 1;
  }

  readPage(pgno: number, into: Uint8Array): void {
    this.pagesRead += 1;
    into.set(pageOf(this.#pinned(), pgno, this.pageSize));
  }

  #pinned(): readonly Uint8Array[] {
    if (this.#pages === null) throw new Error("read without a pin");
    return this.#pages;
  }
}

function pageOf(pages: readonly Uint8Array[], pgno: number, pageSize: number): Uint8Array {
  const page = pages[pgno - 1];
  if (page === undefined) throw new Error(`page ${pgno} of ${pages.length} was read`);
  return page.length === pageSize ? page : page.slice(0, pageSize);
}

/** A store whose every method throws what it is told to, from the moment it is told. */
export class FailingStore implements PageStore, WritablePageStore {
  readonly #inner: WritablePageStore;
  failure: Error | null = null;

  constructor(inner: WritablePageStore) {
    this.#inner = inner;
  }

  get pageSize(): number {
    return this.#inner.pageSize;
  }

  get pageCount(): number {
    return this.#inner.pageCount;
  }

  readPage(pgno: number, into: Uint8Array): void {
    if (this.failure !== null) throw this.failure;
    this.#inner.readPage(pgno, into);
  }

  writePage(pgno: number, bytes: Uint8Array): void {
    if (this.failure !== null) throw this.failure;
    this.#inner.writePage(pgno, bytes);
  }

  truncate(pageCount: number): void {
    if (this.failure !== null) throw this.failure;
    this.#inner.truncate(pageCount);
  }
}

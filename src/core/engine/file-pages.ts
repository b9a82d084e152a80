import { assert } from "../base/mod.ts";
import type { PageSource } from "../pages/mod.ts";
import type { FileHandle } from "../ports/mod.ts";

/** A database file that nobody changes, as pages. */
export class FilePages implements PageSource {
  readonly pageSize: number;
  readonly pageCount: number;
  readonly #handle: FileHandle;

  constructor(handle: FileHandle, pageSize: number) {
    this.pageSize = pageSize;
    this.pageCount = Math.floor(handle.sizeBytes() / pageSize);
    this.#handle = handle;
  }

  readPages(pgno: number, into: Uint8Array): void {
    const read = this.#handle.readAt(into, (pgno - 1) * this.pageSize);
    assert(read === into.length, `the file holds pages up to ${pgno - 1 + into.length / this.pageSize}`);
  }
}

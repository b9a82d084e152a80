import type { WritablePageStore } from "../sqlite/mod.ts";

/**
 * The writer's pages: what the open transaction changed, over the newest appended entry, over the base file. What is
 * pending becomes an entry by `Storage.appendPending` or vanishes by `Storage.discardPending`.
 */
export class WriterStore implements WritablePageStore {
  declare readonly pageSize: number;
  declare readonly pageCount: number;
  declare readPage: (pgno: number, into: Uint8Array) => void;
  declare writePage: (pgno: number, bytes: Uint8Array) => void;
  declare truncate: (pageCount: number) => void;
  /** True when a page was written or the number of pages set since the last append or discard. */
  declare readonly isTouched: boolean;
}

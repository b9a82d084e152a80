import { assert, type LogIndex, logIndex, Prng, present, type Term } from "../../../src/core/base/mod.ts";
import type { CheckedImage } from "../../../src/core/engine/engine-messages.ts";
import { ImageNames } from "../../../src/core/engine/file-names.ts";
import { FilePages } from "../../../src/core/engine/file-pages.ts";
import { SnapshotFetch } from "../../../src/core/engine/snapshot-fetch.ts";
import type { Storage } from "../../../src/core/engine/storage.ts";
import { runCheckpoint } from "../../../src/core/engine/storage-checkpoint.ts";
import { PageVersions } from "../../../src/core/engine/storage-versions.ts";
import { databaseChecksum, type EntryNote, encodePageChunk, type PageSource } from "../../../src/core/pages/mod.ts";
import { FileError } from "../../../src/core/ports/mod.ts";
import { FaultyFiles } from "../../sim/faulty-files.ts";
import {
  difference,
  differenceAtEnd,
  emptyVersion,
  fillSpares,
  folder,
  hasher,
  mustDo,
  mustOpen,
  openStorage,
  randomPage,
  snapshotAt,
  type Version,
} from "./storage-fixture.ts";

/** An entry as the model knows it: two are the same if they are the same object. */
export interface ModelEntry {
  readonly term: Term;
  /** The database after it; null: as before. */
  readonly version: Omit<Version, "index"> | null;
}

const pagesMax = 30;

/** One node's storage, and beside it what it must hold. */
export class Replica {
  readonly files = new FaultyFiles();
  readonly #dice: Prng;
  readonly #segmentBytes: number;
  readonly #wanted: { path: string; sizeBytes: number }[] = [];
  storage: Storage;
  /** Entry 1 first; never compacted. */
  log: ModelEntry[] = [];
  flushed = 0;
  committed = 0;
  readonly #imageNames = new ImageNames();
  #notes: EntryNote[] = [];
  /** What a crash may leave besides what was flushed. */
  #otherEnd: { readonly lastIndex: number; readonly log: readonly ModelEntry[] } | null = null;

  constructor(seed: number) {
    this.#dice = new Prng(seed);
    this.#segmentBytes = [4096, 8192, 32_768][this.#dice.below(3)] ?? 4096;
    this.storage = mustOpen(openStorage(this.files, this.#segmentBytes, seed, this.#wanted));
  }

  /** The database at an index of the model. */
  versionAt(at: number): Version {
    for (let index = at; index > 0; index--) {
      const version = this.log[index - 1]?.version;
      if (version !== null && version !== undefined) return { ...version, index: logIndex(index) };
    }
    return emptyVersion;
  }

  // As a leader

  transaction(term: Term): void {
    const store = this.storage.writerStore;
    const { pageSize } = store;
    const pages = this.versionAt(this.log.length).pages.slice();
    for (let writes = 1 + this.#dice.below(this.#dice.chance(1, 6) ? 30 : 4); writes > 0; writes--) {
      if (this.#dice.chance(1, 14)) {
        const pageCount = this.#dice.below(pages.length + 1);
        store.truncate(pageCount);
        pages.length = pageCount;
        continue;
      }
      const pgno = 1 + this.#dice.below(Math.min(pagesMax, pages.length + 2));
      const page = randomPage(this.#dice, pageSize);
      store.writePage(pgno, page);
      while (pages.length < pgno) pages.push(new Uint8Array(pageSize));
      pages[pgno - 1] = page;
    }
    const note = mustDo(this.storage.appendPending(term));
    if (note === null) return;
    while (this.log.length + 1 < note.index) this.log.push({ term, version: null });
    this.log.push({ term, version: { pageSize, pages } });
    this.#notes.push(note);
  }

  noop(term: Term): void {
    mustDo(this.storage.appendNoop(term));
    this.log.push({ term, version: null });
  }

  membership(term: Term): void {
    mustDo(this.storage.appendMembership(term, Uint8Array.of(this.#dice.below(256))));
    this.log.push({ term, version: null });
  }

  image(term: Term): void {
    const pageSize = this.#dice.chance(1, 2) ? 512 : 1024;
    const pages = Array.from({ length: this.#dice.below(12) }, () => randomPage(this.#dice, pageSize));
    const file = this.#imageNames.next(this.files.list(folder));
    const bytes = new Uint8Array(pages.length * pageSize);
    for (const [at, page] of pages.entries()) bytes.set(page, at * pageSize);
    this.files.put(`${folder}/${file}`, bytes);
    const readPage = (pgno: number, into: Uint8Array): void => into.set(pages[pgno - 1] ?? into);
    const checksum = databaseChecksum(hasher, { pageSize, pageCount: pages.length, readPage });
    const note = mustDo(this.storage.appendImage(term, { file, pageSize, pageCount: pages.length, checksum }));
    this.log.push({ term, version: { pageSize, pages } });
    this.#notes.push(note);
  }

  flush(): void {
    this.storage.flush();
    this.flushed = this.log.length;
  }

  /** Pages of the database at an index that is committed here. */
  snapshot(at: number): PageSource {
    const { base } = this.storage.versions.index;
    const reader = new PageVersions(this.files, folder, base);
    for (const note of this.#notes) if (note.index > base.index && note.index <= at) reader.index.add(note);
    return snapshotAt(reader, logIndex(at));
  }

  // As a follower

  truncateFrom(index: number): void {
    this.#otherEnd = { lastIndex: index - 1, log: this.log.slice(0, index - 1) };
    this.storage.truncateFrom(logIndex(index));
    this.log.length = index - 1;
    this.flushed = index - 1;
    this.#notes = this.#notes.filter((note) => note.index < index);
    this.#otherEnd = null;
  }

  append(bytes: Uint8Array, entries: readonly ModelEntry[], images: readonly CheckedImage[]): void {
    const from = logIndex(this.log.length + 1);
    this.log.push(...entries);
    const notes = mustDo(this.storage.appendEntries(bytes, from, images));
    this.#notes.push(...notes);
    this.flush();
  }

  /** Gets a database from pages, some of whose chunks come late, twice or damaged. */
  fetch(pages: PageSource, checksum: bigint): CheckedImage {
    const { pageSize, pageCount } = pages;
    let fetch = new SnapshotFetch(this.files, folder, hasher, { pageSize, pageCount, checksum });
    let asks = [...fetch.asks()];
    while (!fetch.isWhole) {
      if (this.#dice.chance(1, 20)) {
        // Begun anew, on what is there.
        fetch.close();
        fetch = new SnapshotFetch(this.files, folder, hasher, { pageSize, pageCount, checksum });
        asks = [...fetch.asks()];
      }
      const ask = asks.splice(this.#dice.below(asks.length), 1)[0];
      if (ask === undefined) continue;
      const chunk = encodePageChunk(pages, ask, hasher);
      if (this.#dice.chance(1, 10)) {
        const wrong = chunk.slice();
        const at = this.#dice.below(wrong.length);
        wrong[at] = (wrong[at] ?? 0) ^ 1;
        assert(!fetch.take(wrong).ok, "a damaged chunk is refused");
      }
      mustDo(fetch.take(chunk));
      asks.push(...fetch.asks());
    }
    return mustDo(fetch.finish(this.#imageNames));
  }

  /** A file of this node's as pages. */
  imagePages(file: string, pageSize: number): PageSource {
    return new FilePages(this.files.open(`${folder}/${file}`, "read"), pageSize);
  }

  install(leader: Replica, at: LogIndex): void {
    const snapshot = present(leader.storage.describeSnapshot(at), "a snapshot can be had");
    const image = this.fetch(leader.snapshot(at), snapshot.checksum);
    this.#otherEnd = { lastIndex: at, log: leader.log.slice(0, at) };
    const note = this.storage.installSnapshot(snapshot, image);
    this.log = leader.log.slice(0, at);
    this.flushed = at;
    this.committed = at;
    this.#notes = [...this.#notes.filter(({ index }) => index < at), note];
    this.#otherEnd = null;
  }

  // Both

  /** A checkpoint as the keeper makes it; what happens `midway` comes between its parts. */
  checkpoint(midway: () => void): boolean {
    const order = this.storage.planCheckpoint(
      logIndex(Math.max(0, this.committed - (this.#dice.chance(1, 2) ? 0 : this.#dice.below(3)))),
    );
    if (order === null) return false;
    midway();
    runCheckpoint(this.files, folder, hasher, order);
    midway();
    this.storage.checkpointed(order.index);
    this.storage.recycle(order.index);
    const { base } = this.storage.versions.index;
    this.#notes = this.#notes.filter(({ index }) => index > base.index);
    return true;
  }

  fillSpares(): void {
    fillSpares(this.files, this.storage, this.#wanted);
  }

  /** The machine stops and starts, the start cut short now and then. */
  crash(term: Term): void {
    this.files.crash(() => this.#dice.below(1000) / 1000);
    this.#wanted.length = 0;
    if (this.#dice.chance(1, 3)) {
      this.files.failAt = this.files.calls + 1 + this.#dice.below(8);
      try {
        openStorage(this.files, this.#segmentBytes, this.#dice.word(), this.#wanted);
      } catch (error) {
        if (!(error instanceof FileError && error.code === "EIO")) throw error;
      }
      this.files.crash(() => this.#dice.below(1000) / 1000);
      this.#wanted.length = 0;
    }
    this.storage = mustOpen(openStorage(this.files, this.#segmentBytes, this.#dice.word(), this.#wanted));
    const { lastIndex } = this.storage;
    const isOther = lastIndex === this.#otherEnd?.lastIndex && this.#isOtherEnd(lastIndex);
    assert(isOther || lastIndex >= this.flushed, `${lastIndex} is recovered, ${this.flushed} was flushed`);
    this.log = isOther ? [...(this.#otherEnd?.log ?? [])] : this.log.slice(0, lastIndex);
    // Parts of a transaction of its own that it was just writing.
    while (this.log.length < lastIndex) this.log.push({ term: this.storage.lastTerm, version: null });
    this.#otherEnd = null;
    this.flushed = lastIndex;
    this.#notes = [...this.storage.notes];
    this.committed = Math.max(Math.min(this.committed, lastIndex), this.storage.readableFrom);
    const found = differenceAtEnd(this.files, this.storage, this.versionAt(lastIndex));
    assert(found === null, `recovered at ${lastIndex}: ${found}`);
    this.storage.saveHardState(term, null);
  }

  /** Is the database that of the other end? Both may end at the same index. */
  #isOtherEnd(lastIndex: number): boolean {
    if (lastIndex < this.flushed || this.log.length < lastIndex) return true;
    const own = this.log;
    this.log = [...(this.#otherEnd?.log ?? [])];
    const isOther = differenceAtEnd(this.files, this.storage, this.versionAt(lastIndex)) === null;
    this.log = own;
    return isOther;
  }

  /** What readers see at every index that can be read. */
  judge(): void {
    for (
      let at = Math.max(this.storage.readableFrom, this.storage.versions.index.base.index);
      at <= this.committed;
      at++
    ) {
      const snapshot = snapshotAt(this.#readerThrough(at), logIndex(at));
      const found = difference(snapshot, this.versionAt(at));
      assert(found === null, `at ${at}: ${found}`);
    }
  }

  #readerThrough(at: number): PageVersions {
    const { base } = this.storage.versions.index;
    const reader = new PageVersions(this.files, folder, base);
    for (const note of this.#notes) if (note.index > base.index && note.index <= at) reader.index.add(note);
    return reader;
  }
}

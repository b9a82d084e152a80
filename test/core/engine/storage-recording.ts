import { type LogIndex, logIndex, Prng } from "../../../src/core/base/mod.ts";
import type { Storage } from "../../../src/core/engine/storage.ts";
import { runCheckpoint } from "../../../src/core/engine/storage-checkpoint.ts";
import { databaseChecksum } from "../../../src/core/pages/mod.ts";
import { FaultyFiles } from "../../sim/faulty-files.ts";
import {
  emptyVersion,
  firstTerm,
  folder,
  hasher,
  mustDo,
  mustOpen,
  openStorage,
  randomPage,
  type Version,
} from "./storage-fixture.ts";

/** Small, so that a short run fills several segments and a transaction of ten pages comes in parts. */
export const segmentBytes = 4096;
const pageSize = 512;

/** Where a group began and ended, and what was the last entry then. */
export interface RecordedGroup {
  readonly index: LogIndex;
  readonly beganIn: string;
  readonly beganAt: number;
  /** Bytes of the log up to the group's end, all segments one after another. */
  readonly end: { readonly path: string; readonly position: number };
}

export interface Recording {
  readonly files: FaultyFiles;
  readonly versions: readonly Version[];
  readonly groups: readonly RecordedGroup[];
  readonly checkpoint: LogIndex;
  readonly lastIndex: LogIndex;
}

/** A short life of a node: an image of small pages, groups of one to three entries, one checkpoint in the middle. */
export function recordRun(): Recording {
  const files = new FaultyFiles();
  const dice = new Prng(7);
  const storage = mustOpen(openStorage(files, segmentBytes));
  storage.saveHardState(firstTerm, "n1");
  const versions: Version[] = [emptyVersion];
  const groups: RecordedGroup[] = [];
  let pages: Uint8Array[] = [];
  let checkpoint = logIndex(0);

  const transaction = (...pgnos: readonly number[]): void => {
    pages = pages.slice();
    for (const pgno of pgnos) {
      const page = randomPage(dice, pageSize);
      pages[pgno - 1] = page;
      storage.writerStore.writePage(pgno, page);
    }
    const note = mustDo(storage.appendPending(firstTerm));
    if (note !== null) versions.push({ index: note.index, pageSize, pages });
  };
  const flush = (): void => {
    const writes: { path: string; position: number; bytes: number }[] = [];
    files.onChange = (what) => {
      const [call, path = "", position, bytes] = what.split(" ");
      if (call === "write" && path.endsWith(".log")) {
        writes.push({ path, position: Number(position), bytes: Number(bytes) });
      }
    };
    storage.flush();
    files.onChange = () => {};
    const [last] = writes.slice(-1);
    if (last === undefined) return;
    const end = { path: last.path, position: last.position + last.bytes };
    groups.push({ index: storage.lastIndex, beganIn: last.path, beganAt: last.position, end });
  };
  const image = (count: number): void => {
    pages = Array.from({ length: count }, () => randomPage(dice, pageSize));
    const file = `image-1.sqlite`;
    const bytes = new Uint8Array(count * pageSize);
    for (const [at, page] of pages.entries()) bytes.set(page, at * pageSize);
    files.put(`${folder}/${file}`, bytes);
    const readPage = (pgno: number, into: Uint8Array): void => into.set(pages[pgno - 1] ?? into);
    const checksum = databaseChecksum(hasher, { pageSize, pageCount: count, readPage });
    const note = mustDo(storage.appendImage(firstTerm, { file, pageSize, pageCount: count, checksum }));
    versions.push({ index: note.index, pageSize, pages });
  };
  const checkpointHere = (): void => {
    const order = storage.planCheckpoint(storage.lastIndex);
    if (order === null) return;
    checkpoint = order.index;
    runCheckpoint(files, folder, hasher, order);
    storage.checkpointed(order.index);
  };

  mustDo(storage.appendNoop(firstTerm));
  image(5);
  flush();
  transaction(2, 3);
  flush();
  checkpointHere();
  transaction(1);
  transaction(6);
  transaction(6, 7);
  flush();
  mustDo(storage.appendNoop(firstTerm));
  flush();
  transaction(1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
  flush();
  transaction(3);
  flush();
  storage.writerStore.truncate(4);
  pages = pages.slice(0, 4);
  transaction(1);
  transaction(2);
  flush();
  transaction(5);
  mustDo(storage.appendNoop(firstTerm));
  transaction(1, 2);
  flush();
  transaction(3);
  flush();
  transaction(4);
  flush();
  const { lastIndex } = storage;
  storage.close();
  return { files, versions, groups, checkpoint, lastIndex };
}

/** The version that holds at an index. */
export const versionAt = (versions: readonly Version[], at: LogIndex): Version =>
  versions.findLast(({ index }) => index <= at) ?? emptyVersion;

/** Appends one more transaction and makes it durable; returns the version it leads to. */
export function goOn(storage: Storage, before: Version): Version {
  const dice = new Prng(99);
  const page = randomPage(dice, storage.writerStore.pageSize);
  storage.writerStore.writePage(1, page);
  const note = mustDo(storage.appendPending(storage.hardState.term));
  storage.flush();
  const pages = [page, ...before.pages.slice(1)];
  return { index: note?.index ?? storage.lastIndex, pageSize: storage.writerStore.pageSize, pages };
}

import {
  createHasher,
  equalBytes,
  type Hasher,
  type LogIndex,
  logIndex,
  type Outcome,
  Prng,
  term,
} from "../../../src/core/base/mod.ts";
import { Storage } from "../../../src/core/engine/storage.ts";
import { SnapshotPages } from "../../../src/core/engine/storage-snapshot.ts";
import { makeSpare } from "../../../src/core/engine/storage-spares.ts";
import { PageVersions } from "../../../src/core/engine/storage-versions.ts";
import { databaseChecksum } from "../../../src/core/pages/mod.ts";
import type { FaultyFiles } from "../../sim/faulty-files.ts";

export const folder = "data";
export const hasher: Hasher = await createHasher();

/** A database as a plain list of pages: what every snapshot is compared with. */
export interface Version {
  readonly index: LogIndex;
  readonly pageSize: number;
  readonly pages: readonly Uint8Array[];
}

export const emptyVersion: Version = { index: logIndex(0), pageSize: 4096, pages: [] };

/** Opens a storage whose clock and dice are the seed's; spares asked for are pushed to `wanted`. */
export function openStorage(
  files: FaultyFiles,
  segmentBytes: number,
  seed = 1,
  wanted: { path: string; sizeBytes: number }[] = [],
): Outcome<Storage> {
  const dice = new Prng(seed);
  let nowMs = 1_700_000_000_000;
  return Storage.open({
    files,
    folder,
    hasher,
    segmentBytes,
    clock: { nowMs: () => nowMs++, monotonicMs: () => nowMs },
    entropy: { fill: (into) => into.set(into.map(() => dice.below(256))) },
    wantSpare: (path, sizeBytes) => wanted.push({ path, sizeBytes }),
  });
}

/** The storage, or the refusal thrown. */
export function mustOpen(opened: Outcome<Storage>): Storage {
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
}

export function mustDo<T>(outcome: Outcome<T>): T {
  if (!outcome.ok) throw new Error(outcome.error);
  return outcome.value;
}

export const firstTerm = term(1);

export function fillSpares(files: FaultyFiles, storage: Storage, wanted: { path: string; sizeBytes: number }[]): void {
  for (const { path, sizeBytes } of wanted.splice(0)) {
    makeSpare(files, path, sizeBytes);
    storage.addSpare(path);
  }
}

export function randomPage(dice: Prng, pageSize: number): Uint8Array<ArrayBuffer> {
  const page = new Uint8Array(pageSize);
  const words = new Uint32Array(page.buffer);
  for (let i = 0; i < 8; i++) words[dice.below(words.length)] = dice.word();
  return page;
}

/** A fresh reader's view of the storage's newest state. */
export function readerOf(files: FaultyFiles, storage: Storage): PageVersions {
  const reader = new PageVersions(files, folder, storage.versions.index.base);
  for (const note of storage.notes) reader.index.add(note);
  return reader;
}

export function snapshotAt(reader: PageVersions, at: LogIndex): SnapshotPages {
  const snapshot = new SnapshotPages(reader);
  snapshot.target(at);
  snapshot.pin();
  return snapshot;
}

/** Null, or in what the snapshot differs from the version. */
export function difference(snapshot: SnapshotPages, version: Version): string | null {
  const { pages, pageSize } = version;
  if (snapshot.pageCount !== pages.length) return `${snapshot.pageCount} pages instead of ${pages.length}`;
  if (pages.length > 0 && snapshot.pageSize !== pageSize) return `pages of ${snapshot.pageSize} bytes`;
  const bytes = new Uint8Array(snapshot.pageSize);
  for (const [at, page] of pages.entries()) {
    snapshot.readPage(at + 1, bytes);
    if (!equalBytes(bytes, page)) return `page ${at + 1} differs`;
  }
  return null;
}

/** Null, or in what the storage's newest state differs from the version, through the writer, a reader and the checksum. */
export function differenceAtEnd(files: FaultyFiles, storage: Storage, version: Version): string | null {
  const reader = readerOf(files, storage);
  const snapshot = snapshotAt(reader, storage.lastIndex);
  const found = difference(snapshot, version);
  if (found !== null) return found;
  const store = storage.writerStore;
  if (databaseChecksum(hasher, snapshot) !== storage.checksum) return "the rolling checksum is wrong";
  if (store.pageCount !== version.pages.length) return "the writer has another page count";
  const bytes = new Uint8Array(store.pageSize);
  for (const [at, page] of version.pages.entries()) {
    store.readPage(at + 1, bytes);
    if (!equalBytes(bytes, page)) return `the writer's page ${at + 1} differs`;
  }
  return null;
}

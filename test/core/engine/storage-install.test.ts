import { expect, test } from "vitest";
import { logIndex, Prng, present, term } from "../../../src/core/base/mod.ts";
import { ImageNames } from "../../../src/core/engine/file-names.ts";
import { FilePages } from "../../../src/core/engine/file-pages.ts";
import type { CheckedImage } from "../../../src/core/engine/mod.ts";
import { SnapshotFetch } from "../../../src/core/engine/snapshot-fetch.ts";
import { runCheckpoint } from "../../../src/core/engine/storage-checkpoint.ts";
import { databaseChecksum, encodePageChunk, pageHash } from "../../../src/core/pages/mod.ts";
import { FileError } from "../../../src/core/ports/mod.ts";
import type { FaultyFiles } from "../../sim/faulty-files.ts";
import {
  difference,
  differenceAtEnd,
  folder,
  hasher,
  mustOpen,
  openStorage,
  readerOf,
  snapshotAt,
} from "./storage-fixture.ts";
import { goOn, recordRun, segmentBytes, versionAt } from "./storage-recording.ts";

const run = recordRun();
const pageSize = 1024;
const pages = [3, 4, 5].map((byte) => new Uint8Array(pageSize).fill(byte));
const membership = { index: logIndex(2), term: term(1), body: Uint8Array.of(7, 8) };
const snapshot = { index: logIndex(run.lastIndex + 10), term: term(1), membership };
const installed = { index: snapshot.index, pageSize, pages };

function putImage(files: FaultyFiles): CheckedImage {
  files.put(`${folder}/image-7.sqlite`, Buffer.concat(pages));
  const readPage = (pgno: number, into: Uint8Array): void => into.set(pages[pgno - 1] ?? into);
  const shape = { pageSize, pageCount: pages.length };
  return { file: "image-7.sqlite", ...shape, checksum: databaseChecksum(hasher, { ...shape, readPage }) };
}

test("a snapshot takes the place of database and log; what was pinned stays until it is recycled", () => {
  const files = run.files.clone();
  const storage = mustOpen(openStorage(files, segmentBytes, 5));
  const reader = readerOf(files, storage);
  const old = snapshotAt(reader, run.lastIndex);
  const note = storage.installSnapshot(snapshot, putImage(files));
  expect([storage.lastIndex, storage.checkpointIndex, storage.readableFrom]).toEqual(Array(3).fill(snapshot.index));
  expect(storage.describeLog()).toMatchObject({ start: { index: snapshot.index, term: 1 }, memberships: [membership] });
  expect(storage.readEntries(run.lastIndex, run.lastIndex, 1)).toBe("compacted");
  const next = goOn(storage, installed);
  expect(next.index).toBe(snapshot.index + 1);
  // A reader takes the note as an image's, beside what it has pinned.
  reader.index.add(note);
  expect(difference(snapshotAt(reader, snapshot.index), installed)).toBe(null);
  expect(difference(old, versionAt(run.versions, run.lastIndex))).toBe(null);
  // A checkpoint through it settles everything.
  const order = present(storage.planCheckpoint(snapshot.index), "there is something to settle");
  runCheckpoint(files, folder, hasher, order);
  storage.checkpointed(order.index);
  storage.recycle(order.index);
  expect(files.exists(`${folder}/image-7.sqlite`)).toBe(false);
  expect(files.list(`${folder}/log`).filter((name) => name.endsWith(".log")).length).toBe(1);
  storage.close();
  const again = mustOpen(openStorage(files, segmentBytes, 6));
  expect([again.lastIndex, again.checkpointIndex, again.cut]).toEqual([next.index, snapshot.index, null]);
  expect(differenceAtEnd(files, again, next)).toBe(null);
});

test("a crash at any step of an install leaves all of the old or all of the new", () => {
  const outcomes = { old: 0, new: 0 };
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    let isThrough = false;
    for (let step = 1; !isThrough; step++) {
      const dice = new Prng(seed * 100 + step);
      const files = run.files.clone();
      const storage = mustOpen(openStorage(files, segmentBytes, 5));
      const image = putImage(files);
      files.failAt = files.calls + step;
      try {
        storage.installSnapshot(snapshot, image);
        goOn(storage, installed);
        isThrough = true;
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
      }
      files.crash(() => dice.below(1000) / 1000);
      files.failAt = files.calls + 1 + dice.below(10);
      try {
        openStorage(files, segmentBytes, 6);
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
      }
      files.crash(() => dice.below(1000) / 1000);
      const recovered = mustOpen(openStorage(files, segmentBytes, 7));
      const isOld = recovered.lastIndex === run.lastIndex;
      outcomes[isOld ? "old" : "new"]++;
      if (isThrough) expect(recovered.lastIndex).toBe(snapshot.index + 1);
      if (!isOld) expect(recovered.checkpointIndex).toBe(snapshot.index);
      if (isOld || recovered.lastIndex === snapshot.index) {
        const version = isOld ? versionAt(run.versions, run.lastIndex) : installed;
        expect(differenceAtEnd(files, recovered, version)).toBe(null);
        const next = goOn(recovered, version);
        recovered.close();
        expect(differenceAtEnd(files, mustOpen(openStorage(files, segmentBytes, 8)), next)).toBe(null);
      }
    }
  }
  expect(outcomes.old).toBeGreaterThan(5);
  expect(outcomes.new).toBeGreaterThan(20);
});

test("a checkpoint of the old database that is under way changes nothing of the new one", () => {
  for (const isStopped of [false, true]) {
    const files = run.files.clone();
    const storage = mustOpen(openStorage(files, segmentBytes, 5));
    const order = present(storage.planCheckpoint(run.lastIndex), "there is something to copy");
    storage.installSnapshot({ ...snapshot, index: logIndex(run.lastIndex + 1) }, putImage(files));
    const next = goOn(storage, installed);
    runCheckpoint(files, folder, hasher, order);
    if (!isStopped) {
      storage.checkpointed(order.index);
      storage.recycle(order.index);
      const through = present(storage.planCheckpoint(next.index), "there is something to settle");
      runCheckpoint(files, folder, hasher, through);
      storage.checkpointed(through.index);
      storage.recycle(through.index);
    }
    storage.close();
    const again = mustOpen(openStorage(files, segmentBytes, 6));
    expect([again.lastIndex, differenceAtEnd(files, again, next)]).toEqual([next.index, null]);
  }
});

test("nothing that is committed is given up for a snapshot", () => {
  const files = run.files.clone();
  const storage = mustOpen(openStorage(files, segmentBytes, 5));
  const image = putImage(files);
  expect(() => storage.installSnapshot({ ...snapshot, index: run.checkpoint }, image)).toThrow(/newer than what is/);
  expect(() => storage.installSnapshot({ ...snapshot, term: term(9) }, image)).toThrow(/of term 9/);
});

test("a checkpoint beyond it that was cut short is known at the next start", () => {
  const files = run.files.clone();
  const storage = mustOpen(openStorage(files, segmentBytes, 5));
  storage.installSnapshot(snapshot, putImage(files));
  const next = goOn(storage, installed);
  const order = present(storage.planCheckpoint(next.index), "there is something to copy");
  files.onChange = (what) => {
    if (what.startsWith(`dataSync ${folder}/image-7.sqlite`)) files.failAt = 0;
  };
  expect(() => runCheckpoint(files, folder, hasher, order)).toThrow(/input\/output/);
  files.onChange = () => {};
  files.crash(() => 0.99);
  const again = mustOpen(openStorage(files, segmentBytes, 6));
  expect([again.checkpointIndex, again.readableFrom, again.lastIndex]).toEqual([
    snapshot.index,
    next.index,
    next.index,
  ]);
  expect(differenceAtEnd(files, again, next)).toBe(null);
});

test("a page that is kept must be the one that the other node has", () => {
  const files = run.files.clone();
  const { pageCount, checksum, file } = putImage(files);
  const source = new FilePages(files.open(`${folder}/${file}`, "read"), pageSize);
  const whole = { first: 1, hashes: BigUint64Array.from(pages, (page, at) => pageHash(hasher, at + 1, page)) };
  const fetch = new SnapshotFetch(files, folder, hasher, { pageSize, pageCount, checksum });
  const [ask] = fetch.asks();
  expect(fetch.take(encodePageChunk(source, whole, hasher))).toEqual({ ok: false, error: "page 1 was not sent" });
  expect(fetch.unanswered()).toEqual([ask]);
  expect(fetch.take(encodePageChunk(source, present(ask, "an ask is out"), hasher)).ok).toBe(true);
  expect(fetch.finish(new ImageNames())).toEqual({
    ok: true,
    value: { file: "image-8.sqlite", pageSize, pageCount, checksum },
  });
  expect(Uint8Array.from(files.bytes(`${folder}/image-8.sqlite`))).toEqual(
    Uint8Array.from(pages.flatMap((page) => [...page])),
  );
});

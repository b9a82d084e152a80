import { describe, expect, test } from "vitest";
import { logIndex, term } from "../../../src/core/base/mod.ts";
import type { Storage } from "../../../src/core/engine/storage.ts";
import { runCheckpoint } from "../../../src/core/engine/storage-checkpoint.ts";
import { PendingPages } from "../../../src/core/engine/storage-pending.ts";
import { makeSpare } from "../../../src/core/engine/storage-spares.ts";
import { databaseChecksum } from "../../../src/core/pages/mod.ts";
import { FaultyFiles } from "../../sim/faulty-files.ts";
import {
  difference,
  fillSpares,
  firstTerm,
  folder,
  hasher,
  mustDo,
  mustOpen,
  openStorage,
  readerOf,
  snapshotAt,
} from "./storage-fixture.ts";

const pageSize = 4096;
const megabyte = 1024 * 1024;
const filled = (byte: number, size = pageSize): Uint8Array<ArrayBuffer> => new Uint8Array(size).fill(byte);

function opened(files: FaultyFiles, segmentBytes = megabyte): Storage {
  const storage = mustOpen(openStorage(files, segmentBytes));
  storage.saveHardState(firstTerm, "n1");
  return storage;
}

/** One transaction: page numbers with what fills them. */
function write(storage: Storage, pages: Readonly<Record<number, number>>): void {
  for (const [pgno, byte] of Object.entries(pages)) storage.writerStore.writePage(Number(pgno), filled(byte));
}

function checkpoint(files: FaultyFiles, storage: Storage): void {
  const order = storage.planCheckpoint(storage.lastIndex);
  if (order === null) throw new Error("nothing to do");
  runCheckpoint(files, folder, hasher, order);
  storage.checkpointed(order.index);
}

const segmentsIn = (files: FaultyFiles): readonly string[] =>
  files.list(`${folder}/log`).filter((name) => name.endsWith(".log"));

describe("opening", () => {
  test("an empty folder gets an empty database and no log until something is written", () => {
    const files = new FaultyFiles();
    const storage = mustOpen(openStorage(files, megabyte));
    expect([storage.lastIndex, storage.lastTerm, storage.checkpointIndex, storage.logBytes]).toEqual([0, 0, 0, 0]);
    expect(storage.hardState).toEqual({ term: 0, votedFor: null });
    expect([storage.writerStore.pageSize, storage.writerStore.pageCount]).toEqual([4096, 0]);
    expect(files.list(folder)).toEqual(["checkpoint", "db.sqlite", "hard-state"]);
    expect(files.list(`${folder}/log`)).toEqual([]);
    expect(files.bytes(`${folder}/db.sqlite`).length).toBe(0);
  });

  test("the hard state comes back", () => {
    const files = new FaultyFiles();
    const storage = opened(files);
    storage.saveHardState(term(7), "some node");
    files.crash(() => 0);
    expect(mustOpen(openStorage(files, megabyte)).hardState).toEqual({ term: 7, votedFor: "some node" });
  });

  const refusals: readonly [name: string, damage: (files: FaultyFiles) => void, reason: RegExp][] = [
    [
      "a database without a checkpoint record",
      (files) => files.remove(`${folder}/checkpoint`),
      /nothing says what it is/,
    ],
    ["a missing database", (files) => files.remove(`${folder}/db.sqlite`), /db.sqlite is shorter .* or missing/],
    ["a short database", (files) => files.put(`${folder}/db.sqlite`, filled(1)), /db.sqlite is shorter/],
    [
      "a missing segment",
      (files) => files.remove(`${folder}/log/${segmentsIn(files)[0]}`),
      /segment 1 of the log.*is missing/,
    ],
    ["a missing hard state", (files) => files.remove(`${folder}/hard-state`), /hard-state is older than the log/],
    [
      "two damaged records",
      (files) =>
        files.put(
          `${folder}/checkpoint`,
          files.bytes(`${folder}/checkpoint`).map((byte) => byte ^ 1),
        ),
      /the file checkpoint is damaged/,
    ],
  ];
  test.each(refusals)("%s is refused", (_name, damage, reason) => {
    const files = new FaultyFiles();
    const storage = opened(files);
    write(storage, { 1: 1, 2: 2 });
    storage.appendPending(firstTerm);
    storage.flush();
    checkpoint(files, storage);
    write(storage, { 1: 3 });
    storage.appendPending(firstTerm);
    storage.flush();
    storage.close();
    damage(files);
    const again = openStorage(files, megabyte);
    expect(again.ok ? "opened" : again.error).toMatch(reason);
  });
  test("what a process that was killed had not synced is safe once it has been recovered", () => {
    const files = new FaultyFiles();
    const storage = opened(files);
    write(storage, { 1: 1 });
    mustDo(storage.appendPending(firstTerm));
    storage.flush();
    files.onChange = (what) => {
      if (what.startsWith("dataSync")) throw new Error("killed");
    };
    write(storage, { 1: 2, 2: 2 });
    mustDo(storage.appendPending(firstTerm));
    expect(() => storage.flush()).toThrow("killed");
    expect(() => storage.saveHardState(term(7), "n1")).toThrow("killed");
    files.onChange = () => {};
    const { lastIndex, hardState } = mustOpen(openStorage(files, megabyte));
    expect([lastIndex, hardState.term]).toEqual([2, 7]);
    // The power goes, and with it all that was not synced.
    files.crash(() => 0);
    const again = mustOpen(openStorage(files, megabyte));
    expect([again.lastIndex, again.hardState.term]).toEqual([2, 7]);
  });

  test("a database that is not ours is refused", () => {
    const files = new FaultyFiles();
    files.put(`${folder}/db.sqlite`, filled(1));
    const storage = openStorage(files, megabyte);
    expect(storage.ok ? "opened" : storage.error).toMatch(/nothing says what it is/);
  });
});

describe("transactions", () => {
  test("what is written as it was makes no entry", () => {
    const files = new FaultyFiles();
    const storage = opened(files);
    write(storage, { 1: 1, 2: 2 });
    expect(mustDo(storage.appendPending(firstTerm))?.pgnos).toEqual(Uint32Array.of(1, 2));
    write(storage, { 1: 1, 2: 2 });
    expect(mustDo(storage.appendPending(firstTerm))).toBe(null);
    expect(storage.lastIndex).toBe(1);
    write(storage, { 1: 1, 2: 9 });
    expect(mustDo(storage.appendPending(firstTerm))?.pgnos).toEqual(Uint32Array.of(2));
    expect(mustDo(storage.appendPending(firstTerm))).toBe(null);
  });

  test("pages cut off and brought back in one transaction are blank", () => {
    const files = new FaultyFiles();
    const storage = opened(files);
    const store = storage.writerStore;
    write(storage, { 1: 1, 2: 2, 3: 3, 4: 4 });
    storage.appendPending(firstTerm);
    write(storage, { 3: 33 });
    store.truncate(1);
    store.writePage(4, filled(44));
    const bytes = filled(255);
    store.readPage(3, bytes);
    expect(bytes).toEqual(filled(0));
    expect(mustDo(storage.appendPending(firstTerm))?.pgnos).toEqual(Uint32Array.of(2, 3, 4));
    storage.flush();
    const pages = [filled(1), filled(0), filled(0), filled(44)];
    const reader = readerOf(files, mustOpen(openStorage(files, megabyte)));
    expect(difference(snapshotAt(reader, logIndex(2)), { index: logIndex(2), pageSize, pages })).toBe(null);
  });

  test("a full disk refuses the group and leaves everything as it was", () => {
    const files = new FaultyFiles();
    const storage = opened(files, 65_536);
    for (let entry = 1; entry <= 3; entry++) {
      write(storage, { [entry]: entry });
      mustDo(storage.appendPending(firstTerm));
    }
    storage.flush();
    files.roomBytes = 0;
    const pages = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [i + 1, 7]));
    write(storage, pages);
    const refused = storage.appendPending(firstTerm);
    expect(refused.ok ? "appended" : refused.error).toMatch(/no room for the log: no space left/);
    expect(storage.lastIndex).toBe(3);
    storage.discardPending();
    write(storage, { 1: 8 });
    mustDo(storage.appendPending(firstTerm));
    storage.flush();
    files.roomBytes = Number.POSITIVE_INFINITY;
    write(storage, pages);
    mustDo(storage.appendPending(firstTerm));
    storage.flush();
    const again = mustOpen(openStorage(files, 65_536));
    expect([again.lastIndex, again.cut]).toEqual([storage.lastIndex, null]);
    expect(again.writerStore.pageCount).toBe(40);
  });

  test("a transaction beyond memory goes through a file and comes back in parts", () => {
    const files = new FaultyFiles();
    const storage = opened(files, 16 * megabyte);
    const count = 2500;
    for (let pgno = 1; pgno <= count; pgno++) storage.writerStore.writePage(pgno, filled(pgno % 251));
    const note = mustDo(storage.appendPending(firstTerm));
    expect(note?.index).toBe(3);
    storage.flush();
    expect(storage.planCheckpoint(logIndex(2))).toBe(null);
    const again = mustOpen(openStorage(files, 16 * megabyte));
    expect(again.lastIndex).toBe(3);
    const pages = Array.from({ length: count }, (_, i) => filled((i + 1) % 251));
    const snapshot = snapshotAt(readerOf(files, again), again.lastIndex);
    expect(difference(snapshot, { index: logIndex(3), pageSize, pages })).toBe(null);
    expect(databaseChecksum(hasher, snapshot)).toBe(again.checksum);
  });

  test("pending pages beyond the bound are read from the file, and it goes", () => {
    const files = new FaultyFiles();
    files.put("scratch", filled(1));
    const pending = new PendingPages(files, "scratch", 512, 1024);
    expect(files.exists("scratch")).toBe(false);
    for (let pgno = 1; pgno <= 6; pgno++) pending.write(pgno, filled(pgno, 512));
    pending.write(5, filled(55, 512));
    pending.dropAbove(5);
    pending.write(6, filled(66, 512));
    const buffer = new Uint8Array(512);
    const seen = Array.from(pending.pgnos(), (pgno) => pending.view(pgno, buffer)[0]);
    expect(seen).toEqual([1, 2, 3, 4, 55, 66]);
    expect(files.exists("scratch")).toBe(true);
    pending.clear(4096);
    expect([files.exists("scratch"), pending.has(1)]).toEqual([false, false]);
  });

  test("an entry of a term that was not saved is a broken invariant", () => {
    const storage = opened(new FaultyFiles());
    expect(() => storage.appendNoop(term(2))).toThrow(/entries of term 2/);
  });
});

describe("segments", () => {
  test("spares are asked for, used, and segments recycled under new names", () => {
    const files = new FaultyFiles();
    const wanted: { path: string; sizeBytes: number }[] = [];
    const storage = mustOpen(openStorage(files, 32_768, 1, wanted));
    storage.saveHardState(firstTerm, null);
    expect(wanted.length).toBe(2);
    fillSpares(files, storage, wanted);
    for (let round = 0; round < 30; round++) {
      for (let entry = 0; entry < 4; entry++) {
        write(storage, { 1: 1 + ((round * 4 + entry) % 250), 2: 1 });
        mustDo(storage.appendPending(firstTerm));
        storage.flush();
      }
      checkpoint(files, storage);
      storage.recycle(storage.checkpointIndex);
      fillSpares(files, storage, wanted);
    }
    const names = files.list(`${folder}/log`);
    expect(names.length).toBeLessThan(8);
    expect(segmentsIn(files).at(-1)).toBe("0000000000000018.log");
    const again = mustOpen(openStorage(files, 32_768));
    expect([again.lastIndex, again.cut]).toEqual([120, null]);
  });

  test("spares of another size, and segments before the checkpoint, are tidied up at a start", () => {
    const files = new FaultyFiles();
    const storage = opened(files, 16_384);
    for (let entry = 1; entry <= 8; entry++) {
      write(storage, { 1: entry });
      mustDo(storage.appendPending(firstTerm));
      storage.flush();
    }
    checkpoint(files, storage);
    storage.close();
    expect(segmentsIn(files).length).toBe(3);
    makeSpare(files, `${folder}/log/spare-77`, 100);
    const again = mustOpen(openStorage(files, 16_384));
    expect(segmentsIn(files)).toEqual(["0000000000000003.log"]);
    expect(files.exists(`${folder}/log/spare-77`)).toBe(false);
    expect(again.lastIndex).toBe(8);
  });

  test("a group is one write and one sync", () => {
    const files = new FaultyFiles();
    const storage = opened(files);
    mustDo(storage.appendNoop(firstTerm));
    storage.flush();
    const calls: string[] = [];
    files.onChange = (what) => calls.push(what.split(" ")[0] ?? "");
    for (let entry = 1; entry <= 5; entry++) {
      write(storage, { 1: entry, 2: 2, 3: entry });
      mustDo(storage.appendPending(firstTerm));
    }
    expect(storage.flush()).toBe(5 * (64 + 128 + 8192) + 4096);
    expect(calls).toEqual(["write", "dataSync"]);
    expect(storage.flush()).toBe(0);
    expect(calls.length).toBe(2);
  });
});

describe("checkpoints", () => {
  test("bring the file to the database, cut and all, and are done once", () => {
    const files = new FaultyFiles();
    const storage = opened(files);
    write(storage, { 1: 1, 2: 2, 3: 3, 4: 4, 5: 5 });
    storage.appendPending(firstTerm);
    storage.flush();
    const first = storage.planCheckpoint(storage.lastIndex);
    checkpoint(files, storage);
    write(storage, { 1: 9 });
    storage.writerStore.truncate(3);
    storage.appendPending(firstTerm);
    storage.flush();
    checkpoint(files, storage);
    const expected = new Uint8Array(3 * pageSize);
    for (const [at, byte] of [9, 2, 3].entries()) expected.set(filled(byte), at * pageSize);
    expect(files.bytes(`${folder}/db.sqlite`)).toEqual(expected);
    expect(storage.planCheckpoint(storage.lastIndex)).toBe(null);
    expect(storage.logBytes).toBe(0);
    if (first !== null) runCheckpoint(files, folder, hasher, first);
    expect(files.bytes(`${folder}/db.sqlite`)).toEqual(expected);
  });

  test("wait for what is not flushed, and go to entries without pages too", () => {
    const files = new FaultyFiles();
    const storage = opened(files);
    write(storage, { 1: 1 });
    storage.appendPending(firstTerm);
    expect(storage.planCheckpoint(storage.lastIndex)).toBe(null);
    storage.flush();
    storage.appendNoop(firstTerm);
    storage.flush();
    expect(storage.planCheckpoint(logIndex(99))?.index).toBe(2);
    checkpoint(files, storage);
    expect(storage.checkpointIndex).toBe(2);
  });

  test("an interrupted one is known at the next start: older snapshots are not whole", () => {
    const files = new FaultyFiles();
    const storage = opened(files);
    write(storage, { 1: 1, 2: 2 });
    storage.appendPending(firstTerm);
    storage.flush();
    const order = storage.planCheckpoint(storage.lastIndex);
    let writes = 0;
    files.onChange = (what) => {
      if (what.startsWith(`write ${folder}/db.sqlite`)) writes++;
      if (what.startsWith(`dataSync ${folder}/db.sqlite`)) files.failAt = 0;
    };
    if (order !== null) expect(() => runCheckpoint(files, folder, hasher, order)).toThrow(/input\/output/);
    expect(writes).toBe(1);
    files.onChange = () => {};
    files.crash(() => 0.99);
    const again = mustOpen(openStorage(files, megabyte));
    expect([again.checkpointIndex, again.readableFrom]).toEqual([0, 1]);
    // Its pages may be in the file already: without the entry nobody could tell what the file holds.
    again.close();
    const path = `${folder}/log/${segmentsIn(files)[0]}`;
    files.put(path, files.bytes(path).fill(0, 64));
    const refused = openStorage(files, megabyte);
    expect(refused.ok ? "opened" : refused.error).toMatch(/the log ends at entry 0, but entry 1 was committed before/);
  });

  test("an interrupted one is followed by none to less", () => {
    const files = new FaultyFiles();
    const storage = opened(files);
    write(storage, { 1: 1, 2: 2, 3: 3 });
    storage.appendPending(firstTerm);
    storage.flush();
    checkpoint(files, storage);
    write(storage, { 1: 9 });
    storage.appendPending(firstTerm);
    storage.writerStore.truncate(1);
    storage.appendPending(firstTerm);
    storage.flush();
    const order = storage.planCheckpoint(storage.lastIndex);
    files.onChange = (what) => {
      if (what.startsWith(`dataSync ${folder}/db.sqlite`)) files.failAt = 0;
    };
    if (order !== null) expect(() => runCheckpoint(files, folder, hasher, order)).toThrow(/input\/output/);
    files.onChange = () => {};
    files.crash(() => 0.99);
    // The file is cut already, so entry 2, which has pages that are in the file only, is out of reach.
    const again = mustOpen(openStorage(files, megabyte));
    expect([again.checkpointIndex, again.readableFrom, again.lastIndex]).toEqual([1, 3, 3]);
    expect(again.planCheckpoint(logIndex(2))).toBe(null);
    checkpoint(files, again);
    expect(files.bytes(`${folder}/db.sqlite`)).toEqual(filled(9));
  });

  test("an image becomes the database, and those who read the old one keep it", () => {
    const files = new FaultyFiles();
    const storage = opened(files);
    write(storage, { 1: 1, 2: 2 });
    storage.appendPending(firstTerm);
    storage.flush();
    checkpoint(files, storage);
    const reader = readerOf(files, storage);
    const old = snapshotAt(reader, storage.lastIndex);
    const image = [filled(7, 1024), filled(8, 1024)];
    const bytes = new Uint8Array(2048);
    for (const [at, page] of image.entries()) bytes.set(page, at * 1024);
    files.put(`${folder}/image-1.sqlite`, bytes);
    const shape = { pageSize: 1024, pageCount: 2 };
    const readPage = (pgno: number, into: Uint8Array): void => into.set(image[pgno - 1] ?? into);
    const checksum = databaseChecksum(hasher, { ...shape, readPage });
    reader.index.add(mustDo(storage.appendImage(firstTerm, { file: "image-1.sqlite", ...shape, checksum })));
    expect([storage.writerStore.pageSize, storage.writerStore.pageCount]).toEqual([1024, 2]);
    storage.flush();
    const oldVersion = { index: logIndex(1), pageSize, pages: [filled(1), filled(2)] };
    expect(difference(old, oldVersion)).toBe(null);
    const isolated = readerOf(files, mustOpen(openStorage(files, megabyte)));
    checkpoint(files, storage);
    expect(files.list(folder)).toEqual(["checkpoint", "db.sqlite", "hard-state"]);
    // The old file lives on for who has it open, though no checkpoint should pass a pin.
    expect(difference(old, oldVersion)).toBe(null);
    old.release();
    const newVersion = { index: logIndex(2), pageSize: 1024, pages: image };
    // A reader that had not opened the image yet finds it under its new name.
    expect(difference(snapshotAt(isolated, logIndex(2)), newVersion)).toBe(null);
    reader.dropThrough(logIndex(2));
    expect(difference(snapshotAt(reader, logIndex(2)), newVersion)).toBe(null);
    expect(mustOpen(openStorage(files, megabyte)).writerStore.pageSize).toBe(1024);
  });

  test("an image that another took the place of goes with the checkpoint that passes both", () => {
    const files = new FaultyFiles();
    const storage = opened(files);
    const reader = readerOf(files, storage);
    const install = (byte: number): void => {
      const file = `image-${byte}.sqlite`;
      const readPage = (_pgno: number, into: Uint8Array): void => void into.fill(byte);
      const shape = { pageSize: 1024, pageCount: 1 };
      files.put(`${folder}/${file}`, filled(byte, 1024));
      const checksum = databaseChecksum(hasher, { ...shape, readPage });
      reader.index.add(mustDo(storage.appendImage(firstTerm, { file, ...shape, checksum })));
      storage.flush();
    };
    for (const byte of [1, 2, 3]) install(byte);
    for (const at of [1, 2, 3]) {
      const pages = [filled(at, 1024)];
      expect(difference(snapshotAt(reader, logIndex(at)), { index: logIndex(at), pageSize: 1024, pages })).toBe(null);
    }
    checkpoint(files, storage);
    expect(files.list(folder)).toEqual(["checkpoint", "db.sqlite", "hard-state"]);
    expect(reader.dropThrough(logIndex(3))).toEqual(["image-1.sqlite", "image-2.sqlite"]);
    const last = { index: logIndex(3), pageSize: 1024, pages: [filled(3, 1024)] };
    expect(difference(snapshotAt(reader, logIndex(3)), last)).toBe(null);
    const again = readerOf(files, mustOpen(openStorage(files, megabyte)));
    expect(difference(snapshotAt(again, logIndex(3)), last)).toBe(null);
  });
});

test("a snapshot's stamp changes when its pages may have", () => {
  const files = new FaultyFiles();
  const storage = opened(files);
  write(storage, { 1: 1 });
  storage.appendPending(firstTerm);
  storage.appendNoop(firstTerm);
  write(storage, { 1: 2 });
  storage.appendPending(firstTerm);
  storage.flush();
  const reader = readerOf(files, mustOpen(openStorage(files, megabyte)));
  expect([0, 1, 2, 3].map((at) => snapshotAt(reader, logIndex(at)).stamp)).toEqual([0, 1, 1, 3]);
});

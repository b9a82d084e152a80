import { expect, test } from "vitest";
import { type LogIndex, logIndex, Prng, term } from "../../../src/core/base/mod.ts";
import type { CheckedImage } from "../../../src/core/engine/mod.ts";
import type { Storage } from "../../../src/core/engine/storage.ts";
import { runCheckpoint } from "../../../src/core/engine/storage-checkpoint.ts";
import { EntryCollector } from "../../../src/core/engine/storage-collector.ts";
import { databaseChecksum } from "../../../src/core/pages/mod.ts";
import { FaultyFiles } from "../../sim/faulty-files.ts";
import {
  differenceAtEnd,
  firstTerm,
  folder,
  hasher,
  mustDo,
  mustOpen,
  openStorage,
  randomPage,
  type Version,
} from "./storage-fixture.ts";

const pageSize = 4096;
const segmentBytes = 32_768;
const all = logIndex(Number.MAX_SAFE_INTEGER);

interface Node {
  readonly files: FaultyFiles;
  storage: Storage;
}

function nodeOf(seed: number): Node {
  const files = new FaultyFiles();
  const storage = mustOpen(openStorage(files, segmentBytes, seed));
  storage.saveHardState(term(2), null);
  return { files, storage };
}

function restart(node: Node): void {
  node.storage.close();
  node.storage = mustOpen(openStorage(node.files, segmentBytes, 9));
}

function image(files: FaultyFiles, file: string, count: number): { image: CheckedImage; pages: Uint8Array[] } {
  const pages = Array.from({ length: count }, (_, at) => new Uint8Array(512).fill(at + 7));
  files.put(`${folder}/${file}`, Buffer.concat(pages));
  const readPage = (pgno: number, into: Uint8Array): void => into.set(pages[pgno - 1] ?? into);
  const checksum = databaseChecksum(hasher, { pageSize: 512, pageCount: count, readPage });
  return { image: { file, pageSize: 512, pageCount: count, checksum }, pages };
}

/** Transactions of the leader's by the pages they write; entries are flushed one by one. Returns the database. */
function write(storage: Storage, transactions: readonly (readonly number[])[], seed = 1): Version {
  const dice = new Prng(seed);
  const pages: Uint8Array[] = [];
  for (let pgno = 1; pgno <= storage.writerStore.pageCount; pgno++) {
    const page = new Uint8Array(pageSize);
    storage.writerStore.readPage(pgno, page);
    pages.push(page);
  }
  for (const pgnos of transactions) {
    for (const pgno of pgnos) {
      const page = randomPage(dice, pageSize);
      pages[pgno - 1] = page;
      storage.writerStore.writePage(pgno, page);
    }
    mustDo(storage.appendPending(firstTerm));
    storage.flush();
  }
  return { index: storage.lastIndex, pageSize, pages };
}

/** Sends entries to the follower in messages of at most so many bytes, restarting it after each if asked to. */
function send(
  leader: Node,
  follower: Node,
  bytesMax: number,
  images: readonly CheckedImage[] = [],
  restarting = false,
): void {
  while (follower.storage.lastIndex < leader.storage.lastIndex) {
    const from = logIndex(follower.storage.lastIndex + 1);
    const batch = leader.storage.readEntries(from, all, bytesMax);
    if (batch === "compacted") throw new Error("compacted");
    mustDo(follower.storage.appendEntries(batch.bytes, from, images));
    follower.storage.flush();
    if (restarting) restart(follower);
  }
}

const range = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);

function expectSame(node: Node, version: Version): void {
  expect(databaseChecksum(hasher, node.storage.writerStore)).toBe(node.storage.checksum);
  restart(node);
  expect(node.storage.lastIndex).toBe(version.index);
  expect(differenceAtEnd(node.files, node.storage, version)).toBe(null);
}

test.each([
  [1, false],
  [1, true],
  [20_000, true],
  [1_000_000, false],
])("entries of every kind arrive, in messages of %i bytes, restarting: %s", (bytesMax, restarting) => {
  const leader = nodeOf(1);
  const follower = nodeOf(2);
  mustDo(leader.storage.appendNoop(firstTerm));
  const body = Uint8Array.of(1, 2, 3);
  mustDo(leader.storage.appendMembership(firstTerm, body));
  // Thirty pages come in several parts.
  let version = write(leader.storage, [[1, 2], [2], range(30), [29]]);
  leader.storage.writerStore.truncate(20);
  version = { ...write(leader.storage, [[3], [20, 21]]), index: leader.storage.lastIndex };
  send(leader, follower, bytesMax, [], restarting);
  expectSame(follower, version);
  expect(follower.storage.checksum).toBe(leader.storage.checksum);
  expect(follower.storage.describeLog().memberships).toEqual([{ index: 2, term: 1, body }]);
  expect(follower.storage.describeLog().runs).toEqual(leader.storage.describeLog().runs);

  const loaded = image(leader.files, "image-4.sqlite", 6);
  mustDo(leader.storage.appendImage(term(2), loaded.image));
  leader.storage.flush();
  const from = logIndex(follower.storage.lastIndex + 1);
  const batch = leader.storage.readEntries(from, all, 1);
  if (batch === "compacted") throw new Error("compacted");
  expect(batch.images).toEqual([{ ...loaded.image, index: from }]);
  const refused = follower.storage.appendEntries(batch.bytes, from, []);
  expect(refused).toEqual({ ok: false, error: `the image of entry ${from} is not here` });
  const own = image(follower.files, "image-1.sqlite", 6);
  send(leader, follower, bytesMax, [own.image], restarting);
  expectSame(follower, { index: leader.storage.lastIndex, pageSize: 512, pages: loaded.pages });
});

test("what is kept of own entries is what is read back from the log", () => {
  const leader = nodeOf(1);
  expect(leader.storage.takeShared()).toBe(null);
  leader.storage.shareEntries(true);
  mustDo(leader.storage.appendNoop(firstTerm));
  write(leader.storage, [[1, 2], range(30), [5]]);
  const { image: loaded } = image(leader.files, "image-1.sqlite", 2);
  mustDo(leader.storage.appendImage(firstTerm, loaded));
  leader.storage.flush();
  const shared = leader.storage.takeShared();
  expect(shared).toEqual(leader.storage.readEntries(logIndex(1), all, 1_000_000));
  expect(shared?.lastTerm).toBe(1);
  expect(leader.storage.takeShared()).toBe(null);
  leader.storage.shareEntries(false);
  mustDo(leader.storage.appendNoop(firstTerm));
  expect(leader.storage.takeShared()).toBe(null);
});

test("what is kept of a big group ends at an entry, and the sizes go on", () => {
  const collector = new EntryCollector(hasher, 200);
  const header = {
    kind: 1,
    segment: 1,
    groupStart: 0,
    index: 5,
    term: 3,
    bodyBytes: 0,
    checkedBytes: 0,
    previousChecksum: 0n,
    bodyChecksum: 0n,
  };
  for (let index = 5; index <= 9; index++) {
    collector.add({ ...header, index } as Parameters<EntryCollector["add"]>[0], new Uint8Array(index === 7 ? 128 : 64));
  }
  const batch = collector.take();
  expect([batch?.first, batch?.lastTerm, [...(batch?.sizes ?? [])], batch?.bytes.length]).toEqual([
    5,
    3,
    [64, 64, 128, 64, 64],
    128,
  ]);
});

test("reading: bounds are kept, what is gone is said to be compacted, what is not synced is not there", () => {
  const leader = nodeOf(1);
  write(leader.storage, [[1], [2], [3], [1], [2]]);
  const read = (from: number, through: LogIndex, bytesMax: number): unknown => {
    const batch = leader.storage.readEntries(logIndex(from), through, bytesMax);
    return batch === "compacted" ? batch : batch.sizes.length;
  };
  const entry = 64 + 64 + 4096;
  expect(read(1, all, 1)).toBe(1);
  expect(read(1, all, 2 * entry)).toBe(2);
  expect(read(2, logIndex(4), 100 * entry)).toBe(3);
  expect(read(6, all, 1)).toBe(0);
  mustDo(leader.storage.appendNoop(firstTerm));
  expect(read(5, all, 100 * entry)).toBe(1);
  const order = leader.storage.planCheckpoint(logIndex(3));
  if (order === null) throw new Error("nothing to do");
  runCheckpoint(leader.files, folder, hasher, order);
  leader.storage.checkpointed(order.index);
  expect(read(3, all, 1)).toBe("compacted");
  expect(read(4, all, 100 * entry)).toBe(2);
});

test("entries that come twice are skipped; a gap is refused", () => {
  const leader = nodeOf(1);
  const follower = nodeOf(2);
  const version = write(leader.storage, [[1], [2], [3]]);
  const batch = leader.storage.readEntries(logIndex(1), all, 1_000_000);
  if (batch === "compacted") throw new Error("compacted");
  expect(follower.storage.appendEntries(batch.bytes, logIndex(2), [])).toEqual({
    ok: false,
    error: "entry 2 does not follow entry 0",
  });
  mustDo(follower.storage.appendEntries(batch.bytes.subarray(0, batch.sizes[0]), logIndex(1), []));
  mustDo(follower.storage.appendEntries(batch.bytes, logIndex(2), []));
  follower.storage.flush();
  expectSame(follower, version);
  expect(follower.storage.appendEntries(batch.bytes, logIndex(4), []).ok).toBe(false);
});

test("no byte on the way can be wrong without being noticed, and then nothing has changed", () => {
  const leader = nodeOf(1);
  const follower = nodeOf(2);
  write(leader.storage, [[1]]);
  mustDo(leader.storage.appendMembership(firstTerm, Uint8Array.of(1, 2, 3)));
  leader.storage.flush();
  const batch = leader.storage.readEntries(logIndex(1), all, 1_000_000);
  if (batch === "compacted") throw new Error("compacted");
  const { bytes } = batch;
  const isPadding = (at: number): boolean => at >= 64 + 64 + 4096 + 64 + 3;
  for (let at = 0; at < bytes.length; at++) {
    if (isPadding(at)) continue;
    const wrong = bytes.slice();
    wrong[at] = (wrong[at] ?? 0) ^ (1 << (at % 8));
    expect(follower.storage.appendEntries(wrong, logIndex(1), []).ok, `byte ${at}`).toBe(false);
    if (at % 64 === 0)
      expect(follower.storage.appendEntries(bytes.subarray(0, at), logIndex(1), []).ok).toBe(at === 4224);
    if (at === 4224) follower.storage.truncateFrom(logIndex(1));
  }
  expect(follower.storage.lastIndex).toBe(0);
});

test("a follower whose database differs stops, and says both checksums", () => {
  const leader = nodeOf(1);
  const other = nodeOf(2);
  write(leader.storage, [[1, 2]], 1);
  write(other.storage, [[1, 2]], 2);
  write(leader.storage, [[2]], 3);
  const batch = leader.storage.readEntries(logIndex(2), all, 1_000_000);
  if (batch === "compacted") throw new Error("compacted");
  const expected = leader.storage.checksum.toString(16);
  expect(() => other.storage.appendEntries(batch.bytes, logIndex(2), [])).toThrow(
    new RegExp(`after entry 2 the database's checksum is [0-9a-f]+ here, and ${expected} where the entry was made`),
  );
});

test("a full disk refuses entries and leaves the log as it was", () => {
  const leader = nodeOf(1);
  const follower = nodeOf(2);
  const version = write(leader.storage, [[1], range(30)]);
  const batch = leader.storage.readEntries(logIndex(1), all, 1_000_000);
  if (batch === "compacted") throw new Error("compacted");
  follower.files.roomBytes = 0;
  expect(follower.storage.appendEntries(batch.bytes, logIndex(1), [])).toMatchObject({ ok: false });
  expect(follower.storage.lastIndex).toBe(0);
  follower.files.roomBytes = Number.POSITIVE_INFINITY;
  send(leader, follower, 1_000_000);
  expectSame(follower, version);
});

test("a follower that becomes leader in the middle of a transaction of the old one gives it up", () => {
  const leader = nodeOf(1);
  const follower = nodeOf(2);
  const version = write(leader.storage, [[1, 2]]);
  write(leader.storage, [range(30)]);
  const parts = leader.storage.readEntries(logIndex(2), logIndex(3), 1_000_000);
  const first = leader.storage.readEntries(logIndex(1), logIndex(1), 1_000_000);
  if (parts === "compacted" || first === "compacted") throw new Error("compacted");
  mustDo(follower.storage.appendEntries(first.bytes, logIndex(1), []));
  mustDo(follower.storage.appendEntries(parts.bytes, logIndex(2), []));
  follower.storage.flush();
  expectSame(follower, { ...version, index: logIndex(3) });
  // Its own no-op ends it; the old leader cuts what it has more, and takes the no-op.
  mustDo(follower.storage.appendNoop(term(2)));
  const after = write(follower.storage, []);
  follower.storage.flush();
  leader.storage.truncateFrom(logIndex(4));
  send(follower, leader, 1);
  expectSame(leader, { ...version, index: logIndex(4) });
  expectSame(follower, { ...after, index: logIndex(4) });
});

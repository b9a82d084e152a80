import { expect, test } from "vitest";
import { type LogIndex, logIndex, Prng, term } from "../../../src/core/base/mod.ts";
import { FileError } from "../../../src/core/ports/mod.ts";
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
} from "./storage-fixture.ts";
import { goOn, recordRun, segmentBytes, versionAt } from "./storage-recording.ts";

const run = recordRun();

test("an end that is cut off is gone for the writer, the index and the next start", () => {
  for (let from = run.checkpoint + 1; from <= run.lastIndex + 1; from++) {
    const files = run.files.clone();
    const storage = mustOpen(openStorage(files, segmentBytes, 5));
    storage.truncateFrom(logIndex(from));
    const before = versionAt(run.versions, logIndex(from - 1));
    expect(storage.lastIndex).toBe(from - 1);
    expect(storage.writerStore.pageCount).toBe(before.pages.length);
    expect(storage.versions.index.newest).toBeLessThan(from);
    const next = goOn(storage, before);
    expect(next.index).toBe(from);
    storage.close();
    const again = mustOpen(openStorage(files, segmentBytes, 6));
    expect([again.lastIndex, again.cut, differenceAtEnd(files, again, next)]).toEqual([from, null, null]);
  }
});

test("a crash at any step of a cut leaves the old end or the new one, and nothing comes back", () => {
  const outcomes = { old: 0, new: 0 };
  for (let from = run.checkpoint + 1; from <= run.lastIndex; from++) {
    for (const seed of [1, 2, 3]) {
      let isThrough = false;
      for (let step = 1; !isThrough; step++) {
        const dice = new Prng(seed * 1000 + step);
        const files = run.files.clone();
        const storage = mustOpen(openStorage(files, segmentBytes, 5));
        files.failAt = files.calls + step;
        try {
          storage.truncateFrom(logIndex(from));
          isThrough = true;
        } catch (error) {
          if (!(error instanceof FileError)) throw error;
        }
        files.crash(() => dice.below(1000) / 1000);
        // Recovery, which goes on with the cut, may be cut short as well.
        files.failAt = files.calls + 1 + dice.below(8);
        try {
          openStorage(files, segmentBytes, 6);
        } catch (error) {
          if (!(error instanceof FileError)) throw error;
        }
        files.crash(() => dice.below(1000) / 1000);
        const ends: readonly LogIndex[] = isThrough ? [logIndex(from - 1)] : [logIndex(from - 1), run.lastIndex];
        const recovered = mustOpen(openStorage(files, segmentBytes, 7));
        expect(ends).toContain(recovered.lastIndex);
        outcomes[recovered.lastIndex === run.lastIndex ? "old" : "new"]++;
        const version = versionAt(run.versions, recovered.lastIndex);
        expect(differenceAtEnd(files, recovered, version)).toBe(null);
        const next = goOn(recovered, version);
        recovered.close();
        const again = mustOpen(openStorage(files, segmentBytes, 8));
        expect([again.lastIndex, differenceAtEnd(files, again, next)]).toEqual([next.index, null]);
      }
    }
  }
  expect(outcomes.old).toBeGreaterThan(50);
  expect(outcomes.new).toBeGreaterThan(50);
});

test("the very entries that were cut off can be written again, and what followed them does not follow", () => {
  const files = new FaultyFiles();
  const storage = mustOpen(openStorage(files, 16_384));
  storage.saveHardState(firstTerm, null);
  mustDo(storage.appendNoop(firstTerm));
  storage.flush();
  mustDo(storage.appendNoop(firstTerm));
  mustDo(storage.appendNoop(firstTerm));
  storage.flush();
  storage.truncateFrom(logIndex(2));
  mustDo(storage.appendNoop(firstTerm));
  storage.flush();
  storage.close();
  expect(mustOpen(openStorage(files, 16_384)).lastIndex).toBe(2);
});

test("segments keep to ids that were never used", () => {
  const files = new FaultyFiles();
  const dice = new Prng(3);
  const storage = mustOpen(openStorage(files, 16_384));
  storage.saveHardState(firstTerm, null);
  const fill = (): void => {
    for (let entry = 0; entry < 8; entry++) {
      storage.writerStore.writePage(1, randomPage(dice, 4096));
      mustDo(storage.appendPending(firstTerm));
      storage.flush();
    }
  };
  const segments = (): string =>
    files
      .list(`${folder}/log`)
      .filter((name) => name.endsWith(".log"))
      .map((name) => Number(name.slice(0, 16)))
      .join(" ");
  fill();
  expect(segments()).toBe("1 2 3");
  storage.truncateFrom(logIndex(1));
  expect(segments()).toBe("");
  fill();
  expect(segments()).toBe("4 5 6");
  storage.truncateFrom(logIndex(5));
  expect(segments()).toBe("4 5");
  fill();
  expect(segments()).toBe("4 5 7 8");
});

test("what a checkpoint holds or was ordered to hold is never cut off", () => {
  const files = new FaultyFiles();
  const storage = mustOpen(openStorage(files, 16_384));
  storage.saveHardState(firstTerm, null);
  mustDo(storage.appendNoop(firstTerm));
  mustDo(storage.appendNoop(firstTerm));
  storage.flush();
  storage.planCheckpoint(logIndex(1));
  expect(() => storage.truncateFrom(logIndex(1))).toThrow(/entry 1 is committed/);
  storage.truncateFrom(logIndex(2));
  storage.truncateFrom(logIndex(2));
  expect(storage.lastIndex).toBe(1);
});

test("an image that was cut off goes with its entry", () => {
  const files = new FaultyFiles();
  const storage = mustOpen(openStorage(files, 16_384));
  storage.saveHardState(firstTerm, null);
  const page = randomPage(new Prng(1), 512);
  files.put(`${folder}/image-1.sqlite`, page);
  const image = { file: "image-1.sqlite", pageSize: 512, pageCount: 1, checksum: hasher.hash64(page, 1n) };
  mustDo(storage.appendNoop(firstTerm));
  mustDo(storage.appendImage(firstTerm, image));
  storage.flush();
  expect(storage.writerStore.pageSize).toBe(512);
  storage.truncateFrom(logIndex(2));
  expect([storage.writerStore.pageSize, storage.writerStore.pageCount]).toEqual([4096, 0]);
  expect(files.exists(`${folder}/image-1.sqlite`)).toBe(false);
});

test("memberships come back: the one in force at the checkpoint, and the later ones", () => {
  const files = new FaultyFiles();
  const storage = mustOpen(openStorage(files, 16_384));
  storage.saveHardState(term(3), null);
  mustDo(storage.appendMembership(firstTerm, Uint8Array.of(1)));
  mustDo(storage.appendMembership(term(2), Uint8Array.of(2)));
  mustDo(storage.appendNoop(term(2)));
  mustDo(storage.appendMembership(term(3), Uint8Array.of(3)));
  storage.flush();
  storage.truncateFrom(logIndex(4));
  const described = storage.describeLog();
  expect(described.memberships.map(({ index }) => index)).toEqual([1, 2]);
  expect(described.start).toEqual({ index: 0, term: 0 });
  expect([...described.runs.firsts, ...described.runs.terms]).toEqual([1, 2, 1, 2]);
  expect(described.entryBytes).toEqual(Float64Array.of(128, 128, 64));
  storage.close();
  expect(mustOpen(openStorage(files, 16_384)).describeLog()).toEqual(described);
});

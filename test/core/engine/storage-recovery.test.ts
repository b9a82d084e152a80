import { expect, test } from "vitest";
import { logIndex } from "../../../src/core/base/mod.ts";
import { FaultyFiles } from "../../sim/faulty-files.ts";
import { differenceAtEnd, firstTerm, folder, mustDo, mustOpen, openStorage } from "./storage-fixture.ts";
import { goOn, recordRun, segmentBytes, versionAt } from "./storage-recording.ts";

const run = recordRun();
const segments = run.files
  .list(`${folder}/log`)
  .filter((name) => name.endsWith(".log"))
  .map((name) => `${folder}/log/${name}`);
const lastGroup = run.groups.at(-1);

/** Opens a damaged copy: what it recovered (a committed prefix, or this throws), or why it refused. */
function judge(files: FaultyFiles, what: string, isGoingOn: boolean): number | string {
  const opened = openStorage(files, segmentBytes, 2);
  if (!opened.ok) {
    if (opened.error.length < 20) throw new Error(`${what}: refused without a reason`);
    return opened.error;
  }
  const storage = opened.value;
  const version = versionAt(run.versions, storage.lastIndex);
  const found = differenceAtEnd(files, storage, version);
  if (found !== null) throw new Error(`${what}, recovered at ${storage.lastIndex}: ${found}`);
  const { lastIndex } = storage;
  if (isGoingOn) {
    const next = goOn(storage, version);
    const again = mustOpen(openStorage(files, segmentBytes, 3));
    const after = differenceAtEnd(files, again, next) ?? (again.lastIndex === next.index ? null : "another index");
    if (after !== null) throw new Error(`${what}, went on after ${lastIndex}: ${after}`);
  }
  return lastIndex;
}

test("the recorded run has what recovery must cope with", () => {
  expect(segments.length).toBeGreaterThan(3);
  expect(judge(run.files.clone(), "whole", true)).toBe(run.lastIndex);
  expect(run.checkpoint).toBeGreaterThan(0);
  // The last segment holds more than the last write, so that damage in it can be told from a torn end.
  expect(lastGroup?.beganIn).toBe(segments.at(-1));
  expect(lastGroup?.beganAt).toBeGreaterThan(1000);
});

test("cut at any byte: exactly the entries before it, or a refusal where the checkpoint was ahead", () => {
  let cuts = 0;
  for (const [number, path] of segments.entries()) {
    const bytes = run.files.bytes(path);
    const used = bytes.findLastIndex((byte) => byte !== 0) + 1;
    for (let at = 0; at <= used; at++) {
      const files = run.files.clone();
      for (const later of segments.slice(number + 1)) files.remove(later);
      files.put(
        path,
        Uint8Array.from(bytes, (byte, i) => (i < at ? byte : 0)),
      );
      const judged = judge(files, `cut at ${at} of ${path}`, at % 101 === 0);
      const isBefore = (end: { path: string; position: number }): boolean =>
        end.path < path || (end.path === path && end.position <= at);
      const whole = run.groups.findLast(({ end }) => isBefore(end))?.index ?? logIndex(0);
      const isRight = typeof judged === "string" ? whole < run.checkpoint : judged >= whole;
      if (!isRight) throw new Error(`cut at ${at} of ${path}, after entry ${whole}: ${judged}`);
      cuts++;
    }
  }
  expect(cuts).toBeGreaterThan(10_000);
});

test("a byte wrong anywhere in the log: all entries, or all but those of the last write, or a refusal", () => {
  let refusals = 0;
  let losses = 0;
  for (const path of segments) {
    const bytes = run.files.bytes(path);
    for (let at = 0; at < bytes.length; at++) {
      const files = run.files.clone();
      const wrong = bytes.slice();
      wrong[at] = (wrong[at] ?? 0) ^ (at % 3 === 0 ? 0xff : 1 << (at % 8));
      files.put(path, wrong);
      const judged = judge(files, `byte ${at} of ${path}`, at % 101 === 0);
      if (typeof judged === "string") refusals++;
      else if (judged < run.lastIndex) {
        losses++;
        const isInLastGroup = path === lastGroup?.beganIn && at >= lastGroup.beganAt;
        if (!isInLastGroup) throw new Error(`byte ${at} of ${path} cost entries that had been synced before`);
      }
    }
  }
  expect(refusals).toBeGreaterThan(1000);
  expect(losses).toBeGreaterThan(500);
});

test("a byte wrong anywhere in the checkpoint record or the hard state: all entries, or a refusal", () => {
  for (const name of ["checkpoint", "hard-state"]) {
    const path = `${folder}/${name}`;
    const bytes = run.files.bytes(path);
    for (let at = 0; at < bytes.length; at++) {
      // The slots' unused ends are many and all alike.
      if (bytes[at] === 0 && at % 61 > 0) continue;
      const files = run.files.clone();
      const wrong = bytes.slice();
      wrong[at] = (wrong[at] ?? 0) ^ 0x41;
      files.put(path, wrong);
      const judged = judge(files, `byte ${at} of ${name}`, false);
      if (typeof judged === "number") expect(judged).toBe(run.lastIndex);
    }
  }
});

test("what was given up behind the end never comes back", () => {
  const files = new FaultyFiles();
  const storage = mustOpen(openStorage(files, 16_384));
  storage.saveHardState(firstTerm, null);
  mustDo(storage.appendNoop(firstTerm));
  storage.flush();
  const path = `${folder}/log/${"1".padStart(16, "0")}.log`;
  mustDo(storage.appendNoop(firstTerm));
  storage.writerStore.writePage(1, new Uint8Array(4096).fill(1));
  mustDo(storage.appendPending(firstTerm));
  storage.flush();
  storage.close();
  // The no-op's header is torn, the transaction behind it came through whole.
  const bytes = files.bytes(path);
  bytes[128] = (bytes[128] ?? 0) ^ 1;
  files.put(path, bytes);
  const cut = mustOpen(openStorage(files, 16_384));
  expect(cut.lastIndex).toBe(1);
  expect(cut.cut).toMatch(/unfinished write at byte 128 of segment 1, after entry 1/);
  // The very same no-op again: the old transaction would follow it.
  mustDo(cut.appendNoop(firstTerm));
  cut.flush();
  cut.close();
  const again = mustOpen(openStorage(files, 16_384));
  expect(again.lastIndex).toBe(2);
  expect(again.writerStore.pageCount).toBe(0);
  expect(again.cut).toBe(null);
});

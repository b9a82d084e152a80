import { describe, expect, test } from "vitest";
import { logIndex, segmentId, term } from "../../../src/core/base/mod.ts";
import { type LogPoint, LogRecovery, type RecoveredLog } from "../../../src/core/log/mod.ts";
import { hasher, hashPage, pageSize, SegmentFixture } from "./segment-fixture.ts";

const start: LogPoint = {
  index: logIndex(0),
  term: term(0),
  entryChecksum: 0n,
  checksum: 0n,
  segment: segmentId(0),
  position: 0,
};

/** What recovery makes of these segments, or why it refuses. */
function recover(segments: SegmentFixture["segments"], from: LogPoint = start): RecoveredLog | string {
  const recovery = new LogRecovery(from, hasher, hashPage, null);
  for (const { id, bytes } of segments) {
    const scanned = recovery.scan(segmentId(id), bytes, id === segments.at(-1)?.id);
    if (!scanned.ok) return scanned.error;
  }
  return recovery.finish();
}

/** In a line: the last entry, the notes' entries and pages, where the log ends, and what was cut. */
function summary(recovered: RecoveredLog | string): string {
  if (typeof recovered === "string") return `refused: ${recovered}`;
  const notes = recovered.notes.map(({ index, pgnos, image }) => `${index}:${image ?? pgnos.join("+")}`);
  const { end, cut } = recovered;
  return `${recovered.entries.lastIndex} [${notes.join(" ")}] ${end.segment}/${end.position} ${cut ?? "whole"}`;
}

function flip(bytes: Uint8Array, at: number): void {
  bytes[at] = (bytes[at] ?? 0) ^ 4;
}

describe("recovery, from bytes to outcome", () => {
  const cases: readonly [name: string, make: () => SegmentFixture, expected: RegExp][] = [
    ["no segment", () => new SegmentFixture(), /^0 \[\] 0\/0 whole$/],
    ["a blank segment", () => blank(1), /^0 \[\] 1\/0 whole$/],
    ["a header alone", () => new SegmentFixture().segment(1), /^0 \[\] 1\/64 whole$/],
    ["entries of every kind", everyKind, /^7 \[2:1\+2 5:3\+4\+5 6:image-1\.sqlite 7:1\] 2\/1472 whole$/],
    [
      "a torn header",
      () => change(new SegmentFixture().segment(1).noop().group().noop(), 128 + 20),
      /^1 \[\] 1\/128 an unfinished write at byte 128 of segment 1, after entry 1 \(the header's checksum is wrong\)$/,
    ],
    [
      "a torn page",
      () => change(new SegmentFixture().segment(1).noop().group().pages([4]), 128 + 64 + 64 + 100),
      /^1 \[\] 1\/128 an unfinished .*\(the checksum of page 4 is wrong\)$/,
    ],
    [
      "a torn frame table",
      () => change(new SegmentFixture().segment(1).noop().group().pages([4]), 128 + 64 + 50),
      /^1 \[\] 1\/128 an unfinished .*\(the body's checksum is wrong\)$/,
    ],
    [
      "a torn entry inside the last group",
      () => change(new SegmentFixture().segment(1).noop().group().noop().noop().noop(), 192 + 8),
      /^2 \[\] 1\/192 an unfinished write at byte 192/,
    ],
    [
      "a lost header inside the last group",
      () => erase(new SegmentFixture().segment(1).noop().group().noop().noop().noop(), 192, 256),
      /^2 \[\] 1\/192 an unfinished write at byte 192.*\(no entry\)$/,
    ],
    [
      "damage in front of a later group",
      () => change(new SegmentFixture().segment(1).noop().group().noop().group().noop(), 128 + 8),
      /^refused: the log is damaged at byte 128 of segment 1, after entry 1: no entry\. What was written later is there/,
    ],
    [
      "damage in front of a later segment",
      () => changeIn(new SegmentFixture().segment(1).noop().noop().segment(2).noop(), 0, 128 + 60),
      /^refused: the log is damaged at byte 128 of segment 1, after entry 1: the header's checksum is wrong; segment 2, which follows, begins with entry 3/,
    ],
    [
      "a segment missing in the middle",
      () => without(new SegmentFixture().segment(1).noop().segment(2).noop().segment(3).noop(), 1),
      /^refused: the log is damaged at byte 128 of segment 1, after entry 1: no entry; segment 3/,
    ],
    [
      "the first segment missing",
      () => without(new SegmentFixture().segment(1).noop().segment(2).noop(), 0),
      /^refused: the log is damaged at byte 0 of segment 0, after entry 0: no entry; segment 2/,
    ],
    [
      "a segment's header torn with its first write",
      () => changeIn(new SegmentFixture().segment(1).noop().segment(2).noop(), 1, 24),
      /^1 \[\] 2\/0 an unfinished write at byte 0 of segment 2, after entry 1 \(no header\)$/,
    ],
    [
      "a segment's header damaged after its first write",
      () => changeIn(new SegmentFixture().segment(1).noop().segment(2).noop().group().noop(), 1, 24),
      /^refused: the log is damaged at byte 0 of segment 2, after entry 1: no header/,
    ],
    [
      "a middle segment's header damaged",
      () => changeIn(new SegmentFixture().segment(1).noop().segment(2).noop().segment(3).noop(), 1, 24),
      /^refused: the log is damaged at byte 0 of segment 2/,
    ],
    [
      "a transaction without its last part, which may yet come",
      () => new SegmentFixture().segment(1).noop().group().part([1]).segment(2).part([2]),
      /^3 \[\] 2\/704 whole$/,
    ],
    [
      "a transaction that was given up for another entry",
      () => new SegmentFixture().segment(1).part([1]).noop().pages([3]),
      /^3 \[3:3\] 1\/1408 whole$/,
    ],
    [
      "an end without its parts",
      () => new SegmentFixture().segment(1).part([1]).pages([3], 2),
      /^refused: the log is damaged .* entry 2 ends parts that aren't there/,
    ],
    ["a lower term", () => new SegmentFixture().segment(1).noop(2).noop(1), /^1 \[\] 1\/128 .*does not follow entry 1/],
  ];

  test.each(cases)("%s", (_name, make, expected) => {
    expect(summary(recover(make().segments))).toMatch(expected);
  });

  test("entries, segments and kinds of a newer version are refused", () => {
    for (const at of [4, 6]) {
      const log = new SegmentFixture().segment(1).noop();
      const entry = log.last.bytes.subarray(64, 128);
      entry[at] = 99;
      new DataView(entry.buffer, 64).setBigUint64(56, hasher.hash64(entry.subarray(0, 56), 1n), true);
      expect(recover(log.segments)).toMatch(/an entry of a newer version at byte 64 of segment 1/);
    }
    const log = new SegmentFixture().segment(1).noop();
    log.last.bytes[4] = 2;
    new DataView(log.last.bytes.buffer).setBigUint64(40, hasher.hash64(log.last.bytes.subarray(0, 40)), true);
    expect(recover(log.segments)).toMatch(/segment 1 of the log was written by a newer version/);
  });

  test("goes on in the middle of a segment, and reads nothing in front of it", () => {
    const log = new SegmentFixture().segment(1).noop().pages([1, 2]).pages([2]);
    const whole = recover(log.segments);
    if (typeof whole === "string") throw new Error(whole);
    const from = whole.entries.at(logIndex(2));
    log.last.bytes.fill(7, 64, from.position);
    expect(summary(recover(log.segments, from))).toBe(`3 [3:2] 1/${log.last.end} whole`);
  });

  test("notes say where each page lies", () => {
    const recovered = recover(everyKind().segments);
    if (typeof recovered === "string") throw new Error(recovered);
    const fixture = everyKind();
    for (const { pgnos, segments, positions } of recovered.notes) {
      for (const [i, pgno] of pgnos.entries()) {
        const segment = fixture.segments.find(({ id }) => id === segments[i]);
        const at = positions[i] ?? 0;
        expect(segment?.bytes.subarray(at, at + pageSize)).toEqual(new Uint8Array(pageSize).fill(pgno));
      }
    }
  });
});

test("the format is what it was when it was first released", () => {
  const digests = everyKind().segments.map(({ bytes }) => hasher.hash64(bytes).toString(16));
  expect(digests).toEqual(["3f39e8ee7e366290", "ebcdcb4f0a596ce"]);
});

function everyKind(): SegmentFixture {
  const log = new SegmentFixture().segment(1).noop().pages([1, 2]).group().part([3]).part([4]);
  return log.segment(2).pages([5], 2).image("image-1.sqlite").group().pages([1]);
}

function blank(id: number): SegmentFixture {
  const log = new SegmentFixture().segment(id);
  log.last.bytes.fill(0);
  return log;
}

function change(log: SegmentFixture, at: number): SegmentFixture {
  flip(log.last.bytes, at);
  return log;
}

function changeIn(log: SegmentFixture, segment: number, at: number): SegmentFixture {
  const { bytes } = log.segments[segment] ?? log.last;
  flip(bytes, at);
  return log;
}

function erase(log: SegmentFixture, from: number, to: number): SegmentFixture {
  log.last.bytes.fill(0, from, to);
  return log;
}

function without(log: SegmentFixture, segment: number): SegmentFixture {
  log.segments.splice(segment, 1);
  return log;
}

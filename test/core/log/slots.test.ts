import fc from "fast-check";
import { expect, test } from "vitest";
import { createHasher, logIndex, segmentId, term } from "../../../src/core/base/mod.ts";
import {
  decodeCheckpointRecord,
  decodeHardState,
  decodeSlots,
  encodeCheckpointRecord,
  encodeHardState,
  encodeSlot,
  SlotKind,
  slotFileBytes,
  slotPosition,
} from "../../../src/core/log/mod.ts";

const hasher = await createHasher();
const kind = SlotKind.hardState;
const natural = fc.maxSafeNat();

/** A file after these saves. */
function fileOf(...payloads: readonly string[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(slotFileBytes);
  for (const [sequence, text] of payloads.entries()) {
    bytes.set(encodeSlot(kind, { sequence, payload: new TextEncoder().encode(text) }, hasher), slotPosition(sequence));
  }
  return bytes;
}

const read = (bytes: Uint8Array): string | null => {
  const slot = decodeSlots(kind, bytes, hasher);
  if (!slot.ok) return slot.error;
  return slot.value === null ? null : new TextDecoder().decode(slot.value.payload);
};

test("the newest slot counts", () => {
  expect(read(fileOf())).toBe(null);
  expect(read(fileOf("a"))).toBe("a");
  expect(read(fileOf("a", "b"))).toBe("b");
  expect(read(fileOf("a", "b", "c"))).toBe("c");
  expect(read(new Uint8Array(0))).toBe(null);
});

test("a write that is torn anywhere leaves the value before it", () => {
  for (const saves of [["a"], ["a", "bb"], ["a", "bb", "ccc"]]) {
    const before = fileOf(...saves.slice(0, -1));
    const after = fileOf(...saves);
    for (let at = 0; at < slotFileBytes; at++) {
      if (before[at] === after[at]) continue;
      const torn = Uint8Array.from(before);
      torn.set(after.subarray(0, at));
      expect([saves.at(-2) ?? null, saves.at(-1)]).toContain(read(torn));
    }
  }
});

test("two damaged slots, another kind and a newer version are refused", () => {
  const damaged = fileOf("a", "b");
  damaged[30] = 9;
  damaged[4096 + 30] = 9;
  expect(read(damaged)).toBe("is damaged in both of its copies");
  const newer = new Uint8Array(slotFileBytes);
  const slot = encodeSlot(kind, { sequence: 0, payload: new Uint8Array(3) }, hasher);
  slot[4] = 2;
  new DataView(slot.buffer).setBigUint64(27, hasher.hash64(slot.subarray(0, 27)), true);
  newer.set(slot);
  expect(read(newer)).toBe("was written by a newer version");
  expect(decodeSlots(SlotKind.checkpoint, fileOf("a", "b"), hasher).ok).toBe(false);
});

test("hard state and checkpoint record come back as they were", () => {
  fc.assert(
    fc.property(natural, fc.option(fc.string()), (number, votedFor) => {
      const state = { term: term(number), votedFor: votedFor?.toWellFormed() ?? null };
      expect(decodeHardState(encodeHardState(state))).toEqual({ ok: true, value: state });
    }),
  );
  fc.assert(
    fc.property(
      natural,
      natural,
      fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      fc.nat(2 ** 31),
      (one, other, sum, small) => {
        const record = {
          index: logIndex(one),
          term: term(other),
          entryChecksum: sum,
          segment: segmentId(small),
          position: small,
          pageSize: 65_536,
          pageCount: small,
          checksum: sum ^ 1n,
          target: logIndex(other),
          base: `image-${small}.sqlite`,
          membership:
            small % 2 === 0 ? null : { index: logIndex(small), term: term(other), body: Uint8Array.of(1, 2, small) },
        };
        expect(decodeCheckpointRecord(encodeCheckpointRecord(record))).toEqual({ ok: true, value: record });
      },
    ),
  );
  expect(decodeHardState(new Uint8Array(40)).ok).toBe(false);
  expect(decodeCheckpointRecord(new Uint8Array(80)).ok).toBe(false);
});

import { done, failed, type Hasher, type Outcome } from "../base/mod.ts";
import { getNatural, setNatural } from "./safe-integer.ts";

/** Two slots, written in turn, each its own disk block: a torn write leaves the other. */
export const slotBytes = 4096;
export const slotFileBytes = 2 * slotBytes;

/** What a pair of slots is for. */
export const SlotKind = { hardState: 1, checkpoint: 2, truncation: 3, snapshot: 4 } as const;
export type SlotKind = (typeof SlotKind)[keyof typeof SlotKind];

const magic = 0x4c535151; // "QQSL"
const version = 1;
const at = { magic: 0, version: 4, kind: 6, sequence: 8, payloadBytes: 16, payload: 24 } as const;
const checksumBytes = 8;
export const slotPayloadBytesMax = slotBytes - at.payload - checksumBytes;

export interface Slot {
  /** Grows by one with each write; odd ones lie in the second slot. */
  readonly sequence: number;
  readonly payload: Uint8Array<ArrayBuffer>;
}

/** A slot's bytes, to be written at `slotPosition`. */
export function encodeSlot(kind: SlotKind, slot: Slot, hasher: Hasher): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(at.payload + slot.payload.length + checksumBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(at.magic, magic, true);
  view.setUint16(at.version, version, true);
  view.setUint16(at.kind, kind, true);
  setNatural(view, at.sequence, slot.sequence);
  view.setUint32(at.payloadBytes, slot.payload.length, true);
  bytes.set(slot.payload, at.payload);
  const end = at.payload + slot.payload.length;
  view.setBigUint64(end, hasher.hash64(bytes.subarray(0, end)), true);
  return bytes;
}

export const slotPosition = (sequence: number): number => (sequence % 2) * slotBytes;

/**
 * The newest whole slot of a file's bytes, or null if none was ever written. A damaged slot beside a whole one is a write
 * that never returned; so is one beside a blank one. Error: nothing whole is left of what once was.
 */
export function decodeSlots(kind: SlotKind, bytes: Uint8Array, hasher: Hasher): Outcome<Slot | null> {
  const first = decodeSlot(kind, bytes.subarray(0, slotBytes), hasher);
  const second = decodeSlot(kind, bytes.subarray(slotBytes, slotFileBytes), hasher);
  if (first === "newer" || second === "newer") return failed("was written by a newer version");
  if (typeof first === "object" && typeof second === "object")
    return done(first.sequence > second.sequence ? first : second);
  if (typeof first === "object") return done(first);
  if (typeof second === "object") return done(second);
  return first === "damaged" && second === "damaged" ? failed("is damaged in both of its copies") : done(null);
}

function decodeSlot(kind: SlotKind, bytes: Uint8Array, hasher: Hasher): Slot | "blank" | "damaged" | "newer" {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < at.payload || view.getUint32(at.magic, true) !== magic)
    return isBlank(bytes) ? "blank" : "damaged";
  const payloadBytes = view.getUint32(at.payloadBytes, true);
  if (payloadBytes > slotPayloadBytesMax) return "damaged";
  const end = at.payload + payloadBytes;
  if (end + checksumBytes > bytes.length) return "damaged";
  if (hasher.hash64(bytes.subarray(0, end)) !== view.getBigUint64(end, true)) return "damaged";
  if (view.getUint16(at.version, true) !== version) return "newer";
  if (view.getUint16(at.kind, true) !== kind) return "damaged";
  return { sequence: getNatural(view, at.sequence), payload: new Uint8Array(bytes.subarray(at.payload, end)) };
}

function isBlank(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0) return false;
  return true;
}

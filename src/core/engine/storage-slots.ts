import { assert, done, failed, type Hasher, type Outcome } from "../base/mod.ts";
import {
  decodeSlots,
  encodeSlot,
  type Slot,
  type SlotKind,
  slotFileBytes,
  slotPayloadBytesMax,
  slotPosition,
} from "../log/mod.ts";
import type { FileHandle, Files } from "../ports/mod.ts";

/** A small value in a file of its own, written in two alternating slots: either the old or the new one survives. */
export class SlotFile {
  readonly #handle: FileHandle;
  readonly #kind: SlotKind;
  readonly #hasher: Hasher;
  #slot: Slot | null;

  private constructor(handle: FileHandle, kind: SlotKind, hasher: Hasher, slot: Slot | null) {
    this.#handle = handle;
    this.#kind = kind;
    this.#hasher = hasher;
    this.#slot = slot;
  }

  /**
   * Opens or makes `name` in the folder; what it holds is on the disk on return, even if a process was killed before it
   * could see to that. Error: what is there can't be trusted. Throws FileError.
   */
  static open(files: Files, folder: string, name: string, kind: SlotKind, hasher: Hasher): Outcome<SlotFile> {
    const path = `${folder}/${name}`;
    const isNew = !files.exists(path);
    const handle = files.open(path, "create");
    if (isNew) files.syncFolder(folder);
    else handle.dataSync();
    const bytes = new Uint8Array(slotFileBytes);
    handle.readAt(bytes, 0);
    const slot = decodeSlots(kind, bytes, hasher);
    if (slot.ok) return done(new SlotFile(handle, kind, hasher, slot.value));
    handle.close();
    return failed(`the file ${name} ${slot.error}`);
  }

  /** The value, or null if none was ever saved. */
  get payload(): Uint8Array<ArrayBuffer> | null {
    return this.#slot?.payload ?? null;
  }

  /** Durable on return. */
  save(payload: Uint8Array<ArrayBuffer>): void {
    assert(payload.length <= slotPayloadBytesMax, "a slot's payload fits into it");
    const slot = { sequence: (this.#slot?.sequence ?? -1) + 1, payload };
    this.#handle.writeAt(encodeSlot(this.#kind, slot, this.#hasher), slotPosition(slot.sequence));
    this.#handle.dataSync();
    this.#slot = slot;
  }

  close(): void {
    this.#handle.close();
  }
}

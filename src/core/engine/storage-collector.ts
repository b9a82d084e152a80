import { assert, type Hasher, type LogIndex, type Term } from "../base/mod.ts";
import { decodeImageBody, type EntryHeader, EntryKind, encodeCarriedHeader, entryHeaderBytes } from "../log/mod.ts";
import type { CarriedImage, EntryBatch } from "./engine-messages.ts";

/** What is kept of a group; the rest of a bigger one is read back from the log as followers have room for it. */
const bytesMax = 8 * 1024 * 1024;

/** Copies of entries as they are made or read, fit to be sent to other nodes. */
export class EntryCollector {
  readonly #hasher: Hasher;
  readonly #bytesMax: number;
  #bytes = new Uint8Array(0);
  #used = 0;
  #isFull = false;
  #first: LogIndex | null = null;
  #lastTerm: Term | null = null;
  #sizes: number[] = [];
  #images: CarriedImage[] = [];

  constructor(hasher: Hasher, most: number = bytesMax) {
    this.#hasher = hasher;
    this.#bytesMax = most;
  }

  /** Takes the next entry: all its bytes in the log, and what its header says. */
  add(header: EntryHeader, entry: Uint8Array): void {
    this.#first ??= header.index;
    this.#lastTerm = header.term;
    this.#sizes.push(entry.length);
    if (header.kind === EntryKind.image) {
      const body = entry.subarray(entryHeaderBytes, entryHeaderBytes + header.bodyBytes);
      this.#images.push(carriedImage(header.index, body));
    }
    if (this.#isFull || this.#used + entry.length > this.#bytesMax) {
      this.#isFull = true;
      return;
    }
    this.#makeRoom(entry.length);
    this.#bytes.set(entry, this.#used);
    encodeCarriedHeader(this.#bytes, this.#used, header, this.#hasher);
    this.#used += entry.length;
  }

  /** What was added since the last time; null: nothing. */
  take(): EntryBatch | null {
    if (this.#first === null) return null;
    const batch = {
      first: this.#first,
      sizes: Uint32Array.from(this.#sizes),
      lastTerm: this.#lastTerm,
      images: this.#images,
      bytes: this.#bytes.slice(0, this.#used),
    };
    this.#first = null;
    this.#lastTerm = null;
    this.#sizes = [];
    this.#images = [];
    this.#used = 0;
    this.#isFull = false;
    return batch;
  }

  #makeRoom(more: number): void {
    if (this.#used + more <= this.#bytes.length) return;
    const wider = new Uint8Array(Math.max(this.#used + more, this.#bytes.length * 2));
    wider.set(this.#bytes.subarray(0, this.#used));
    this.#bytes = wider;
  }
}

/** What the body of an image entry, which was verified or made here, says. */
export function carriedImage(index: LogIndex, body: Uint8Array): CarriedImage {
  const image = decodeImageBody(body);
  assert(image.ok, "an image entry says what its image is");
  return { index, ...image.value };
}

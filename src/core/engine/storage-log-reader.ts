import { assert, type Hasher, type LogIndex, logIndex, type SegmentId } from "../base/mod.ts";
import {
  decodeEntryHeader,
  decodeSegmentHeader,
  EntryKind,
  type EntryTable,
  encodeCarriedHeader,
  entryHeaderBytes,
  segmentHeaderBytes,
  type VerifiedEntry,
  verifyEntry,
} from "../log/mod.ts";
import { pageHash } from "../pages/mod.ts";
import type { FileHandle, Files } from "../ports/mod.ts";
import type { CarriedImage, EntryBatch } from "./engine-messages.ts";
import { carriedImage } from "./storage-collector.ts";
import { segmentPath } from "./storage-names.ts";

/** A segment that is open for as long as a read takes. */
interface OpenSegment {
  readonly id: SegmentId;
  readonly salt: bigint;
  readonly handle: FileHandle;
}

/** Reads entries that are on the disk, by their place in the table. Damage is a broken invariant. Throws FileError. */
export class LogReader {
  readonly #files: Files;
  readonly #folder: string;
  readonly #hasher: Hasher;

  constructor({ files, folder, hasher }: { files: Files; folder: string; hasher: Hasher }) {
    this.#files = files;
    this.#folder = folder;
    this.#hasher = hasher;
  }

  /** Entries from `from` to `last`, fit to be sent: as many as fit into `bytesMax`, but one at least if there is one. */
  read(table: EntryTable, from: LogIndex, last: LogIndex, bytesMax: number): EntryBatch {
    const sizes: number[] = [];
    let length = 0;
    for (let index = from; index <= last; index = logIndex(index + 1)) {
      const size = table.entryBytes(index);
      if (sizes.length > 0 && length + size > bytesMax) break;
      sizes.push(size);
      length += size;
    }
    const bytes = new Uint8Array(length);
    const images: CarriedImage[] = [];
    const end = from + sizes.length;
    let at = 0;
    for (let index = from; index < end; ) {
      const { segment } = table.at(index);
      let next = logIndex(index + 1);
      while (next < end && table.at(next).segment === segment) next = logIndex(next + 1);
      const run = sizes.slice(index - from, next - from);
      const into = bytes.subarray(at, at + run.reduce((sum, size) => sum + size, 0));
      this.#withSegment(segment, (open) => this.#readRun(open, table.beginOf(index), index, run, into, images));
      at += into.length;
      index = next;
    }
    const lastTerm = sizes.length === 0 ? null : table.at(logIndex(end - 1)).term;
    return { first: from, sizes: Uint32Array.from(sizes), lastTerm, images, bytes };
  }

  /** One entry, verified, and where it lies. */
  readOne(table: EntryTable, index: LogIndex): { readonly entry: VerifiedEntry; readonly segment: SegmentId } {
    const { segment } = table.at(index);
    const begin = table.beginOf(index);
    const bytes = new Uint8Array(table.entryBytes(index));
    const entry = this.#withSegment(segment, ({ id, salt, handle }) => {
      handle.readAt(bytes, begin);
      const view = new DataView(bytes.buffer);
      return verifyEntry({ id, salt, bytes, view }, 0, this.#hasher, (pgno, page) =>
        pageHash(this.#hasher, pgno, page),
      );
    });
    assert("header" in entry, `entry ${index} in segment ${segment} is damaged`);
    return { entry: "pagesAt" in entry ? { ...entry, pagesAt: entry.pagesAt + begin } : entry, segment };
  }

  /** Fills `into` with entries of one segment that lie one after another, and gives them headers to be sent with. */
  #readRun(
    open: OpenSegment,
    begin: number,
    first: LogIndex,
    sizes: readonly number[],
    into: Uint8Array,
    images: CarriedImage[],
  ): void {
    const { id, salt, handle } = open;
    const read = handle.readAt(into, begin);
    assert(read === into.length, `segment ${id} of the log holds every entry it is said to hold`);
    const view = new DataView(into.buffer, into.byteOffset, into.byteLength);
    let at = 0;
    for (const [nth, size] of sizes.entries()) {
      const header = decodeEntryHeader({ id, salt, bytes: into, view }, at, this.#hasher);
      const isRight = typeof header === "object" && header.index === first + nth;
      assert(isRight, `entry ${first + nth} at byte ${begin + at} of segment ${id} is damaged`);
      if (header.kind === EntryKind.image) {
        const bodyAt = at + entryHeaderBytes;
        images.push(carriedImage(header.index, into.subarray(bodyAt, bodyAt + header.bodyBytes)));
      }
      encodeCarriedHeader(into, at, header, this.#hasher);
      at += size;
    }
  }

  #withSegment<T>(id: SegmentId, act: (open: OpenSegment) => T): T {
    const handle = this.#files.open(segmentPath(this.#folder, id), "read");
    try {
      const bytes = new Uint8Array(segmentHeaderBytes);
      handle.readAt(bytes, 0);
      const header = decodeSegmentHeader(bytes, id, this.#hasher);
      assert(typeof header === "object", `segment ${id} of the log has a header`);
      return act({ id, salt: header.salt, handle });
    } finally {
      handle.close();
    }
  }
}

import { done, failed, type Hasher, type LogIndex, type Outcome } from "../base/mod.ts";
import {
  aligned,
  carriedEntryBytes,
  EntryKind,
  encodeImageBody,
  entryHeaderBytes,
  type VerifiedEntry,
  verifyCarriedEntry,
} from "../log/mod.ts";
import { pageHash } from "../pages/mod.ts";
import type { CheckedImage } from "./engine-messages.ts";

/** An entry of another node, as it is to lie in this node's log. */
export interface IncomingEntry {
  readonly entry: VerifiedEntry;
  readonly body: Uint8Array;
}

/**
 * The entries from `from` on among bytes that another node has sent, each verified to the last page. `images`: files of
 * this node, one for every image entry. Error: what is wrong with them.
 */
export function readIncoming(
  bytes: Uint8Array,
  from: LogIndex,
  images: readonly CheckedImage[],
  hasher: Hasher,
): Outcome<readonly IncomingEntry[]> {
  const incoming: IncomingEntry[] = [];
  let position = skipBefore(bytes, from, hasher);
  let expected: number = from;
  let term = 0;
  while (position < bytes.length) {
    const entry = verifyCarriedEntry(bytes, position, hasher, (pgno, page) => pageHash(hasher, pgno, page));
    if (!("header" in entry)) return failed(`what was sent as entry ${expected}: ${entry.reason}`);
    const { header } = entry;
    if (header.index !== expected || header.term < term)
      return failed(`entry ${header.index} of term ${header.term} was sent as entry ${expected} after term ${term}`);
    const own = asOwn(
      entry,
      bytes.subarray(position + entryHeaderBytes, position + entryHeaderBytes + header.bodyBytes),
      images,
    );
    if (!own.ok) return own;
    incoming.push(own.value);
    expected++;
    ({ term } = header);
    position += aligned(entryHeaderBytes + header.bodyBytes);
  }
  return incoming.length > 0 ? done(incoming) : failed(`entry ${from} was not sent`);
}

/** Position of the first entry from `from` on, or of the first that can't be read. */
function skipBefore(bytes: Uint8Array, from: LogIndex, hasher: Hasher): number {
  for (let position = 0; ; ) {
    const found = carriedEntryBytes(bytes, position, hasher);
    if (found === null || found.index >= from) return position;
    position += found.bytes;
  }
}

/** An image entry names a file of its own node: here it is the one with the same pages. */
function asOwn(entry: VerifiedEntry, body: Uint8Array, images: readonly CheckedImage[]): Outcome<IncomingEntry> {
  if (entry.kind !== EntryKind.image) return done({ entry, body });
  const { pageSize, pageCount, checksum } = entry.image;
  const image = images.find(
    (own) => own.pageSize === pageSize && own.pageCount === pageCount && own.checksum === checksum,
  );
  if (image === undefined) return failed(`the image of entry ${entry.header.index} is not here`);
  return done({ entry: { ...entry, image }, body: encodeImageBody(image) });
}

import { type Hasher, unreachable } from "../base/mod.ts";
import { aligned } from "./alignment.ts";
import {
  type DecodedHeader,
  decodeEntryHeader,
  EntryKind,
  entryHeaderBytes,
  type SegmentBytes,
} from "./entry-header.ts";
import { decodeImageBody, type ImageBody } from "./image-body.ts";
import { type DecodedPages, decodePagesHead } from "./pages-body.ts";

/** An entry all of whose bytes were verified. */
export type VerifiedEntry = {
  readonly header: DecodedHeader;
  /** Position in the segment after the entry. */
  readonly end: number;
} & (
  | { readonly kind: typeof EntryKind.noop }
  | {
      readonly kind: typeof EntryKind.membership;
      /** A copy. */
      readonly body: Uint8Array<ArrayBuffer>;
    }
  | {
      readonly kind: typeof EntryKind.pages | typeof EntryKind.part;
      readonly pages: DecodedPages;
      /** Position in the segment of the first page. */
      readonly pagesAt: number;
    }
  | { readonly kind: typeof EntryKind.image; readonly image: ImageBody }
);

/**
 * Why there is no entry. none: nothing of this segment begins here. torn: bytes are missing or wrong. refused: the bytes
 * are right, but this version can't read them.
 */
export interface NoEntry {
  readonly kind: "none" | "torn" | "refused";
  readonly reason: string;
}

const torn = (reason: string): NoEntry => ({ kind: "torn", reason });
const refused = (reason: string): NoEntry => ({ kind: "refused", reason });

/** The entry at `position`; `hashPage` is the hash in a frame table (`pageHash` of the pages room). */
export function verifyEntry(
  segment: SegmentBytes,
  position: number,
  hasher: Hasher,
  hashPage: (pgno: number, bytes: Uint8Array) => bigint,
): VerifiedEntry | NoEntry {
  const header = decodeEntryHeader(segment, position, hasher);
  if (header === "none") return { kind: "none", reason: "no entry" };
  if (header === "damaged") return torn("the header's checksum is wrong");
  if (header === "newer") return refused("an entry of a newer version");
  const bodyAt = position + entryHeaderBytes;
  const bodyEnd = bodyAt + header.bodyBytes;
  if (bodyEnd > segment.bytes.length || header.checkedBytes > header.bodyBytes) return torn("a length out of bounds");
  const body = segment.bytes.subarray(bodyAt, bodyEnd);
  if (hasher.hash64(body.subarray(0, header.checkedBytes)) !== header.bodyChecksum)
    return torn("the body's checksum is wrong");
  const end = Math.min(aligned(bodyEnd), segment.bytes.length);
  switch (header.kind) {
    case EntryKind.noop:
      return { kind: header.kind, header, end };
    case EntryKind.membership:
      return { kind: header.kind, header, end, body: new Uint8Array(body) };
    case EntryKind.image: {
      const image = decodeImageBody(body);
      return image.ok ? { kind: header.kind, header, end, image: image.value } : refused(image.error);
    }
    case EntryKind.pages:
    case EntryKind.part: {
      const decoded = decodePagesHead(body, header.checkedBytes);
      if (!decoded.ok) return refused(decoded.error);
      const pages = decoded.value;
      for (let i = 0; i < pages.pgnos.length; i++) {
        const pageAt = header.checkedBytes + i * pages.pageSize;
        const pgno = pages.pgnos[i] ?? 0;
        if (hashPage(pgno, body.subarray(pageAt, pageAt + pages.pageSize)) !== pages.hashes[i])
          return torn(`the checksum of page ${pgno} is wrong`);
      }
      return { kind: header.kind, header, end, pages, pagesAt: bodyAt + header.checkedBytes };
    }
    default:
      return unreachable(header.kind);
  }
}

/** The database's rolling checksum after the entry; null if it leaves it as it was. */
export function checksumAfter(entry: VerifiedEntry): bigint | null {
  if (entry.kind === EntryKind.pages) return entry.pages.checksum;
  return entry.kind === EntryKind.image ? entry.image.checksum : null;
}

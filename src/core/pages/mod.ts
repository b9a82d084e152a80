/** pages: which version of which page a snapshot sees, and what a checkpoint has to copy. */
export type { BaseShape, EntryNote } from "./entry-note.ts";
export {
  decodePageChunk,
  encodePageChunk,
  type PageAsk,
  type PageChunk,
  type PageSource,
  pagesPerChunk,
} from "./page-chunk.ts";
export { databaseChecksum, PageHashes, pageHash, type ReadablePages } from "./page-hashes.ts";
export { type CheckpointPages, type DatabaseShape, PageIndex } from "./page-index.ts";
export { absent, PageMap } from "./page-map.ts";

import type { LogIndex, RequestId } from "../base/mod.ts";
import type { PageAsk } from "../pages/mod.ts";
import type { Cell } from "./cancel-cells.ts";
import type { CheckedImage, CheckpointOrder, ImageShape } from "./engine-messages.ts";

/** What the keeper is started with. */
export interface KeeperData {
  readonly folder: string;
  readonly cells: Int32Array<SharedArrayBuffer>;
  readonly wasm: unknown;
}

/** What the data folder holds. */
export interface FolderSizes {
  readonly folderBytes: number;
  /** Of `db.sqlite`. */
  readonly databaseBytes: number;
  readonly databaseModifiedMs: number;
  readonly logBytes: number;
}

/** The keeper does what takes long and needs no SQL connection of the database itself. */
export type ToKeeper =
  | { readonly type: "make-spare"; readonly path: string; readonly sizeBytes: number }
  | { readonly type: "checkpoint"; readonly order: CheckpointOrder }
  /** An uploaded database file comes; chunks as credit allows, the first few at once. */
  | { readonly type: "upload-begin"; readonly id: RequestId }
  | { readonly type: "upload-chunk"; readonly id: RequestId; readonly bytes: Uint8Array }
  /** All is there: check it whole. */
  | { readonly type: "upload-end"; readonly id: RequestId; readonly cell: Cell }
  /** Forget it and remove what is there of it. */
  | { readonly type: "upload-drop"; readonly id: RequestId }
  /** This checked image will not be installed. */
  | { readonly type: "image-drop"; readonly file: string }
  /**
   * Another node's database is to come here, page by page, in place of the one that may be on its way. Asks go out as
   * `fetch-ask`; what an earlier transfer has left is used, whatever it was of.
   */
  | { readonly type: "fetch-begin"; readonly id: number; readonly shape: ImageShape }
  /** The answer to an ask (`encodePageChunk`). */
  | { readonly type: "fetch-chunk"; readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> }
  /** Asks or answers may be lost: the ones that are open come again. */
  | { readonly type: "fetch-repeat"; readonly id: number }
  /** No more of it. `isNeeded`: what is there is kept for the next time. */
  | { readonly type: "fetch-drop"; readonly isNeeded: boolean }
  /** For another node: pages of an image file of this one, whose entry is in the log. Answered by `image-chunk`. */
  | {
      readonly type: "image-ask";
      readonly id: number;
      readonly file: string;
      readonly pageSize: number;
      readonly ask: PageAsk;
    }
  /** Sizes for `/status`. */
  | { readonly type: "measure"; readonly ticket: number };

export type FromKeeper =
  | { readonly type: "spare-made"; readonly path: string }
  /** No room on the disk: nothing is left of it. */
  | { readonly type: "spare-failed"; readonly path: string; readonly reason: string }
  | { readonly type: "checkpoint-done"; readonly index: LogIndex; readonly baseBytes: number }
  /** No room on the disk. The log still has everything: another try may come later. */
  | { readonly type: "checkpoint-failed"; readonly index: LogIndex; readonly reason: string }
  /** A chunk is on its way to the disk: the next may come. */
  | { readonly type: "upload-credit"; readonly id: RequestId }
  | { readonly type: "upload-checked"; readonly id: RequestId; readonly image: CheckedImage }
  /** It is no sound database (`unsound`), or could not be kept; nothing is left of it. Comes at any chunk. */
  | {
      readonly type: "upload-refused";
      readonly id: RequestId;
      readonly kind: "unsound" | "no-room" | "stopped";
      readonly reason: string;
    }
  /** Have the other node answer this with a chunk of its snapshot or image. Some go out at once. */
  | { readonly type: "fetch-ask"; readonly id: number; readonly ask: PageAsk }
  /** All is there, proven by its checksum, and synced. */
  | { readonly type: "fetch-done"; readonly id: number; readonly image: CheckedImage }
  /** A chunk was of no use (its ask still stands: `isOver` false), or it came to nothing. */
  | { readonly type: "fetch-failed"; readonly id: number; readonly isOver: boolean; readonly reason: string }
  /** Null: the file is not there (any more). */
  | { readonly type: "image-chunk"; readonly id: number; readonly bytes: Uint8Array<ArrayBuffer> | null }
  | { readonly type: "measured"; readonly ticket: number; readonly sizes: FolderSizes }
  | { readonly type: "failed"; readonly reason: string };

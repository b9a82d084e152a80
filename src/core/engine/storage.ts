import type { Hasher, LogIndex, Outcome, Term } from "../base/mod.ts";
import type { EntryNote } from "../pages/mod.ts";
import type { Clock, Entropy, Files } from "../ports/mod.ts";
import type { CheckedImage, CheckpointOrder } from "./engine-messages.ts";
import type { PageVersions } from "./storage-versions.ts";
import type { WriterStore } from "./storage-writer.ts";

export interface StorageOptions {
  readonly files: Files;
  /** The data folder; made if missing. */
  readonly folder: string;
  readonly hasher: Hasher;
  /** Stamps entries with the leader's time. */
  readonly clock: Clock;
  /** Salts segments. */
  readonly entropy: Entropy;
  /** Size of a log segment; 16 MiB unless tests want less. */
  readonly segmentBytes: number;
  /** Asks for a zero-filled file (`makeSpare`), to be handed over by `addSpare`. May be called from any method. */
  readonly wantSpare: (path: string, sizeBytes: number) => void;
}

/**
 * The data folder, as the engine's thread sees it: log, hard state, checkpoint, page index, and the writer's pages.
 * Every method may throw FileError; unless it says otherwise that is final, and the node stops.
 */
export class Storage {
  /** Opens or makes the folder and recovers its log. The error says why the node must not start, and the way out. */
  static open(options: StorageOptions): Outcome<Storage, string> {
    throw new Error(`unfinished ${options.folder}`);
  }

  declare readonly hardState: { readonly term: Term; readonly votedFor: string | null };
  /** Durable on return. */
  declare saveHardState: (term: Term, votedFor: string | null) => void;

  /** Last entry appended, flushed or not. */
  declare readonly lastIndex: LogIndex;
  declare readonly lastTerm: Term;
  declare readonly checkpointIndex: LogIndex;
  /** Snapshots below this can't be read: a checkpoint to here had begun (so it is committed). Not below the base. */
  declare readonly readableFrom: LogIndex;
  /** Index and base (`versions.index`) at the newest appended entry. */
  declare readonly versions: PageVersions;
  /** Notes of the entries that recovery found after the checkpoint. */
  declare readonly notes: readonly EntryNote[];
  /** What recovery had to cut from the log's end, in words, or null. */
  declare readonly cut: string | null;
  /** Bytes of entries since the checkpoint. */
  declare readonly logBytes: number;

  declare readonly writerStore: WriterStore;
  /**
   * Makes one entry of what is pending (in parts when it is big) and puts it into the index; durable after `flush`.
   * null: nothing had changed. Error: no room on the disk; nothing was appended, and all is still pending: discard it,
   * reopen the writer (its cache is ahead), and answer the group with the reason. `term` ≤ the hard state's.
   */
  declare appendPending: (term: Term) => Outcome<EntryNote | null>;
  /** Forgets what is pending. After a COMMIT the writer's connection must be reopened: its cache is ahead. */
  declare discardPending: () => void;
  /** Error: no room on the disk; nothing was appended. */
  declare appendNoop: (term: Term) => Outcome<LogIndex>;
  /**
   * The database becomes the image from this entry on. Nothing may be pending. Reopen the writer afterwards: pages,
   * their number and their size are others. Error: no room on the disk; nothing was appended.
   */
  declare appendImage: (term: Term, image: CheckedImage) => Outcome<EntryNote>;
  /** Writes and syncs what was appended: one write and one dataSync per touched segment. Returns the bytes. */
  declare flush: () => number;

  /** What the keeper has to do to bring `db.sqlite` to `upTo` (committed, and at most the lowest pin); null: it is there. */
  declare planCheckpoint: (upTo: LogIndex) => CheckpointOrder | null;
  /** `runCheckpoint` through this index is done. */
  declare checkpointed: (through: LogIndex) => void;
  /** Nobody reads versions up to `through` from the log any more: its segments may be used again. */
  declare recycle: (through: LogIndex) => void;
  /** A file that `wantSpare` asked for is there. */
  declare addSpare: (path: string) => void;
  declare close: () => void;
}

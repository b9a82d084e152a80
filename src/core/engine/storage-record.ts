import { assert, done, failed, type Hasher, logIndex, type Outcome, segmentId, term } from "../base/mod.ts";
import { type CheckpointRecord, decodeCheckpointRecord, encodeCheckpointRecord, SlotKind } from "../log/mod.ts";
import type { Files } from "../ports/mod.ts";
import { checkpointFile, databaseFile, snapshotFile } from "./storage-names.ts";
import { SlotFile } from "./storage-slots.ts";

/** Page size of a database that has no pages yet. */
const emptyPageSize = 4096;

/** What holds before the first checkpoint: an empty database, and a log from its first entry on. */
const initialRecord: CheckpointRecord = {
  index: logIndex(0),
  term: term(0),
  entryChecksum: 0n,
  segment: segmentId(0),
  position: 0,
  pageSize: emptyPageSize,
  pageCount: 0,
  checksum: 0n,
  target: logIndex(0),
  base: databaseFile,
  membership: null,
};

/** The checkpoint record in its file. Written by whoever runs a checkpoint; one at a time. */
export class RecordFile {
  readonly #slots: SlotFile;
  #record: CheckpointRecord;

  private constructor(slots: SlotFile, record: CheckpointRecord) {
    this.#slots = slots;
    this.#record = record;
  }

  /** Error: the record can't be trusted. Throws FileError. */
  static open(files: Files, folder: string, hasher: Hasher): Outcome<RecordFile> {
    const slots = SlotFile.open(files, folder, checkpointFile, SlotKind.checkpoint, hasher);
    if (!slots.ok) return slots;
    const { payload } = slots.value;
    const record = payload === null ? done(initialRecord) : decodeCheckpointRecord(payload);
    if (record.ok) return done(new RecordFile(slots.value, record.value));
    slots.value.close();
    return failed(`the file ${checkpointFile} ${record.error}`);
  }

  get record(): CheckpointRecord {
    return this.#record;
  }

  /** Durable on return. */
  save(record: CheckpointRecord): void {
    this.#slots.save(encodeCheckpointRecord(record));
    this.#record = record;
  }

  close(): void {
    this.#slots.close();
  }
}

/**
 * From here on the database is the image of this record, and the log begins anew after it: durable on return. It has a file
 * of its own, for the checkpoint's record is the keeper's, who may be at work for the old database. Throws FileError.
 */
export function saveSnapshot(files: Files, folder: string, hasher: Hasher, record: CheckpointRecord): void {
  const slots = SlotFile.open(files, folder, snapshotFile, SlotKind.snapshot, hasher);
  assert(slots.ok, "the file was whole when the node started");
  slots.value.save(encodeCheckpointRecord(record));
  slots.value.close();
}

/** At a start: an image that came after the last checkpoint takes its place. Error: its record can't be trusted. */
export function adoptSnapshot(files: Files, folder: string, hasher: Hasher, file: RecordFile): Outcome<null> {
  if (!files.exists(`${folder}/${snapshotFile}`)) return done(null);
  const slots = SlotFile.open(files, folder, snapshotFile, SlotKind.snapshot, hasher);
  if (!slots.ok) return slots;
  const { payload } = slots.value;
  slots.value.close();
  const snapshot = payload === null ? done(null) : decodeCheckpointRecord(payload);
  if (!snapshot.ok) return failed(`the file ${snapshotFile} ${snapshot.error}`);
  const { value } = snapshot;
  if (value === null || value.index <= file.record.index) return done(null);
  // A checkpoint beyond the image may have begun in it.
  file.save({ ...value, target: logIndex(Math.max(value.target, file.record.target)) });
  return done(null);
}

/**
 * The last step of a checkpoint through an image: the file that holds the database gets its name, and the record says so.
 * May have been done before, in whole or in part. Throws FileError.
 */
export function settleBase(files: Files, folder: string, file: RecordFile): void {
  const { record } = file;
  if (record.base === databaseFile) return;
  const path = `${folder}/${record.base}`;
  if (files.exists(path)) files.rename(path, `${folder}/${databaseFile}`);
  files.syncFolder(folder);
  file.save({ ...record, base: databaseFile });
}

import { done, failed, type Hasher, type Outcome, type SegmentId } from "../base/mod.ts";
import {
  type CheckpointRecord,
  claimedPositions,
  decodeTruncation,
  encodeTruncation,
  entryHeaderBytes,
  type LogEnd,
  LogRecovery,
  type RecoveredLog,
  SlotKind,
  type Truncation,
} from "../log/mod.ts";
import { pageHash } from "../pages/mod.ts";
import type { Files } from "../ports/mod.ts";
import { databaseFile, logFolder, segmentIdsOf, segmentPath, truncationFile } from "./storage-names.ts";
import { SlotFile } from "./storage-slots.ts";

/** Reads the log's files one after another into the same memory. */
class SegmentReader {
  readonly #files: Files;
  readonly #folder: string;
  #buffer = new Uint8Array(0);
  #lastId = 0;
  #lastBytes = 0;

  constructor(files: Files, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** All bytes of the segment's file; good until the next read. */
  read(id: SegmentId): Uint8Array<ArrayBuffer> {
    if (id === this.#lastId) return this.#buffer.subarray(0, this.#lastBytes);
    const handle = this.#files.open(segmentPath(this.#folder, id), "read");
    const sizeBytes = handle.sizeBytes();
    if (this.#buffer.length < sizeBytes) this.#buffer = new Uint8Array(sizeBytes);
    const bytes = this.#buffer.subarray(0, sizeBytes);
    this.#lastBytes = handle.readAt(bytes, 0);
    this.#lastId = id;
    handle.close();
    return bytes.subarray(0, this.#lastBytes);
  }
}

/**
 * Recovers the log, once a cut of its end that was under way is through. Error: why the node must not start; then nothing
 * was changed. Throws FileError.
 */
export function recoverCutLog(
  files: Files,
  folder: string,
  hasher: Hasher,
  record: CheckpointRecord,
): Outcome<RecoveredLog> {
  if (!files.exists(`${folder}/${truncationFile}`)) return recoverLog(files, folder, hasher, record, null);
  const slots = SlotFile.open(files, folder, truncationFile, SlotKind.truncation, hasher);
  if (!slots.ok) return slots;
  const { payload } = slots.value;
  const truncation = payload === null ? done(null) : decodeTruncation(payload);
  if (!truncation.ok) return failed(`the file ${truncationFile} ${truncation.error}`);
  const log = recoverLog(files, folder, hasher, record, truncation.value);
  if (log.ok && truncation.value !== null) slots.value.save(encodeTruncation(null));
  slots.value.close();
  return log;
}

/**
 * Recovers what the log holds beyond the checkpoint, and makes its end fit to be written: whatever lies behind it is
 * taken away for good. `truncation`: the cut that was under way. Error: why the node must not start; then nothing was
 * changed. Throws FileError.
 */
function recoverLog(
  files: Files,
  folder: string,
  hasher: Hasher,
  record: CheckpointRecord,
  truncation: Truncation | null,
): Outcome<RecoveredLog> {
  const ids = segmentIdsOf(files.list(logFolder(folder))).filter((id) => id >= record.segment);
  if (record.position > 0 && ids[0] !== record.segment)
    return failed(`segment ${record.segment} of the log, where the checkpoint ends, is missing. ${wayOut}`);
  const reader = new SegmentReader(files, folder);
  const recovery = new LogRecovery(record, hasher, (pgno, bytes) => pageHash(hasher, pgno, bytes), truncation);
  const lastId = truncation === null ? ids.at(-1) : truncation.segment;
  for (const id of ids) {
    if (lastId === undefined || id > lastId) break;
    const scanned = recovery.scan(id, reader.read(id), id === lastId);
    if (!scanned.ok) return scanned;
  }
  const log = recovery.finish();
  if (truncation !== null && log.entries.lastIndex !== truncation.index)
    return failed(
      `the log was to be cut after entry ${truncation.index}, but ends at entry ${log.entries.lastIndex}. ${wayOut}`,
    );
  const trusted = checkFolder(files, folder, record, log);
  if (!trusted.ok) return trusted;
  const { end } = log;
  clearBehind(
    files,
    folder,
    end,
    end.position === 0 ? new Uint8Array(0) : reader.read(end.segment).subarray(end.position),
  );
  return done(log);
}

const wayOut = "Nothing was changed. Start with an empty data folder and load a backup into it.";

/** The files that the record and the log lean on are there, and none is ahead of the log. */
function checkFolder(files: Files, folder: string, record: CheckpointRecord, log: RecoveredLog): Outcome<null> {
  const { lastIndex } = log.entries;
  if (lastIndex < record.target) {
    const ends = `the log ends at entry ${lastIndex}, but entry ${record.target} was committed before`;
    return failed(`${ends}: its end is damaged or missing. ${wayOut}`);
  }
  const sizeBytes = sizeOf(files, `${folder}/${databaseFile}`);
  if (record.index === 0 && record.target === 0) {
    if (sizeBytes !== null && sizeBytes > 0)
      return failed(
        `${databaseFile} is there, but nothing says what it is: load it through the API instead. ${wayOut}`,
      );
  } else if (sizeBytes === null || (record.target === record.index && sizeBytes < record.pageCount * record.pageSize))
    return failed(`${databaseFile} is shorter than its checkpoint says, or missing. ${wayOut}`);
  for (const { image } of log.notes) {
    if (image !== null && !files.exists(`${folder}/${image}`))
      return failed(`the file ${image}, which the log leans on, is missing. ${wayOut}`);
  }
  return done(null);
}

function sizeOf(files: Files, path: string): number | null {
  if (!files.exists(path)) return null;
  const handle = files.open(path, "read");
  const sizeBytes = handle.sizeBytes();
  handle.close();
  return sizeBytes;
}

/**
 * Segments behind the end go, the last first, each for good before the next: so whenever this stops, the rest still
 * looks like an unfinished write. Then nothing behind the end looks like an entry any more. `tail`: the bytes behind the
 * end in its own segment. Throws FileError.
 */
export function clearBehind(files: Files, folder: string, { segment, position }: LogEnd, tail: Uint8Array): void {
  for (const id of segmentIdsOf(files.list(logFolder(folder))).reverse()) {
    if (id < segment || (id === segment && position > 0)) break;
    files.remove(segmentPath(folder, id));
    files.syncFolder(logFolder(folder));
  }
  if (position === 0) return;
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  const handle = files.open(segmentPath(folder, segment), "write");
  const blank = new Uint8Array(entryHeaderBytes);
  for (const at of claimedPositions(view, segment, 0)) handle.writeAt(blank, position + at);
  // Also what was found before the end: a process that was killed may have left it with the operating system only, and
  // the next entry vouches for all that is before it.
  handle.dataSync();
  handle.close();
}

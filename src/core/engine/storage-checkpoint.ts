import { assert, type Hasher, segmentId } from "../base/mod.ts";
import type { FileHandle, Files } from "../ports/mod.ts";
import type { CheckpointOrder } from "./engine-messages.ts";
import { segmentPath } from "./storage-names.ts";
import { RecordFile, settleBase } from "./storage-record.ts";

/** Bytes that are put together for one write. */
const batchBytes = 1024 * 1024;

/**
 * Brings `db.sqlite` to the order's index: copies the pages, cuts the file, syncs it and records the checkpoint. Runs
 * beside the engine, in the keeper; one at a time. A crash anywhere in it is finished or repeated at the next start.
 * Returns the size of `db.sqlite` in bytes. Throws FileError; then the checkpoint may be ordered again, but for a failed
 * write or sync, which is final.
 *
 * First the record says where this leads: from then on only snapshots at the order's index or above are whole. Pages are
 * copied as they are: each was verified when it was written by this process or recovered from the log.
 */
export function runCheckpoint(files: Files, folder: string, hasher: Hasher, order: CheckpointOrder): number {
  const opened = RecordFile.open(files, folder, hasher);
  assert(opened.ok, "the record was whole when the node started");
  const recordFile = opened.value;
  try {
    const { index, term, entryChecksum, segment, position, pageSize, pageCount, checksum, base, membership } = order;
    if (recordFile.record.index < index) {
      assert(recordFile.record.target <= index, "a checkpoint that was cut short is never followed by one to less");
      recordFile.save({ ...recordFile.record, target: index });
      copyPages(files, folder, order);
      const at = { index, term, entryChecksum, segment, position };
      recordFile.save({ ...at, pageSize, pageCount, checksum, target: index, base, membership });
    }
    settleBase(files, folder, recordFile);
    return pageCount * pageSize;
  } finally {
    recordFile.close();
  }
}

/** The base file gets every page of the order and is as long as the database; all of it synced. */
function copyPages(files: Files, folder: string, order: CheckpointOrder): void {
  const { pageSize, pageCount, pgnos } = order;
  const segments = new SegmentHandles(files, folder);
  const base = files.open(`${folder}/${order.base}`, "create");
  try {
    const batch = new Uint8Array(Math.max(batchBytes, pageSize));
    const pagesMax = Math.floor(batch.length / pageSize);
    for (let from = 0; from < pgnos.length; ) {
      const until = endOfRun(order, from, pagesMax, false);
      for (let first = from; first < until; ) {
        const past = Math.min(until, endOfRun(order, first, pagesMax, true));
        segments.read(order, first, batch.subarray((first - from) * pageSize, (past - from) * pageSize));
        first = past;
      }
      base.writeAt(batch.subarray(0, (until - from) * pageSize), ((pgnos[from] ?? 1) - 1) * pageSize);
      from = until;
    }
    if (base.sizeBytes() > pageCount * pageSize) base.truncate(pageCount * pageSize);
    assert(base.sizeBytes() === pageCount * pageSize, "the log and the base hold every page of the database");
    base.dataSync();
  } finally {
    base.close();
    segments.close();
  }
}

/** Past the last of the order's pages from `from` on that lie side by side in the base file, and also `inLog`. */
function endOfRun(order: CheckpointOrder, from: number, pagesMax: number, inLog: boolean): number {
  const { pgnos, segments, positions, pageSize } = order;
  const limit = Math.min(pgnos.length, from + pagesMax);
  let end = from + 1;
  while (end < limit && pgnos[end] === (pgnos[end - 1] ?? 0) + 1) {
    const isNextInLog = segments[end] === segments[end - 1] && positions[end] === (positions[end - 1] ?? 0) + pageSize;
    if (inLog && !isNextInLog) break;
    end++;
  }
  return end;
}

/** The log's segments, opened as they are met. */
class SegmentHandles {
  readonly #files: Files;
  readonly #folder: string;
  readonly #open = new Map<number, FileHandle>();

  constructor(files: Files, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** Fills `into` with the log's bytes at the place of the order's page number `nth`. */
  read(order: CheckpointOrder, nth: number, into: Uint8Array): void {
    const id = order.segments[nth] ?? 0;
    const handle = this.#open.get(id) ?? this.#files.open(segmentPath(this.#folder, segmentId(id)), "read");
    this.#open.set(id, handle);
    const read = handle.readAt(into, order.positions[nth] ?? 0);
    assert(read === into.length, `segment ${id} of the log holds every page it is said to hold`);
  }

  close(): void {
    for (const handle of this.#open.values()) handle.close();
  }
}

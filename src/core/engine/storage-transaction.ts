import { done, type Outcome, type Term } from "../base/mod.ts";
import {
  EntryKind,
  encodePagesHead,
  entryHeaderBytes,
  framesIn,
  type LogPoint,
  pagesBodyBytes,
  pagesHeadBytes,
  segmentHeaderBytes,
} from "../log/mod.ts";
import type { EntryNote } from "../pages/mod.ts";
import type { Changes } from "./storage-changes.ts";
import type { EntryLog } from "./storage-entries.ts";
import type { StorageOptions } from "./storage-open.ts";
import type { PendingPages } from "./storage-pending.ts";

/** A transaction whose entry would be bigger is cut into parts. */
const entryBytesMax = 4 * 1024 * 1024;

/** Makes entries of what a transaction has changed. */
export class TransactionWriter {
  readonly #options: Pick<StorageOptions, "clock" | "segmentBytes">;
  readonly #log: EntryLog;
  readonly #pending: PendingPages;

  constructor(options: Pick<StorageOptions, "clock" | "segmentBytes">, log: EntryLog, pending: PendingPages) {
    this.#options = options;
    this.#log = log;
    this.#pending = pending;
  }

  /** Puts the changes at the end of the log, in parts when they are big. Error: no room; nothing was appended. */
  append(term: Term, changes: Changes): Outcome<EntryNote> {
    const { pgnos, hashes, pageCount } = changes;
    const { pageSize } = this.#pending;
    const counts = partsOf(pgnos.length, pageSize, this.#options.segmentBytes);
    const room = this.#log.reserve(counts.map((count) => pagesBodyBytes(count, pageSize)));
    if (!room.ok) return room;
    const segments = new Uint32Array(pgnos.length);
    const positions = new Float64Array(pgnos.length);
    const leaderTimeMs = Math.floor(this.#options.clock.nowMs());
    const before = this.#log.last;
    let from = 0;
    let last: LogPoint = before;
    for (const [part, count] of counts.entries()) {
      const isLast = part === counts.length - 1;
      const checksum = isLast ? changes.checksum : 0n;
      const headBytes = pagesHeadBytes(count);
      const body = this.#log.begin(pagesBodyBytes(count, pageSize));
      const head = { pageSize, pageCount, checksum, leaderTimeMs, partCount: isLast ? part : 0 };
      encodePagesHead(body, head, { pgnos, hashes, from, count });
      for (let i = 0; i < count; i++) {
        const into = body.subarray(headBytes + i * pageSize, headBytes + (i + 1) * pageSize);
        const page = this.#pending.view(pgnos[from + i] ?? 0, into);
        if (page !== into) into.set(page);
      }
      const kind = isLast ? EntryKind.pages : EntryKind.part;
      const sealed = { kind, term, bodyBytes: body.length, checkedBytes: headBytes };
      last = this.#log.seal(sealed, isLast ? checksum : before.checksum);
      const pagesAt = last.position - this.#log.writer.entryBytes(body.length) + entryHeaderBytes + headBytes;
      segments.fill(last.segment, from, from + count);
      for (let i = 0; i < count; i++) positions[from + i] = pagesAt + i * pageSize;
      from += count;
    }
    return done({ index: last.index, term, pageSize, pageCount, pgnos, segments, positions, image: null });
  }
}

/** How many pages go into each entry of a transaction. */
function partsOf(pageCount: number, pageSize: number, segmentBytes: number): readonly number[] {
  const bodyBytesMax = Math.min(entryBytesMax, segmentBytes) - segmentHeaderBytes - entryHeaderBytes;
  const perPart = framesIn(bodyBytesMax, pageSize);
  const counts: number[] = [];
  let left = pageCount;
  for (; left > perPart; left -= perPart) counts.push(perPart);
  counts.push(left);
  return counts;
}

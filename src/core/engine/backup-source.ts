import { done, failed, type Outcome } from "../base/mod.ts";
import type { Files } from "../ports/mod.ts";
import type { Sqlite } from "../sqlite/mod.ts";
import { type RunLimit, SqlDump } from "../statements/mod.ts";
import type { ChunkSource } from "./chunk-source.ts";
import { PageStream } from "./page-stream.ts";
import type { BackupOrder } from "./reader-messages.ts";
import { ScratchPages } from "./scratch-pages.ts";
import type { SnapshotConnection } from "./snapshot-connections.ts";

export interface BackupPlace {
  readonly sqlite: Sqlite;
  readonly files: Files;
  /** Where a vacuumed copy may lie while it is sent. */
  readonly scratchPath: string;
}

/**
 * A backup of the snapshot that `lent` shows (http-api §13.1). The connection is the backup's until its `close`. The
 * error is SQLite's, from VACUUM. Throws `FileError` if a page can't be read.
 */
export function openBackup(
  place: BackupPlace,
  lent: SnapshotConnection,
  order: BackupOrder,
  limit: RunLimit,
): Outcome<ChunkSource> {
  const { connection, pages } = lent;
  if (order.format === "sql") {
    connection.setInterrupt(() => limit.due() !== null);
    const dump = new SqlDump(connection, order.tables);
    const close = (): void => {
      dump.close();
      connection.setInterrupt(null);
    };
    return done({ next: (bytesMax) => dump.next(bytesMax), close });
  }
  pages.pin();
  if (!order.vacuum) return done(new PageStream(pages, order.format === "binary" ? 2 : 1, () => pages.release()));
  return vacuumed(place, pages, limit);
}

function vacuumed(place: BackupPlace, pages: SnapshotConnection["pages"], limit: RunLimit): Outcome<ChunkSource> {
  const scratch = new ScratchPages(place.files, place.scratchPath, pages);
  const release = (): void => {
    scratch.close();
    pages.release();
  };
  const writer = place.sqlite.openWriter(scratch, { foreignKeys: false });
  writer.setInterrupt(() => limit.due() !== null);
  const outcome = writer.run("VACUUM");
  writer.close();
  if (outcome.ok) return done(new PageStream(scratch, 1, release));
  release();
  return failed(outcome.error.message);
}

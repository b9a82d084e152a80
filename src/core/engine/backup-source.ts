import { done, failed, type Outcome } from "../base/mod.ts";
import type { Files } from "../ports/mod.ts";
import type { Sqlite } from "../sqlite/mod.ts";
import { type RunLimit, SqlDump } from "../statements/mod.ts";
import type { ChunkSource } from "./chunk-source.ts";
import { failureText, isDiskFull } from "./failure-text.ts";
import { PageStream } from "./page-stream.ts";
import type { BackupOrder } from "./reader-messages.ts";
import { ScratchPages } from "./scratch-pages.ts";
import type { SnapshotConnection } from "./snapshot-connections.ts";

/** What a vacuumed copy is made with. */
export interface VacuumTools {
  /** Of its own: what VACUUM takes of WASM memory is not given back before the instance goes. */
  readonly sqlite: Sqlite;
  readonly files: Files;
  /** Where the copy may lie while it is sent. */
  readonly scratchPath: string;
}

/**
 * A backup of the snapshot that `lent` shows (http-api §13.1). The connection is the backup's until its `close`.
 */
export function openBackup(lent: SnapshotConnection, order: BackupOrder, limit: RunLimit): ChunkSource {
  const { connection, pages } = lent;
  if (order.format !== "sql") {
    pages.pin();
    return new PageStream(pages, order.format === "binary" ? 2 : 1, () => pages.release());
  }
  connection.setInterrupt(() => limit.due() !== null);
  const dump = new SqlDump(connection, order.tables);
  return {
    next: (bytesMax) => dump.next(bytesMax),
    close: () => {
      dump.close();
      connection.setInterrupt(null);
    },
  };
}

/**
 * A vacuumed copy of the snapshot; the copy is made before this returns. The error is SQLite's, or that the disk has no
 * room for the copy. Throws `FileError`.
 */
export function openVacuumedBackup(
  tools: VacuumTools,
  pages: SnapshotConnection["pages"],
  limit: RunLimit,
): Outcome<ChunkSource> {
  pages.pin();
  const scratch = new ScratchPages(tools.files, tools.scratchPath, pages);
  const release = (): void => {
    scratch.close();
    pages.release();
  };
  const outcome = vacuum(tools.sqlite, scratch, limit);
  if (outcome.ok) return done(new PageStream(scratch, 1, release));
  release();
  return outcome;
}

function vacuum(sqlite: Sqlite, scratch: ScratchPages, limit: RunLimit): Outcome<null> {
  try {
    const writer = sqlite.openWriter(scratch, { foreignKeys: false });
    writer.setInterrupt(() => limit.due() !== null);
    const outcome = writer.run("VACUUM");
    writer.close();
    return outcome.ok ? outcome : failed(outcome.error.message);
  } catch (error) {
    if (isDiskFull(error)) return failed(failureText(error));
    throw error;
  }
}

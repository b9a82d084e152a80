import type { SqlConnection } from "../sqlite/mod.ts";

/** The next bytes of a dump; `broken`: it cannot be finished, with the reason. */
export type DumpStep =
  | { readonly type: "chunk"; readonly bytes: Uint8Array<ArrayBuffer>; readonly state: "more" | "done" }
  | { readonly type: "broken"; readonly reason: string };

/** The database of a connection as SQL text (http-api §13.1), one snapshot, bit by bit. */
export class SqlDump {
  /** `tables`: only these, by exact name; empty = all. */
  constructor(_connection: SqlConnection, _tables: readonly string[]) {}

  /** About `bytesMax` bytes more. Not to be called after "done" or "broken". */
  next(_bytesMax: number): DumpStep {
    return { type: "broken", reason: "" };
  }

  /** Ends its transaction, at whatever point it is. May be called twice. */
  close(): void {}
}

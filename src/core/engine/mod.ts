/** engine: the storage threads' programs: groups run in SQLite, entries written and synced, snapshots read. */
export type * from "./messages.ts";

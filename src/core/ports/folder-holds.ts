import { done, failed, type Outcome } from "../base/mod.ts";

/** Of `node:sqlite`, which Node, Bun and Deno all have, what a hold takes. */
export interface LockDatabase {
  exec(sql: string): void;
}

/**
 * Holds on folders, each the lock on a file that the runtime's own SQLite keeps: the operating system sees to it that one
 * process has it, and takes it back when that process ends, however it ends. None of the three has a call for such a
 * lock that the other two would heed. On POSIX the lock goes as soon as its process closes that file, opened by whomever,
 * so nothing else here may open it: it lies in a folder of its own.
 */
export class FolderHolds {
  readonly #open: (path: string) => LockDatabase;
  /** Open for as long as the process lives: one that is collected is closed. */
  readonly #held: LockDatabase[] = [];

  constructor(open: (path: string) => LockDatabase) {
    this.#open = open;
  }

  /** Of a folder that is there. The error says why not. */
  take(folder: string): Outcome<null> {
    try {
      const database = this.#open(`${folder}/held`);
      this.#held.push(database);
      database.exec("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE");
      return done(null);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return failed(message === "database is locked" ? "in use by another process" : message);
    }
  }
}

/**
 * Files as the storage threads see them: synchronous, by position. Used in workers only; the main thread does no file
 * I/O while it serves. Every call throws `FileError` on failure; a failed `writeAt` or `dataSync` is final for the
 * node (after a failed fsync nobody knows what the disk holds), so nothing retries it.
 */
export interface FileHandle {
  /** Reads up to `into.length` bytes at `position`; returns how many (fewer only at the end of the file). */
  readAt(into: Uint8Array, position: number): number;
  /** Writes all of `from` at `position`, or throws. */
  writeAt(from: Uint8Array, position: number): void;
  /** `fdatasync`: returns once everything written through this handle is on the disk. */
  dataSync(): void;
  sizeBytes(): number;
  truncate(sizeBytes: number): void;
  close(): void;
}

export interface Files {
  /** `read`: must exist. `write`: read and write, must exist. `create`: read and write, made if missing. */
  open(path: string, mode: "read" | "write" | "create"): FileHandle;
  exists(path: string): boolean;
  /** Time of the last change in Unix ms; 0 if the file is missing. */
  modifiedMs(path: string): number;
  /** Names (not paths) of the files in a folder, sorted; empty if the folder is missing. */
  list(folder: string): readonly string[];
  /** Removes a file; no error if it is missing. */
  remove(path: string): void;
  rename(from: string, to: string): void;
  /** Makes a folder and its parents. */
  makeFolder(path: string): void;
  /** fsync of the folder itself, so that names created, renamed or removed in it survive power loss. */
  syncFolder(path: string): void;
}

/** What the operating system said, with its code (`ENOSPC`, `EIO`, `ENOENT`, …). */
export class FileError extends Error {
  override readonly name = "FileError";
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

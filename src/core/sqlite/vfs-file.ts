/**
 * One open file, as SQLite's VFS asks for it. Reads and writes go to and from WASM memory and answer a result code;
 * what any method throws becomes an I/O error for SQLite and reaches the caller of the statement as it was thrown.
 */
export interface VfsFile {
  /** Fills `length` bytes at pointer `into`; past the end of the file they are zero and the code says "short read". */
  read(into: number, length: number, offset: number): number;
  write(from: number, length: number, offset: number): number;
  truncate(sizeBytes: number): number;
  sizeBytes(): number;
  /** `level` as `SQLITE_LOCK_*`: 1 is SHARED. */
  lock(level: number): void;
  /** `level` to fall back to: 0 (none) or 1 (SHARED). */
  unlock(level: number): void;
  close(): void;
}

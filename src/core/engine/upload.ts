import type { FileHandle, Files } from "../ports/mod.ts";

/** Written bytes that may gather before they are synced, so that the last sync of a big file is short. */
const syncEveryBytes = 64 * 1024 * 1024;

/** A database file that comes in chunks. Throws FileError. */
export class Upload {
  readonly path: string;
  readonly #files: Files;
  readonly #handle: FileHandle;
  #sizeBytes = 0;
  #unsyncedBytes = 0;

  constructor(files: Files, path: string) {
    this.path = path;
    this.#files = files;
    this.#handle = files.open(path, "create");
    this.#handle.truncate(0);
  }

  get file(): FileHandle {
    return this.#handle;
  }

  append(bytes: Uint8Array): void {
    this.#handle.writeAt(bytes, this.#sizeBytes);
    this.#sizeBytes += bytes.length;
    this.#unsyncedBytes += bytes.length;
    if (this.#unsyncedBytes < syncEveryBytes) return;
    this.#handle.dataSync();
    this.#unsyncedBytes = 0;
  }

  /** Syncs it and gives it its new name, for good. */
  keep(path: string, folder: string): void {
    this.#handle.dataSync();
    this.#handle.close();
    this.#files.rename(this.path, path);
    this.#files.syncFolder(folder);
  }

  /** Nothing is left of it. */
  drop(): void {
    this.#handle.close();
    this.#files.remove(this.path);
  }
}

import { FileError, type FileHandle, type Files } from "./files.ts";

/** The calls of `node:fs` that files are made of. Node, Bun and Deno all have them, each one system call. */
export interface FileCalls {
  readonly constants: { readonly O_RDONLY: number; readonly O_RDWR: number; readonly O_CREAT: number };
  openSync(path: string, flags: number, mode: number): number;
  closeSync(descriptor: number): void;
  readSync(descriptor: number, into: Uint8Array, offset: number, length: number, position: number): number;
  writeSync(descriptor: number, from: Uint8Array, offset: number, length: number, position: number): number;
  fdatasyncSync(descriptor: number): void;
  fsyncSync(descriptor: number): void;
  fstatSync(descriptor: number): { readonly size: number };
  ftruncateSync(descriptor: number, sizeBytes: number): void;
  existsSync(path: string): boolean;
  statSync(path: string): { readonly mtimeMs: number; isDirectory(): boolean };
  readdirSync(folder: string, options: { withFileTypes: true }): readonly FolderEntry[];
  unlinkSync(path: string): void;
  renameSync(from: string, to: string): void;
  mkdirSync(path: string): unknown;
}

interface FolderEntry {
  readonly name: string;
  isDirectory(): boolean;
}

const fileMode = 0o644;

/** The port `Files` over the calls of `node:fs`. */
export class PosixFiles implements Files {
  readonly #calls: FileCalls;

  constructor(calls: FileCalls) {
    this.#calls = calls;
  }

  open(path: string, mode: "read" | "write" | "create"): FileHandle {
    const { O_RDONLY, O_RDWR, O_CREAT } = this.#calls.constants;
    const flags = mode === "read" ? O_RDONLY : mode === "write" ? O_RDWR : O_RDWR | O_CREAT;
    return new PosixFile(
      this.#calls,
      attempt(() => this.#calls.openSync(path, flags, fileMode)),
    );
  }

  exists(path: string): boolean {
    return this.#calls.existsSync(path);
  }

  modifiedMs(path: string): number {
    return unlessMissing(0, () => this.#calls.statSync(path).mtimeMs);
  }

  list(folder: string): readonly string[] {
    const entries = unlessMissing([], () => this.#calls.readdirSync(folder, { withFileTypes: true }));
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => entry.name)
      .sort();
  }

  remove(path: string): void {
    unlessMissing(undefined, () => this.#calls.unlinkSync(path));
  }

  rename(from: string, to: string): void {
    attempt(() => this.#calls.renameSync(from, to));
  }

  makeFolder(path: string): void {
    if (unlessMissing(false, () => this.#calls.statSync(path).isDirectory())) return;
    const parent = path.slice(0, path.lastIndexOf("/"));
    // Not by `recursive`: where a folder is there and takes no others (/proc), Node's own never ends.
    if (parent !== "" && !this.exists(parent)) this.makeFolder(parent);
    attempt(() => this.#calls.mkdirSync(path));
  }

  syncFolder(path: string): void {
    attempt(() => {
      const descriptor = this.#calls.openSync(path, this.#calls.constants.O_RDONLY, 0);
      try {
        this.#calls.fsyncSync(descriptor);
      } finally {
        this.#calls.closeSync(descriptor);
      }
    });
  }
}

class PosixFile implements FileHandle {
  readonly #calls: FileCalls;
  readonly #descriptor: number;

  constructor(calls: FileCalls, descriptor: number) {
    this.#calls = calls;
    this.#descriptor = descriptor;
  }

  // The next three run for every page and every write: no closures.
  readAt(into: Uint8Array, position: number): number {
    try {
      let count = 0;
      while (count < into.length) {
        const more = this.#calls.readSync(this.#descriptor, into, count, into.length - count, position + count);
        if (more === 0) break;
        count += more;
      }
      return count;
    } catch (error) {
      throw fileError(error);
    }
  }

  writeAt(from: Uint8Array, position: number): void {
    try {
      let count = 0;
      while (count < from.length) {
        count += this.#calls.writeSync(this.#descriptor, from, count, from.length - count, position + count);
      }
    } catch (error) {
      throw fileError(error);
    }
  }

  dataSync(): void {
    try {
      this.#calls.fdatasyncSync(this.#descriptor);
    } catch (error) {
      throw fileError(error);
    }
  }

  sizeBytes(): number {
    return attempt(() => this.#calls.fstatSync(this.#descriptor).size);
  }

  truncate(sizeBytes: number): void {
    attempt(() => this.#calls.ftruncateSync(this.#descriptor, sizeBytes));
  }

  close(): void {
    attempt(() => this.#calls.closeSync(this.#descriptor));
  }
}

function attempt<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw fileError(error);
  }
}

function unlessMissing<T>(missing: T, call: () => T): T {
  try {
    return call();
  } catch (error) {
    const known = fileError(error);
    if (known.code === "ENOENT") return missing;
    throw known;
  }
}

/** The system's code where it gave one; a mistake in a call, such as a closed descriptor's number, has none. */
function fileError(error: unknown): FileError {
  if (!(error instanceof Error)) return new FileError("UNKNOWN", String(error));
  return new FileError("code" in error && typeof error.code === "string" ? error.code : "UNKNOWN", error.message);
}

import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { FileError, type FileHandle, type Files } from "../../../src/core/ports/mod.ts";

function guarded<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    const { code = "EIO", message } = error as NodeJS.ErrnoException;
    throw new FileError(code, message);
  }
}

class NodeFileHandle implements FileHandle {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  readAt(into: Uint8Array, position: number): number {
    return guarded(() => {
      let done = 0;
      while (done < into.length) {
        const read = readSync(this.#descriptor, into, done, into.length - done, position + done);
        if (read === 0) break;
        done += read;
      }
      return done;
    });
  }

  writeAt(from: Uint8Array, position: number): void {
    guarded(() => {
      for (let done = 0; done < from.length; ) {
        done += writeSync(this.#descriptor, from, done, from.length - done, position + done);
      }
    });
  }

  dataSync(): void {
    guarded(() => fdatasyncSync(this.#descriptor));
  }

  sizeBytes(): number {
    return guarded(() => fstatSync(this.#descriptor).size);
  }

  truncate(sizeBytes: number): void {
    guarded(() => ftruncateSync(this.#descriptor, sizeBytes));
  }

  close(): void {
    guarded(() => closeSync(this.#descriptor));
  }
}

const flags = { read: "r", write: "r+", create: "r+" } as const;

/** Real files for tests of the storage threads' programs. */
export const nodeFiles: Files = {
  open: (path, mode) =>
    guarded(() => {
      if (mode === "create" && !existsSync(path)) closeSync(openSync(path, "a"));
      return new NodeFileHandle(openSync(path, flags[mode]));
    }),
  exists: (path) => existsSync(path),
  modifiedMs: (path) => guarded(() => (existsSync(path) ? statSync(path).mtimeMs : 0)),
  list: (folder) =>
    guarded(() => {
      if (!existsSync(folder)) return [];
      const entries = readdirSync(folder, { withFileTypes: true });
      return entries.flatMap((entry) => (entry.isFile() ? [entry.name] : [])).sort();
    }),
  remove: (path) => guarded(() => rmSync(path, { force: true })),
  rename: (from, to) => guarded(() => renameSync(from, to)),
  makeFolder: (path) => guarded(() => mkdirSync(path, { recursive: true })),
  syncFolder: (path) =>
    guarded(() => {
      const descriptor = openSync(path, "r");
      fsyncSync(descriptor);
      closeSync(descriptor);
    }),
};

import { assert, done, failed, type Outcome, present } from "../base/mod.ts";
import type { Files } from "../ports/mod.ts";
import { isDiskFull } from "./failure-text.ts";
import { logFolder, spareNumbersOf, sparePath } from "./storage-names.ts";

const fillBytes = 1024 * 1024;
/** Size of a segment that is made while a group waits for it. */
const hurriedBytes = 1024 * 1024;
/** Spares that should be there or on their way. */
const sparesWanted = 2;
/** Spares that are kept when segments fall free. */
const sparesMax = 4;

/**
 * Makes a file of zeros, really written and synced, so that overwriting and syncing parts of it later is cheap. Throws
 * FileError (ENOSPC, …) with nothing left behind.
 */
export function makeSpare(files: Files, path: string, sizeBytes: number): void {
  const handle = files.open(path, "create");
  try {
    const zeros = new Uint8Array(Math.min(fillBytes, sizeBytes));
    for (let position = 0; position < sizeBytes; position += zeros.length) {
      handle.writeAt(zeros.subarray(0, Math.min(zeros.length, sizeBytes - position)), position);
    }
    handle.dataSync();
  } catch (error) {
    handle.close();
    files.remove(path);
    throw error;
  }
  handle.close();
}

/** A file that may become a segment. */
export interface Spare {
  readonly path: string;
  readonly sizeBytes: number;
}

/** Where spares lie, how big they are, and who is asked for them: see `StorageOptions`. */
export interface SparesOptions {
  readonly files: Files;
  readonly folder: string;
  readonly segmentBytes: number;
  readonly wantSpare: (path: string, sizeBytes: number) => void;
}

/** Files ready to become segments: asked for ahead of need, kept when a segment falls free, made in a hurry otherwise. */
export class Spares {
  readonly #options: SparesOptions;
  readonly #ready: Spare[] = [];
  readonly #asked = new Set<string>();
  #lastNumber = 0;

  /** Takes over whole spares of an earlier run and removes the rest. Throws FileError. */
  constructor(options: SparesOptions) {
    this.#options = options;
    for (const number of spareNumbersOf(options.files.list(logFolder(options.folder)))) {
      this.#lastNumber = Math.max(this.#lastNumber, number);
      this.#add(sparePath(options.folder, number));
    }
  }

  /** Asks for what is missing. */
  ask(): void {
    while (this.#ready.length + this.#asked.size < sparesWanted) {
      const path = this.#freshPath();
      this.#asked.add(path);
      this.#options.wantSpare(path, this.#options.segmentBytes);
    }
  }

  /** A spare that was asked for is there. */
  add(path: string): void {
    this.#asked.delete(path);
    this.#add(path);
  }

  /** A spare that was asked for can't be had. The next one is asked for when one is taken. */
  giveUp(path: string): void {
    this.#asked.delete(path);
  }

  /**
   * Sees to it that the `nth` of the next spares (from 0) has at least `bytesMin` and returns its size. A missing one is
   * made here and now, of full size if there is `much` to come. Error: the disk is full; nothing has changed.
   */
  ensure(nth: number, bytesMin: number, much: boolean): Outcome<number> {
    const ready = this.#ready[nth];
    if (ready !== undefined && ready.sizeBytes >= bytesMin) return done(ready.sizeBytes);
    const { files, segmentBytes } = this.#options;
    const sizeBytes = Math.max(bytesMin, much ? segmentBytes : Math.min(hurriedBytes, segmentBytes));
    const path = this.#freshPath();
    try {
      makeSpare(files, path, sizeBytes);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      return failed(`no room for the log: ${error.message}`);
    }
    this.#ready.splice(nth, 0, { path, sizeBytes });
    return done(sizeBytes);
  }

  /** The next spare; `ensure` has been asked for it. */
  take(): Spare {
    return present(this.#ready.shift(), "the spare that a segment needs was made sure of");
  }

  /** A segment's file is free: it becomes a spare, or goes. Throws FileError. */
  keep(path: string): void {
    const { files } = this.#options;
    const spare = this.#freshPath();
    files.rename(path, spare);
    this.#add(spare);
  }

  #add(path: string): void {
    const { files, segmentBytes } = this.#options;
    const handle = files.open(path, "read");
    const sizeBytes = handle.sizeBytes();
    handle.close();
    if (sizeBytes === segmentBytes && this.#ready.length < sparesMax) this.#ready.push({ path, sizeBytes });
    else files.remove(path);
  }

  #freshPath(): string {
    this.#lastNumber++;
    const path = sparePath(this.#options.folder, this.#lastNumber);
    assert(!this.#asked.has(path), "numbers of spares only grow");
    return path;
  }
}

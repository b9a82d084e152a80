import { FileError, type FileHandle, type Files } from "../../../src/core/ports/mod.ts";
import type { FaultyFiles } from "../faulty-files.ts";
import type { Dice } from "./dice.ts";
import type { Thread } from "./thread.ts";

/** How a disk behaves, for all processes that use it. */
export interface DiskTempo {
  /** Of every call. */
  readonly callMs: number;
  readonly syncMs: number;
  readonly bytesPerMs: number;
}

/** What may go wrong in a process's next calls. */
export interface FileFaults {
  /** Calls that change the disk until one fails with EIO; null: none will. */
  callsUntilFault: number | null;
  /** Calls that change the disk until `stop` is called in the middle of one; null: never. */
  callsUntilStop: number | null;
  /** Whether only those calls count that make something durable: that is when most is at stake. */
  stopsAtSyncs: boolean;
  /** Whether that is the power's going, and not only the process's. */
  stopLosesPower: boolean;
  /** Slows the disk down. */
  slowness: number;
}

/** What the disk's user is told about it. */
export interface FileEvents {
  /** Before each call that changes the disk. */
  changing(thread: string, what: string): void;
  /** A fault was injected. */
  faulted(what: string): void;
  /** The process ends here and now, in the middle of the call. */
  stop(what: string, losesPower: boolean): void;
}

/** One thread's view of the disk: costs time, fails as it is told to, and is dead once its process is. */
export class ProcessFiles implements Files {
  readonly #disk: FaultyFiles;
  readonly #thread: Thread;
  readonly #tempo: DiskTempo;
  readonly #faults: FileFaults;
  readonly #events: FileEvents;
  readonly #dice: Dice;

  constructor(disk: FaultyFiles, thread: Thread, tempo: DiskTempo, faults: FileFaults, events: FileEvents, dice: Dice) {
    this.#disk = disk;
    this.#thread = thread;
    this.#tempo = tempo;
    this.#faults = faults;
    this.#events = events;
    this.#dice = dice;
  }

  open(path: string, mode: "read" | "write" | "create"): FileHandle {
    if (mode === "create" && !this.#disk.exists(path)) this.#change(`create ${path}`, 0);
    else this.#look(0);
    return new ProcessFile(this, this.#disk.open(path, mode), path);
  }

  exists(path: string): boolean {
    this.#look(0);
    return this.#disk.exists(path);
  }

  modifiedMs(path: string): number {
    this.#look(0);
    return this.#disk.modifiedMs(path);
  }

  list(folder: string): readonly string[] {
    this.#look(0);
    return this.#disk.list(folder);
  }

  remove(path: string): void {
    if (this.#disk.exists(path)) this.#change(`remove ${path}`, 0);
    else this.#look(0);
    this.#disk.remove(path);
  }

  rename(from: string, to: string): void {
    this.#change(`rename ${from} ${to}`, 0);
    this.#disk.rename(from, to);
  }

  makeFolder(path: string): void {
    this.#look(0);
    this.#disk.makeFolder(path);
  }

  syncFolder(path: string): void {
    this.#change(`sync folder ${path}`, 0);
    this.#sync();
    this.#disk.syncFolder(path);
  }

  /** Of `ProcessFile` only. */
  read(handle: FileHandle, into: Uint8Array, position: number): number {
    this.#look(into.length);
    return handle.readAt(into, position);
  }

  /** Of `ProcessFile` only. */
  write(handle: FileHandle, path: string, from: Uint8Array, position: number): void {
    // A failed write may have got some of the way.
    this.#change(`write ${path} ${position}+${from.length}`, from.length, () => {
      const part = from.subarray(0, this.#dice.below(from.length + 1));
      if (part.length > 0) handle.writeAt(part, position);
    });
    handle.writeAt(from, position);
  }

  /** Of `ProcessFile` only. */
  sync(handle: FileHandle, path: string): void {
    this.#change(`sync ${path}`, 0);
    this.#sync();
    handle.dataSync();
  }

  /** Of `ProcessFile` only. */
  truncate(handle: FileHandle, path: string, sizeBytes: number): void {
    this.#change(`truncate ${path} ${sizeBytes}`, 0);
    handle.truncate(sizeBytes);
  }

  /** Of `ProcessFile` only. */
  size(handle: FileHandle): number {
    this.#look(0);
    return handle.sizeBytes();
  }

  #look(bytes: number): void {
    if (this.#thread.isDead) throw ended();
    this.#thread.spend(this.#tempo.callMs + bytes / this.#tempo.bytesPerMs);
  }

  #change(what: string, bytes: number, partly: () => void = () => {}): void {
    this.#look(bytes);
    this.#events.changing(this.#thread.name, what);
    const faults = this.#faults;
    const counts = !faults.stopsAtSyncs || what.startsWith("sync");
    if (faults.callsUntilStop !== null && counts && faults.callsUntilStop-- === 0) {
      faults.callsUntilStop = null;
      partly();
      this.#events.stop(what, faults.stopLosesPower);
      throw ended();
    }
    if (faults.callsUntilFault !== null && faults.callsUntilFault-- === 0) {
      faults.callsUntilFault = null;
      partly();
      this.#events.faulted(what);
      throw new FileError("EIO", `EIO: i/o error, ${what}`);
    }
  }

  #sync(): void {
    this.#thread.spend(this.#tempo.syncMs * this.#faults.slowness * (0.5 + this.#dice.random()));
  }
}

/** What a call says after its process has ended; nobody hears it any more. */
const ended = (): FileError => new FileError("EIO", "the process has ended");

class ProcessFile implements FileHandle {
  readonly #files: ProcessFiles;
  readonly #handle: FileHandle;
  readonly #path: string;

  constructor(files: ProcessFiles, handle: FileHandle, path: string) {
    this.#files = files;
    this.#handle = handle;
    this.#path = path;
  }

  readAt(into: Uint8Array, position: number): number {
    return this.#files.read(this.#handle, into, position);
  }

  writeAt(from: Uint8Array, position: number): void {
    this.#files.write(this.#handle, this.#path, from, position);
  }

  dataSync(): void {
    this.#files.sync(this.#handle, this.#path);
  }

  sizeBytes(): number {
    return this.#files.size(this.#handle);
  }

  truncate(sizeBytes: number): void {
    this.#files.truncate(this.#handle, this.#path, sizeBytes);
  }

  close(): void {
    this.#handle.close();
  }
}

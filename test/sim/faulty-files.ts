import { FileError, type FileHandle, type Files } from "../../src/core/ports/mod.ts";

/** What a disk keeps apart, unless told otherwise: a torn write is torn between these. */
const standardSectorBytes = 512;

/** An unsynced change to a file's content, and how to undo it. */
interface Change {
  readonly position: number;
  /** What was written; null: the file was cut or grown to `position`. */
  readonly bytes: Uint8Array | null;
  readonly sizeBefore: number;
  /** What was there before, as far as it lay within the file. */
  readonly bytesBefore: Uint8Array;
}

/** A file without its name. */
class Inode {
  /** What every reader sees. */
  bytes = new Uint8Array(0);
  size = 0;
  /** Unsynced, in their order: without them the file is what survives a crash for sure. */
  changes: Change[] = [];
  /** Where what was synced last begins. */
  lastSyncedFrom = 0;

  write(from: Uint8Array, position: number): void {
    this.#note(position, from.slice(), position + from.length);
    this.#put(from, position);
  }

  truncate(sizeBytes: number): void {
    this.#note(sizeBytes, null, Number.POSITIVE_INFINITY);
    this.#resize(sizeBytes);
  }

  /** Everything unsynced is undone, and then what `random` keeps of it done again. */
  crash(random: () => number, sectorBytes: number): void {
    const { changes } = this;
    this.changes = [];
    for (const { position, sizeBefore, bytesBefore } of changes.toReversed()) {
      this.#resize(sizeBefore);
      this.bytes.set(bytesBefore, Math.min(position, sizeBefore));
    }
    for (const { position, bytes } of changes) {
      const fate = random();
      if (fate < 0.3) continue;
      if (bytes === null) {
        this.#resize(position);
        continue;
      }
      for (let at = position; at < position + bytes.length; ) {
        const next = Math.min(position + bytes.length, (Math.floor(at / sectorBytes) + 1) * sectorBytes);
        if (fate > 0.7 || random() < 0.5) this.#put(bytes.subarray(at - position, next - position), at);
        at = next;
      }
    }
  }

  #note(position: number, bytes: Uint8Array | null, end: number): void {
    const bytesBefore = this.bytes.slice(Math.min(position, this.size), Math.min(this.size, end));
    this.changes.push({ position, bytes, sizeBefore: this.size, bytesBefore });
  }

  #put(from: Uint8Array, position: number): void {
    if (position + from.length > this.size) this.#resize(position + from.length);
    this.bytes.set(from, position);
  }

  /** Bytes that a file grows by are zero. */
  #resize(size: number): void {
    if (size > this.bytes.length) {
      const own = new Uint8Array(Math.max(size, this.bytes.length * 2));
      own.set(this.bytes.subarray(0, this.size));
      this.bytes = own;
    }
    if (size > this.size) this.bytes.fill(0, this.size, size);
    this.size = size;
  }
}

/** An unsynced change to the names in a folder; `to` null: removed, `from` null: made. */
interface NameChange {
  readonly folder: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly inode: Inode;
}

const folderOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf("/")));

/**
 * Files in memory that fail the way disks do. `crash` loses what was not synced: each unsynced write is kept, lost or
 * torn between sectors, each by itself; changes of names survive up to some point in time, folder by folder. `failAt`
 * makes a call fail, `roomBytes` fills the disk.
 */
export class FaultyFiles implements Files {
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #nameChanges: NameChange[] = [];
  #folders = new Set<string>();
  #calls = 0;
  /** Calls that change the disk, so far. */
  get calls(): number {
    return this.#calls;
  }
  /** The changing call with this number (from 1) fails with EIO, and every one after it, until a crash. */
  failAt = Number.POSITIVE_INFINITY;
  /** Bytes that all files together may have, until a crash. */
  roomBytes = Number.POSITIVE_INFINITY;
  /** Called before each changing call. */
  onChange: (what: string) => void = () => {};
  sectorBytes = standardSectorBytes;

  open(path: string, mode: "read" | "write" | "create"): FileHandle {
    let inode = this.#names.get(path);
    if (inode === undefined) {
      if (mode !== "create") throw new FileError("ENOENT", `no such file: ${path}`);
      this.#changing(`create ${path}`);
      inode = new Inode();
      this.#rename(null, path, inode);
    }
    return new FaultyHandle(this, inode, path);
  }

  exists(path: string): boolean {
    return this.#names.has(path) || this.#folders.has(path);
  }

  modifiedMs(path: string): number {
    return this.exists(path) ? 1 : 0;
  }

  list(folder: string): readonly string[] {
    const names: string[] = [];
    for (const path of this.#names.keys()) if (folderOf(path) === folder) names.push(path.slice(folder.length + 1));
    return names.sort();
  }

  remove(path: string): void {
    const inode = this.#names.get(path);
    if (inode === undefined) return;
    this.#changing(`remove ${path}`);
    this.#rename(path, null, inode);
  }

  rename(from: string, to: string): void {
    const inode = this.#names.get(from);
    if (inode === undefined) throw new FileError("ENOENT", `no such file: ${from}`);
    this.#changing(`rename ${from} ${to}`);
    this.#rename(from, to, inode);
  }

  makeFolder(path: string): void {
    this.#folders.add(path);
  }

  syncFolder(path: string): void {
    this.#changing(`syncFolder ${path}`);
    this.#settle((change) => change.folder === path);
  }

  /** The machine stops: what was not synced is kept, lost or torn as `random` (0 ≤ x < 1) has it. Handles die. */
  crash(random: () => number): void {
    const kept = new Map<string, number>();
    const left = this.#nameChanges;
    for (const { folder } of left) {
      const ofFolder = left.filter((change) => change.folder === folder).length;
      if (!kept.has(folder)) kept.set(folder, Math.floor(random() * (ofFolder + 1)));
    }
    this.#settle((change) => {
      const more = kept.get(change.folder) ?? 0;
      kept.set(change.folder, more - 1);
      return more > 0;
    });
    this.#nameChanges = [];
    this.#names = new Map(this.#durableNames);
    for (const inode of new Set(this.#names.values())) inode.crash(random, this.sectorBytes);
    this.failAt = Number.POSITIVE_INFINITY;
    this.roomBytes = Number.POSITIVE_INFINITY;
  }

  /** A copy of the disk as it is seen now, all of it durable. */
  clone(): FaultyFiles {
    const copy = new FaultyFiles();
    for (const [path, inode] of this.#names) copy.put(path, inode.bytes.subarray(0, inode.size));
    for (const folder of this.#folders) copy.#folders.add(folder);
    return copy;
  }

  /** What all files together take up. */
  usedBytes(): number {
    let used = 0;
    for (const inode of new Set(this.#names.values())) used += inode.size;
    return used;
  }

  /** A file's bytes, as they are seen now. */
  bytes(path: string): Uint8Array<ArrayBuffer> {
    const inode = this.#names.get(path);
    if (inode === undefined) throw new FileError("ENOENT", `no such file: ${path}`);
    return inode.bytes.slice(0, inode.size);
  }

  /** How far a file's bytes were on the disk before the last sync that wrote anything. */
  settledBytes(path: string): number {
    return Math.min(this.#names.get(path)?.lastSyncedFrom ?? 0, this.#names.get(path)?.size ?? 0);
  }

  /** Flips bits of a file's byte behind everyone's back. */
  flip(path: string, position: number, bits: number): void {
    const inode = this.#names.get(path);
    if (inode !== undefined) inode.bytes[position] = (inode.bytes[position] ?? 0) ^ bits;
  }

  /** Puts a file there, durable. */
  put(path: string, bytes: Uint8Array): void {
    const inode = new Inode();
    inode.bytes = bytes.slice();
    inode.size = bytes.length;
    this.#names.set(path, inode);
    this.#durableNames.set(path, inode);
  }

  /** Of `FaultyHandle` only. */
  write(inode: Inode, path: string, from: Uint8Array, position: number): void {
    this.#changing(`write ${path} ${position} ${from.length}`);
    const end = position + from.length;
    if (end > inode.size) this.#takeRoom(end - inode.size);
    inode.write(from, position);
  }

  /** Of `FaultyHandle` only. */
  truncate(inode: Inode, path: string, sizeBytes: number): void {
    this.#changing(`truncate ${path} ${sizeBytes}`);
    inode.truncate(sizeBytes);
  }

  /** Of `FaultyHandle` only. */
  sync(inode: Inode, path: string): void {
    this.#changing(`dataSync ${path}`);
    const from = inode.changes.reduce((least, { position }) => Math.min(least, position), Number.POSITIVE_INFINITY);
    if (inode.changes.length > 0) inode.lastSyncedFrom = from;
    inode.changes = [];
  }

  #changing(what: string): void {
    this.onChange(what);
    this.#calls++;
    if (this.#calls >= this.failAt) throw new FileError("EIO", `input/output error: ${what}`);
  }

  #takeRoom(bytes: number): void {
    if (this.roomBytes !== Number.POSITIVE_INFINITY && this.usedBytes() + bytes > this.roomBytes)
      throw new FileError("ENOSPC", "no space left on device");
  }

  #rename(from: string | null, to: string | null, inode: Inode): void {
    this.#nameChanges.push({ folder: folderOf(from ?? to ?? ""), from, to, inode });
    applyName(this.#names, from, to, inode);
  }

  /** Makes durable the changes of names that `isKept`, in their order. */
  #settle(isKept: (change: NameChange) => boolean): void {
    this.#nameChanges = this.#nameChanges.filter((change) => {
      if (!isKept(change)) return true;
      applyName(this.#durableNames, change.from, change.to, change.inode);
      return false;
    });
  }
}

class FaultyHandle implements FileHandle {
  readonly #files: FaultyFiles;
  readonly #inode: Inode;
  readonly #path: string;

  constructor(files: FaultyFiles, inode: Inode, path: string) {
    this.#files = files;
    this.#inode = inode;
    this.#path = path;
  }

  readAt(into: Uint8Array, position: number): number {
    const end = Math.min(this.#inode.size, position + into.length);
    if (end <= position) return 0;
    into.set(this.#inode.bytes.subarray(position, end));
    return end - position;
  }

  writeAt(from: Uint8Array, position: number): void {
    this.#files.write(this.#inode, this.#path, from, position);
  }

  dataSync(): void {
    this.#files.sync(this.#inode, this.#path);
  }

  sizeBytes(): number {
    return this.#inode.size;
  }

  truncate(sizeBytes: number): void {
    this.#files.truncate(this.#inode, this.#path, sizeBytes);
  }

  close(): void {}
}

function applyName(names: Map<string, Inode>, from: string | null, to: string | null, inode: Inode): void {
  if (from !== null) names.delete(from);
  if (to !== null) names.set(to, inode);
}

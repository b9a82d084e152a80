import { assert, type LogIndex, type SegmentId } from "../base/mod.ts";
import { type BaseShape, PageIndex } from "../pages/mod.ts";
import type { FileHandle, Files } from "../ports/mod.ts";
import { databaseFile, segmentPath } from "./storage-names.ts";

/** One thread's view of every page version: its copy of the page index, and the files it has open to read them. */
export class PageVersions {
  readonly index: PageIndex;
  readonly #files: Files;
  readonly #folder: string;
  readonly #segments = new Map<number, FileHandle>();
  readonly #bases = new Map<string, FileHandle>();
  #drops = 0;

  constructor(files: Files, folder: string, base: BaseShape) {
    this.#files = files;
    this.#folder = folder;
    this.index = new PageIndex(base);
  }

  /** How often versions were dropped or cut off. Since then pages may come from the base that did not before. */
  get drops(): number {
    return this.#drops;
  }

  /** Fills `into` with the page at a location that the index found. */
  readVersion(location: number, into: Uint8Array): void {
    const segment = this.index.segmentOf(location);
    const read = this.#segment(segment).readAt(into, this.index.positionOf(location));
    assert(read === into.length, `segment ${segment} of the log holds every page it is said to hold`);
  }

  /**
   * The open base file of a snapshot; good for as long as the snapshot is pinned. Throws FileError.
   * An image that a checkpoint has gone through is `db.sqlite` now, and no other: a checkpoint never passes a pin.
   */
  baseFile(base: BaseShape): FileHandle {
    const open = this.#bases.get(base.file);
    if (open !== undefined) return open;
    const path = `${this.#folder}/${base.file}`;
    const handle = this.#files.open(this.#files.exists(path) ? path : `${this.#folder}/${databaseFile}`, "read");
    this.#bases.set(base.file, handle);
    return handle;
  }

  /**
   * Versions up to `through` are in `db.sqlite` now: forgets them, and closes the files that nothing needs. Returns the
   * images that another had taken the place of by then: no snapshot shows them.
   */
  dropThrough(through: LogIndex): readonly string[] {
    const { pageSize, pageCount, base } = this.index.shape(through);
    if (base.file !== databaseFile) {
      const handle = this.#bases.get(base.file);
      this.#bases.get(databaseFile)?.close();
      this.#bases.delete(databaseFile);
      this.#bases.delete(base.file);
      if (handle !== undefined) this.#bases.set(databaseFile, handle);
    }
    const bases = this.index.dropThrough({ index: through, file: databaseFile, pageSize, pageCount });
    const images = bases.filter((file) => file !== base.file);
    this.#closeBases(images);
    this.#drops++;
    this.#closeUnused();
    return images;
  }

  /** Forgets entries from `index` on (Raft conflict). Returns the image files that were theirs; they are closed. */
  truncateFrom(index: LogIndex): readonly string[] {
    const images = this.index.truncateFrom(index);
    this.#closeBases(images);
    this.#closeUnused();
    this.#drops++;
    return images;
  }

  close(): void {
    for (const handle of [...this.#segments.values(), ...this.#bases.values()]) handle.close();
    this.#segments.clear();
    this.#bases.clear();
  }

  #closeBases(files: readonly string[]): void {
    for (const file of files) {
      this.#bases.get(file)?.close();
      this.#bases.delete(file);
    }
  }

  #closeUnused(): void {
    const used = this.index.segments();
    for (const [id, handle] of this.#segments) {
      if (used.has(id)) continue;
      handle.close();
      this.#segments.delete(id);
    }
  }

  #segment(id: SegmentId): FileHandle {
    const open = this.#segments.get(id);
    if (open !== undefined) return open;
    const handle = this.#files.open(segmentPath(this.#folder, id), "read");
    this.#segments.set(id, handle);
    return handle;
  }
}

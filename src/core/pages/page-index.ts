import { assert, type LogIndex, logIndex, present, type SegmentId, segmentId } from "../base/mod.ts";
import type { BaseShape, EntryNote } from "./entry-note.ts";
import { absent, PageMap } from "./page-map.ts";
import { none, VersionChains } from "./version-chains.ts";

/** How big the database is at one log index, and which file lies under its page versions. */
export interface DatabaseShape {
  readonly pageSize: number;
  readonly pageCount: number;
  readonly base: BaseShape;
}

/** The newest version of every page up to an index: what a checkpoint copies. Page numbers ascend, each once. */
export interface CheckpointPages {
  readonly pgnos: Uint32Array<ArrayBuffer>;
  readonly segments: Uint32Array<ArrayBuffer>;
  readonly positions: Float64Array<ArrayBuffer>;
}

/** An entry's size of the database, without its pages. */
interface EntryShape {
  readonly index: LogIndex;
  readonly pageCount: number;
}

/**
 * Which version of which page a snapshot sees, and where in the log it lies. Trusts its feeder for two things: entries
 * come in ascending order, and an entry that makes the database grow holds every page it grows by (so that a page that
 * was cut off and came back never shows its old version).
 */
export class PageIndex {
  /** Base files by ascending index: the checkpoint's, then one per image entry since. */
  #bases: BaseShape[];
  #entries: EntryShape[] = [];
  #versions = new VersionChains(64);
  #newestOf = new PageMap();

  constructor(base: BaseShape) {
    this.#bases = [base];
  }

  /** The file under all versions, as of the last checkpoint. */
  get base(): BaseShape {
    return present(this.#bases[0], "a page index has a base");
  }

  /** Index of the newest entry with pages, or the base's. */
  get newest(): LogIndex {
    return this.#entries.at(-1)?.index ?? this.base.index;
  }

  /** Takes in the next entry; indexes ascend. */
  add(note: EntryNote): void {
    const { index, pageCount, pageSize, pgnos, segments, positions } = note;
    assert(index > this.newest, `entry ${index} comes after ${this.newest}`);
    if (note.image === null) {
      assert(pageSize === this.#baseAt(index).pageSize, "only an image changes the page size");
    } else {
      this.#bases.push({ index, file: note.image, pageSize, pageCount });
    }
    this.#entries.push({ index, pageCount });
    for (let i = 0; i < pgnos.length; i++) {
      const pgno = pgnos[i] ?? 0;
      this.#push(index, pgno, segments[i] ?? 0, positions[i] ?? 0);
    }
  }

  /** The database's shape at `at`, which is not below the base's index. */
  shape(at: LogIndex): DatabaseShape {
    const base = this.#baseAt(at);
    const pageCount = this.#entryAt(at)?.pageCount ?? this.base.pageCount;
    return { pageSize: base.pageSize, pageCount, base };
  }

  /** Index of the last entry up to `at` that changed the database, or the base's: equal numbers, equal bytes. */
  changedAt(at: LogIndex): LogIndex {
    return this.#entryAt(at)?.index ?? this.base.index;
  }

  /**
   * Where page `pgno` lies at `at`: a handle for `segmentOf` and `positionOf`, good until the next change; -1 = in the
   * base file of that snapshot. Answers the last version even of a page beyond the snapshot's page count.
   */
  find(pgno: number, at: LogIndex): number {
    const newest = this.#newestOf.get(pgno);
    if (newest === absent) return -1;
    const version = this.#versions.upTo(newest, at);
    if (version === none || this.#bases.length === 1) return version;
    return this.#versions.index(version) > this.#baseAt(at).index ? version : -1;
  }

  segmentOf(location: number): SegmentId {
    return segmentId(this.#versions.segment(location));
  }

  /** Byte position of the page in its segment file. */
  positionOf(location: number): number {
    return this.#versions.position(location);
  }

  /** Index of the first entry from `from` on that is an image; null: there is none. */
  nextImage(from: LogIndex): LogIndex | null {
    return this.#bases.slice(1).find(({ index }) => index >= from)?.index ?? null;
  }

  /** Segments in which any version lies. */
  segments(): ReadonlySet<number> {
    const found = new Set<number>();
    for (let version = 0; version < this.#versions.length; version++) found.add(this.#versions.segment(version));
    return found;
  }

  /** What to copy so that the base file of `upTo` becomes the database at `upTo`. */
  plan(upTo: LogIndex): CheckpointPages {
    const { pageCount } = this.shape(upTo);
    const pgnos = this.#newestOf.keys();
    const segments = new Uint32Array(pgnos.length);
    const positions = new Float64Array(pgnos.length);
    let count = 0;
    for (const pgno of pgnos) {
      const location = pgno <= pageCount ? this.find(pgno, upTo) : -1;
      if (location === -1) continue;
      pgnos[count] = pgno;
      segments[count] = this.#versions.segment(location);
      positions[count++] = this.#versions.position(location);
    }
    return {
      pgnos: pgnos.slice(0, count),
      segments: segments.slice(0, count),
      positions: positions.slice(0, count),
    };
  }

  /**
   * The file now holds everything up to `base.index`: those versions are forgotten. Returns the files that were bases
   * up to there and are none any more.
   */
  dropThrough(base: BaseShape): readonly string[] {
    assert(base.index >= this.base.index, `the base goes from ${this.base.index} forward to ${base.index}`);
    const isLater = (shape: { readonly index: LogIndex }): boolean => shape.index > base.index;
    const files = this.#bases.filter((shape) => !isLater(shape) && shape.file !== base.file).map(({ file }) => file);
    this.#bases = [base, ...this.#bases.filter(isLater)];
    this.#entries = this.#entries.filter(isLater);
    const old = this.#versions;
    let first = 0;
    while (first < old.length && old.index(first) <= base.index) first++;
    this.#versions = new VersionChains(Math.max(64, (old.length - first) * 2));
    this.#newestOf = new PageMap();
    for (let version = first; version < old.length; version++) {
      this.#push(old.index(version), old.pgno(version), old.segment(version), old.position(version));
    }
    return files;
  }

  /** Forgets entries from `index` on (Raft conflict). Returns the files that were bases from there on. */
  truncateFrom(index: LogIndex): readonly string[] {
    assert(index > this.base.index, `entry ${index} is in the base and can't be taken back`);
    const files = this.#bases.filter((base) => base.index >= index).map(({ file }) => file);
    const stays = (shape: { readonly index: LogIndex }): boolean => shape.index < index;
    this.#bases = this.#bases.filter(stays);
    this.#entries = this.#entries.filter(stays);
    for (let last = this.#versions.length - 1; last >= 0 && this.#versions.index(last) >= index; last--) {
      this.#newestOf.set(this.#versions.pgno(last), this.#versions.older(last));
      this.#versions.pop();
    }
    return files;
  }

  #push(index: number, pgno: number, segment: number, position: number): void {
    const older = this.#newestOf.get(pgno);
    this.#newestOf.set(pgno, this.#versions.push(index, pgno, segment, position, older === absent ? none : older));
  }

  #baseAt(at: LogIndex): BaseShape {
    let base = this.base;
    assert(at >= base.index, `snapshot ${at} is older than the base file, which is at ${base.index}`);
    for (const later of this.#bases) if (later.index <= at) base = later;
    return base;
  }

  /** The last entry up to `at`; null: the base itself. */
  #entryAt(at: LogIndex): EntryShape | null {
    const last = this.#entries.at(-1);
    if (last !== undefined && last.index <= at) return last;
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.index ?? logIndex(0)) <= at) low = middle + 1;
      else high = middle;
    }
    return this.#entries[low - 1] ?? null;
  }
}

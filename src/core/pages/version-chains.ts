import { widen } from "../base/mod.ts";

/** No version: the end of every chain. */
export const none = -1;

/**
 * Page versions in columns, numbered as they come; log indexes ascend. Versions of one page form a chain from the newest
 * to the oldest, with jump pointers (Myers, "An applicative random-access stack", 1983), so that a snapshot far in the
 * past finds its version of a busy page in logarithmic time.
 */
export class VersionChains {
  #indexes: Float64Array;
  #pgnos: Uint32Array;
  #segments: Uint32Array;
  #positions: Float64Array;
  #older: Int32Array;
  #jumps: Int32Array;
  #depths: Uint32Array;
  #length = 0;

  constructor(capacity: number) {
    this.#indexes = new Float64Array(capacity);
    this.#pgnos = new Uint32Array(capacity);
    this.#segments = new Uint32Array(capacity);
    this.#positions = new Float64Array(capacity);
    this.#older = new Int32Array(capacity);
    this.#jumps = new Int32Array(capacity);
    this.#depths = new Uint32Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** Adds a version in front of `older`, the page's newest until now or `none`; returns its number. */
  push(index: number, pgno: number, segment: number, position: number, older: number): number {
    if (this.#length === this.#indexes.length) this.#grow();
    const version = this.#length++;
    this.#indexes[version] = index;
    this.#pgnos[version] = pgno;
    this.#segments[version] = segment;
    this.#positions[version] = position;
    this.#older[version] = older;
    const jump = this.#jumpOf(older);
    const isEven = older !== none && this.#depthOf(older) - this.#depthOf(jump) === this.#jumpSpan(jump);
    this.#jumps[version] = isEven ? this.#jumpOf(jump) : older;
    this.#depths[version] = this.#depthOf(older) + 1;
    return version;
  }

  /** Forgets the last version. */
  pop(): void {
    this.#length--;
  }

  /** First version at or behind `version` in its chain whose index is at most `at`, or `none`. */
  upTo(version: number, at: number): number {
    const indexes = this.#indexes;
    let found = version;
    while (found !== none && (indexes[found] ?? 0) > at) {
      const jump = this.#jumps[found] ?? none;
      found = jump !== none && (indexes[jump] ?? 0) > at ? jump : (this.#older[found] ?? none);
    }
    return found;
  }

  index(version: number): number {
    return this.#indexes[version] ?? 0;
  }

  pgno(version: number): number {
    return this.#pgnos[version] ?? 0;
  }

  segment(version: number): number {
    return this.#segments[version] ?? 0;
  }

  position(version: number): number {
    return this.#positions[version] ?? 0;
  }

  older(version: number): number {
    return this.#older[version] ?? none;
  }

  #jumpOf(version: number): number {
    return version === none ? none : (this.#jumps[version] ?? none);
  }

  #depthOf(version: number): number {
    return version === none ? 0 : (this.#depths[version] ?? 0);
  }

  #jumpSpan(version: number): number {
    return this.#depthOf(version) - this.#depthOf(this.#jumpOf(version));
  }

  #grow(): void {
    const capacity = Math.max(64, this.#indexes.length * 2);
    this.#indexes = widen(this.#indexes, new Float64Array(capacity));
    this.#pgnos = widen(this.#pgnos, new Uint32Array(capacity));
    this.#segments = widen(this.#segments, new Uint32Array(capacity));
    this.#positions = widen(this.#positions, new Float64Array(capacity));
    this.#older = widen(this.#older, new Int32Array(capacity));
    this.#jumps = widen(this.#jumps, new Int32Array(capacity));
    this.#depths = widen(this.#depths, new Uint32Array(capacity));
  }
}

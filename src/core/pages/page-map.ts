/** No value. */
export const absent = -1;

/** Page number -> a number from 0 up: open addressing in two typed arrays, at most half full. Keys are never removed
 * one by one; `absent` may be set as a value. */
export class PageMap {
  #keys: Uint32Array;
  #values: Int32Array;
  #shift: number;
  #size = 0;

  constructor(keysExpected = 0) {
    const bits = Math.max(6, Math.ceil(Math.log2(Math.max(1, keysExpected) * 2 + 1)));
    this.#keys = new Uint32Array(2 ** bits);
    this.#values = new Int32Array(2 ** bits);
    this.#shift = 32 - bits;
  }

  /** Keys that were ever set. */
  get size(): number {
    return this.#size;
  }

  get(pgno: number): number {
    const slot = this.#slotOf(pgno);
    return this.#keys[slot] === pgno ? (this.#values[slot] ?? absent) : absent;
  }

  set(pgno: number, value: number): void {
    let slot = this.#slotOf(pgno);
    if (this.#keys[slot] !== pgno) {
      if ((this.#size + 1) * 2 > this.#keys.length) {
        this.#grow();
        slot = this.#slotOf(pgno);
      }
      this.#keys[slot] = pgno;
      this.#size++;
    }
    this.#values[slot] = value;
  }

  /** All keys that have a value, ascending. */
  keys(): Uint32Array<ArrayBuffer> {
    const found = new Uint32Array(this.#size);
    let length = 0;
    for (let slot = 0; slot < this.#keys.length; slot++) {
      const key = this.#keys[slot] ?? 0;
      if (key !== 0 && this.#values[slot] !== absent) found[length++] = key;
    }
    return found.slice(0, length).sort();
  }

  /** The key's slot, or the empty one where it would go. Multiplicative hashing, linear probing. */
  #slotOf(pgno: number): number {
    const keys = this.#keys;
    const mask = keys.length - 1;
    let slot = Math.imul(pgno, 0x9e3779b1) >>> this.#shift;
    for (;;) {
      const key = keys[slot];
      if (key === pgno || key === 0) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #grow(): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Uint32Array(keys.length * 2);
    this.#values = new Int32Array(keys.length * 2);
    this.#shift--;
    for (let from = 0; from < keys.length; from++) {
      const key = keys[from] ?? 0;
      if (key === 0) continue;
      const slot = this.#slotOf(key);
      this.#keys[slot] = key;
      this.#values[slot] = values[from] ?? absent;
    }
  }
}

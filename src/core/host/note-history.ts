import type { LogIndex } from "../base/mod.ts";
import type { BaseShape, EntryNote } from "../pages/mod.ts";

/** Commit notes since the last checkpoint, in order, so that any reader can be brought up to date from where it is. */
export class NoteHistory {
  #base: BaseShape;
  #notes: EntryNote[] = [];
  #newest: LogIndex;

  constructor(base: BaseShape) {
    this.#base = base;
    this.#newest = base.index;
  }

  get base(): BaseShape {
    return this.#base;
  }

  /** Index of the last committed entry that is known here (entries without pages leave no note). */
  get newest(): LogIndex {
    return this.#newest;
  }

  add(notes: readonly EntryNote[], through: LogIndex): void {
    for (const note of notes) this.#notes.push(note);
    if (through > this.#newest) this.#newest = through;
  }

  /** Notes with an index above `index`. */
  since(index: LogIndex): readonly EntryNote[] {
    let low = 0;
    let high = this.#notes.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#notes[middle]?.index ?? 0) <= index) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? this.#notes.slice() : this.#notes.slice(low);
  }

  /** The checkpoint moved to `base`: older notes are only history. */
  dropThrough(base: BaseShape): void {
    this.#notes = this.#notes.filter((note) => note.index > base.index);
    this.#base = base;
  }
}

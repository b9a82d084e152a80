import type { LogIndex } from "../base/mod.ts";
import type { BaseShape, EntryNote } from "../pages/mod.ts";

/** Notes since the last checkpoint, in order, so that any reader can be brought up to date from where it is. */
export class NoteHistory {
  #base: BaseShape;
  #committed: EntryNote[] = [];
  /** In the log, but nobody may see them yet. */
  #ahead: EntryNote[] = [];
  #newest: LogIndex;

  /** `notes`: of the log behind the base. */
  constructor(base: BaseShape, notes: readonly EntryNote[]) {
    this.#base = base;
    this.#newest = base.index;
    this.#ahead = [...notes];
  }

  get base(): BaseShape {
    return this.#base;
  }

  /** The last committed entry (which may have left no note): what a read that begins now sees. */
  get newest(): LogIndex {
    return this.#newest;
  }

  /** Size of the newest committed database. */
  get shape(): { readonly pageSize: number; readonly pageCount: number } {
    return this.#committed[this.#committed.length - 1] ?? this.#base;
  }

  logged(notes: readonly EntryNote[]): void {
    for (const note of notes) this.#ahead.push(note);
  }

  commit(through: LogIndex): void {
    this.#newest = through;
    let count = 0;
    for (const note of this.#ahead) {
      if (note.index > through) break;
      this.#committed.push(note);
      count++;
    }
    if (count === this.#ahead.length) this.#ahead.length = 0;
    else this.#ahead.splice(0, count);
  }

  /** Committed notes above `index`. */
  since(index: LogIndex): readonly EntryNote[] {
    const notes = this.#committed;
    let start = notes.length;
    while (start > 0 && (notes[start - 1]?.index ?? 0) > index) start--;
    return notes.slice(start);
  }

  /** The checkpoint moved to `base`: older notes are only history. */
  dropThrough(base: BaseShape): void {
    this.#committed = this.#committed.filter((note) => note.index > base.index);
    this.#base = base;
  }
}

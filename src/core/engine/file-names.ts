import type { RequestId } from "../base/mod.ts";

/** A database file on its way in. Nothing of it counts before it is checked; leftovers go at the engine's next start. */
export const uploadName = (id: RequestId): string => `upload-${id}.tmp`;

/** A vacuumed copy on its way out. */
export const scratchName = (id: RequestId): string => `vacuum-${id}.tmp`;

/** Is this file of the data folder only of use to a process that has ended? */
export const isLeftover = (name: string): boolean => /^(?:upload|vacuum)-\d+\.tmp$/.test(name);

const imagePattern = /^image-(\d+)\.sqlite$/;

/**
 * Names for checked images, each given once: a checkpoint makes an image `db.sqlite` while others still know it by its
 * name.
 */
export class ImageNames {
  #last = 0;

  /** A name that no file of the folder has, and none has had in the life of this process. */
  next(names: readonly string[]): string {
    const numbers = names.map((name) => Number(imagePattern.exec(name)?.[1] ?? 0));
    this.#last = Math.max(this.#last, ...numbers) + 1;
    return `image-${this.#last}.sqlite`;
  }
}

export const isImageName = (name: string): boolean => imagePattern.test(name);

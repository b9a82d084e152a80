import type { RequestId } from "../base/mod.ts";

/** A database file on its way in. Nothing of it counts before it is checked; leftovers go at the engine's next start. */
export const uploadName = (id: RequestId): string => `upload-${id}.tmp`;

/** A vacuumed copy on its way out. */
export const scratchName = (id: RequestId): string => `vacuum-${id}.tmp`;

/** Is this file of the data folder only of use to a process that has ended? */
export const isLeftover = (name: string): boolean => /^(?:upload|vacuum)-\d+\.tmp$/.test(name);

const imagePattern = /^image-(\d+)\.sqlite$/;

/** A name for a checked image that none of the names in the folder has. */
export function freshImageName(names: readonly string[]): string {
  const numbers = names.map((name) => Number(imagePattern.exec(name)?.[1] ?? 0));
  return `image-${Math.max(0, ...numbers) + 1}.sqlite`;
}

export const isImageName = (name: string): boolean => imagePattern.test(name);

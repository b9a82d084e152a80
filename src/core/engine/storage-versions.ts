import type { LogIndex } from "../base/mod.ts";
import type { BaseShape, PageIndex } from "../pages/mod.ts";
import type { Files } from "../ports/mod.ts";

/** One thread's view of every page version: its copy of the page index, and the files it has open to read them. */
export class PageVersions {
  declare readonly index: PageIndex;

  constructor(files: Files, folder: string, base: BaseShape) {
    throw new Error(`unfinished ${folder} ${files.exists} ${base.file}`);
  }

  /** Versions up to `through` are in `db.sqlite` now: forgets them, and closes the segments that nothing needs. */
  declare dropThrough: (through: LogIndex) => void;
  declare close: () => void;
}

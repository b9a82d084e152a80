/** What the command line can't know of itself and so is told. */
export interface Facts {
  /** Of the build: `v10.3.0`, a commit or `unknown`, and what made the program (`none`, `esbuild`, `bun`). */
  readonly version: string;
  readonly commit: string;
  readonly compiler: string;
  /** As the `Process` port says them. */
  readonly os: string;
  readonly arch: string;
  readonly runtime: string;
  readonly cpus: number;
  /** `3.54.1`. */
  readonly sqliteVersion: string;
  /** Makes a path absolute. */
  resolvePath(path: string): string;
  /** Whether there is a file or folder. */
  exists(path: string): boolean;
}

/** Under which name the program was started; `rqlited` is the contract to the letter (operations §1). */
export type Program = "quolite" | "rqlited";

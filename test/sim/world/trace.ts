import { createHash } from "node:crypto";

/** One line of the timeline. */
export interface TraceLine {
  readonly timeMs: number;
  readonly who: string;
  readonly text: string;
}

/** What happened, in order: a digest of all of it, and the lines that a person can read. */
export class Trace {
  readonly lines: TraceLine[] = [];
  readonly #hash = createHash("sha256");
  #pending: string[] = [];
  readonly #show: ((line: TraceLine) => void) | null;
  readonly #showsDetail: boolean;

  /** `show` hears each line at once; with `showsDetail` also what is normally only part of the digest. */
  constructor(show: ((line: TraceLine) => void) | null = null, showsDetail = false) {
    this.#show = show;
    this.#showsDetail = showsDetail;
  }

  line(timeMs: number, who: string, text: string): void {
    const line = { timeMs, who, text };
    this.lines.push(line);
    this.#show?.(line);
    this.#add(line);
  }

  /** Goes into the digest only. */
  detail(timeMs: number, who: string, text: string): void {
    const line = { timeMs, who, text };
    if (this.#showsDetail) this.#show?.(line);
    this.#add(line);
  }

  digest(): string {
    this.#flush();
    return this.#hash.copy().digest("hex").slice(0, 16);
  }

  #add({ timeMs, who, text }: TraceLine): void {
    this.#pending.push(`${timeMs} ${who} ${text}\n`);
    if (this.#pending.length >= 1000) this.#flush();
  }

  #flush(): void {
    this.#hash.update(this.#pending.join(""));
    this.#pending = [];
  }
}

export const formatLine = ({ timeMs, who, text }: TraceLine): string =>
  `${(timeMs / 1000).toFixed(6).padStart(12)} s  ${who.padEnd(10)} ${text}`;

import type { LogIndex } from "../base/mod.ts";

const compactAfter = 64;

/** Messages with entries that one follower has not answered yet, oldest first. Bounds memory on the way and there. */
export class Window {
  readonly #messagesMax: number;
  readonly #bytesMax: number;
  #last: LogIndex[] = [];
  #bytes: number[] = [];
  #head = 0;
  #bytesTotal = 0;

  constructor(messagesMax: number, bytesMax: number) {
    this.#messagesMax = messagesMax;
    this.#bytesMax = bytesMax;
  }

  get messages(): number {
    return this.#last.length - this.#head;
  }

  get bytes(): number {
    return this.#bytesTotal;
  }

  /** Nothing more may be sent. An empty window is never full, so that an entry of any size gets through. */
  get full(): boolean {
    return this.messages >= this.#messagesMax || (this.messages > 0 && this.#bytesTotal >= this.#bytesMax);
  }

  /** A message left whose last entry is `last`, beyond all before. */
  add(last: LogIndex, bytes: number): void {
    this.#last.push(last);
    this.#bytes.push(bytes);
    this.#bytesTotal += bytes;
  }

  /** The follower has everything through `index`. */
  freeThrough(index: LogIndex): void {
    while (this.#head < this.#last.length && (this.#last[this.#head] ?? 0) <= index) {
      this.#bytesTotal -= this.#bytes[this.#head] ?? 0;
      this.#head++;
    }
    if (this.#head === this.#last.length) this.clear();
    else if (this.#head >= compactAfter) {
      this.#last = this.#last.slice(this.#head);
      this.#bytes = this.#bytes.slice(this.#head);
      this.#head = 0;
    }
  }

  clear(): void {
    this.#last.length = 0;
    this.#bytes.length = 0;
    this.#head = 0;
    this.#bytesTotal = 0;
  }
}

import type { LogIndex, RequestId } from "../base/mod.ts";

/**
 * Reads that wait for proof that their leader still leads (thesis §6.4). Only one round of heartbeats is out at a time,
 * and serves all reads that came before it began; those that come meanwhile share the next.
 */
export class ReadQueue {
  readonly #waitingMax: number;
  #waiting: RequestId[] = [];
  #inRound: readonly RequestId[] = [];
  #round = 0;
  #readIndex: LogIndex | null = null;

  constructor(waitingMax: number) {
    this.#waitingMax = waitingMax;
  }

  /** Number of the newest round. */
  get round(): number {
    return this.#round;
  }

  /** A round is out. */
  get asking(): boolean {
    return this.#readIndex !== null;
  }

  get size(): number {
    return this.#waiting.length + this.#inRound.length;
  }

  /** Whether a round should begin: somebody waits and none is out. */
  get due(): boolean {
    return this.#readIndex === null && this.#waiting.length > 0;
  }

  /** False: the queue is full. */
  add(request: RequestId): boolean {
    if (this.size >= this.#waitingMax) return false;
    this.#waiting.push(request);
    return true;
  }

  /** All that wait will be served at `readIndex` if a majority answers the new round. */
  beginRound(readIndex: LogIndex): void {
    this.#inRound = this.#waiting;
    this.#waiting = [];
    this.#readIndex = readIndex;
    this.#round++;
  }

  /** A majority answered. */
  endRound(): { readonly requests: readonly RequestId[]; readonly index: LogIndex } | null {
    const index = this.#readIndex;
    if (index === null) return null;
    const requests = this.#inRound;
    this.#inRound = [];
    this.#readIndex = null;
    return { requests, index };
  }

  /** Everybody who waits, for a leader that is none any more. */
  drain(): readonly RequestId[] {
    const all = [...this.#inRound, ...this.#waiting];
    this.#inRound = [];
    this.#waiting = [];
    this.#readIndex = null;
    return all;
  }
}

import type { RequestId } from "../base/mod.ts";
import type { NodeEffect } from "./node-effect.ts";
import type { WriteEvent } from "./node-event.ts";

/** Bounds of what waits for the writer and of what it gets at once. */
export interface WriteLimits {
  readonly groupRequestsMax: number;
  /** Bodies of one group; a single bigger request is a group by itself. */
  readonly groupBytesMax: number;
  readonly queueRequestsMax: number;
  readonly queueBytesMax: number;
  /** How long a request may wait for the writer (`-raft-apply-timeout`). */
  readonly enqueueTimeoutMs: number;
}

/** Requests that wait for the writer, first come first served. The open group is its head. */
export class WriteQueue {
  readonly #limits: WriteLimits;
  #waiting: WriteEvent[] = [];
  /** Requests before this place have left. */
  #head = 0;
  #bodyBytes = 0;

  constructor(limits: WriteLimits) {
    this.#limits = limits;
  }

  get length(): number {
    return this.#waiting.length - this.#head;
  }

  get bodyBytes(): number {
    return this.#bodyBytes;
  }

  /** False: a bound is reached. One request always fits, whatever its size. */
  add(write: WriteEvent): boolean {
    if (this.length >= this.#limits.queueRequestsMax) return false;
    if (this.length > 0 && this.#bodyBytes + write.bodyBytes > this.#limits.queueBytesMax) return false;
    this.#waiting.push(write);
    this.#bodyBytes += write.bodyBytes;
    return true;
  }

  /** Closes the open group and takes it; at least one request if any waits. */
  takeGroup(): RequestId[] {
    const group: RequestId[] = [];
    let bodyBytes = 0;
    while (this.#head < this.#waiting.length && group.length < this.#limits.groupRequestsMax) {
      const write = this.#waiting[this.#head];
      if (write === undefined) break;
      if (group.length > 0 && bodyBytes + write.bodyBytes > this.#limits.groupBytesMax) break;
      bodyBytes += write.bodyBytes;
      group.push(write.request);
      this.#head++;
    }
    this.#bodyBytes -= bodyBytes;
    this.#compact();
    return group;
  }

  /** Takes one request out; false if it isn't here any more. */
  remove(request: RequestId): boolean {
    const place = this.#waiting.findIndex((write, at) => at >= this.#head && write.request === request);
    if (place < 0) return false;
    this.#bodyBytes -= this.#waiting[place]?.bodyBytes ?? 0;
    this.#waiting.splice(place, 1);
    return true;
  }

  /** Refuses those that have waited too long. */
  expire(nowMs: number, effects: NodeEffect[]): void {
    for (; this.#head < this.#waiting.length; this.#head++) {
      const write = this.#waiting[this.#head];
      if (write === undefined || nowMs - write.nowMs < this.#limits.enqueueTimeoutMs) break;
      this.#bodyBytes -= write.bodyBytes;
      effects.push({ type: "refuse", request: write.request, reason: "enqueue-timeout" });
    }
    this.#compact();
  }

  /** Everything that waits, which is then nothing. */
  takeAll(): RequestId[] {
    const requests = this.#waiting.slice(this.#head).map((write) => write.request);
    this.#waiting = [];
    this.#head = 0;
    this.#bodyBytes = 0;
    return requests;
  }

  #compact(): void {
    if (this.#head === this.#waiting.length) {
      this.#waiting.length = 0;
      this.#head = 0;
    } else if (this.#head > 1024) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
  }
}

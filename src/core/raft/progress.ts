import { assert, type LogIndex, logIndex } from "../base/mod.ts";
import type { Snapshot } from "./messages.ts";
import type { RaftOptions } from "./options.ts";
import { Window } from "./window.ts";

/**
 * What a leader knows of one other server.
 * `probe`: where the logs part is not known; one empty AppendEntries at a time looks for it.
 * `replicate`: entries flow, many messages ahead of the answers. `snapshot`: waits for an image to be installed.
 * Invariant I7: matchIndex < nextIndex. It holds in `snapshot` too, where nextIndex stands still.
 */
export class Progress {
  /** On that server's disk, and equal to ours, through here. */
  matchIndex: LogIndex = logIndex(0);
  nextIndex: LogIndex;
  readonly window: Window;
  /** Newest round of heartbeats for reads that it answered. */
  round = 0;
  /** When it last answered, whatever it said. */
  contactTick: number;
  /** When something was last sent to it. */
  sentTick: number;
  /** The commit index that it was last told. */
  toldCommit: LogIndex = logIndex(0);
  #state: "probe" | "replicate" | "snapshot" = "probe";
  /** A probe is out; no other before an answer or the next heartbeat. */
  #probing = false;
  #offer: Snapshot | null = null;
  #offerTick = 0;

  constructor(nextIndex: LogIndex, nowTick: number, options: RaftOptions) {
    this.nextIndex = nextIndex;
    this.contactTick = nowTick;
    this.sentTick = nowTick;
    this.window = new Window(options.windowMessagesMax, options.windowBytesMax);
  }

  get state(): "probe" | "replicate" | "snapshot" {
    return this.#state;
  }

  get probing(): boolean {
    return this.#probing;
  }

  /** The image that it is to install; null unless in `snapshot`. */
  get offer(): Snapshot | null {
    return this.#offer;
  }

  get offerTick(): number {
    return this.#offerTick;
  }

  /** Looks for the common point from `nextIndex - 1` downwards. */
  becomeProbe(nextIndex: LogIndex): void {
    assert(nextIndex > this.matchIndex, `I7: probe at ${nextIndex}, matched ${this.matchIndex}`);
    this.#leaveSnapshot("probe");
    this.nextIndex = nextIndex;
    this.window.clear();
  }

  /** The logs are the same before `nextIndex`: entries may flow. */
  becomeReplicate(nextIndex: LogIndex): void {
    assert(nextIndex > this.matchIndex, `I7: replicate at ${nextIndex}, matched ${this.matchIndex}`);
    this.#leaveSnapshot("replicate");
    this.nextIndex = nextIndex;
  }

  becomeSnapshot(offer: Snapshot, nowTick: number): void {
    this.#leaveSnapshot("snapshot");
    this.window.clear();
    this.#offer = offer;
    this.#offerTick = nowTick;
  }

  offered(nowTick: number): void {
    this.#offerTick = nowTick;
  }

  probed(): void {
    this.#probing = true;
  }

  /** Its disk holds everything through `index`. True if that is news. */
  matched(index: LogIndex): boolean {
    this.window.freeThrough(index);
    if (index <= this.matchIndex) return false;
    this.matchIndex = index;
    if (this.nextIndex <= index) this.nextIndex = logIndex(index + 1);
    return true;
  }

  /** It doesn't have any more what it had on disk: it began anew with an empty one. */
  lost(): void {
    this.matchIndex = logIndex(0);
  }

  #leaveSnapshot(state: "probe" | "replicate" | "snapshot"): void {
    this.#state = state;
    this.#probing = false;
    this.#offer = null;
  }
}

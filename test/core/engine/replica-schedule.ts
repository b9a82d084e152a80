import { assert, logIndex, Prng, type Term, term } from "../../../src/core/base/mod.ts";
import type { CheckedImage } from "../../../src/core/engine/engine-messages.ts";
import { FileError } from "../../../src/core/ports/mod.ts";
import { Replica } from "./replica.ts";

/**
 * Two nodes' storages under a random schedule: one leads, the other follows, they change places; messages of any size,
 * conflicts, transactions in parts, images, checkpoints on both, snapshots, crashes in the middle of any of it. A third
 * node that nobody sees may make a majority with the leader.
 */
export class ReplicaSchedule {
  readonly #dice: Prng;
  #term: Term = term(1);
  #leader: Replica;
  #follower: Replica;
  readonly counts = {
    crashes: 0,
    messages: 0,
    truncations: 0,
    snapshots: 0,
    images: 0,
    checkpoints: 0,
    changes: 0,
    partsAlone: 0,
    equal: 0,
  };

  constructor(seed: number) {
    this.#dice = new Prng(seed);
    this.#leader = new Replica(seed * 2);
    this.#follower = new Replica(seed * 2 + 1);
    this.#newTerm();
  }

  run(steps: number): void {
    for (let step = 0; step < steps; step++) {
      const victim = this.#dice.chance(1, 5) ? (this.#dice.chance(1, 2) ? this.#leader : this.#follower) : null;
      if (victim !== null) victim.files.failAt = victim.files.calls + 1 + this.#dice.below(14);
      try {
        this.#step();
        if (victim !== null) victim.files.failAt = Number.POSITIVE_INFINITY;
        if (victim !== null && this.#dice.chance(1, 3)) this.#crash(victim);
      } catch (error) {
        if (victim === null || !(error instanceof FileError && error.code === "EIO")) throw error;
        this.#crash(victim);
        this.#newTerm();
      }
      this.#compare();
    }
    this.#leader.noop(this.#term);
    this.#leader.flush();
    this.#leader.committed = this.#leader.log.length;
    for (let rounds = 0; this.#matching() < this.#leader.log.length; rounds++) {
      assert(rounds < 200, "the follower catches up");
      this.#replicate();
    }
    for (const node of [this.#leader, this.#follower]) this.#crash(node);
    this.#compare();
  }

  #step(): void {
    const leader = this.#leader;
    const choice = this.#dice.below(24);
    if (choice < 7) leader.transaction(this.#term);
    else if (choice < 8) leader.noop(this.#term);
    else if (choice < 9) leader.membership(this.#term);
    else if (choice < 10) this.#image();
    else if (choice < 12) leader.flush();
    else if (choice < 14) leader.committed = leader.committed + this.#dice.below(leader.flushed - leader.committed + 1);
    else if (choice < 19) this.#replicate();
    else if (choice < 20) this.#changeLeader();
    else if (choice < 23) this.#checkpoint(this.#dice.chance(2, 3) ? leader : this.#follower);
    else for (const node of [leader, this.#follower]) node.fillSpares();
  }

  #image(): void {
    if (!this.#dice.chance(1, 2)) return;
    this.counts.images++;
    this.#leader.image(this.#term);
  }

  #checkpoint(node: Replica): void {
    const isDone = node.checkpoint(() => {
      if (!this.#dice.chance(1, 4)) return;
      if (node === this.#leader) node.transaction(this.#term);
      else this.#replicate();
    });
    if (isDone) this.counts.checkpoints++;
    node.judge();
  }

  /** Up to where the two logs are the same. */
  #matching(): number {
    const { log } = this.#follower;
    let same = 0;
    while (same < log.length && log[same] === this.#leader.log[same]) same++;
    return same;
  }

  #replicate(): void {
    const leader = this.#leader;
    const follower = this.#follower;
    const matching = this.#matching();
    assert(matching >= follower.committed, "what is committed is the leader's too");
    if (matching === leader.flushed && matching === follower.log.length) return;
    const from = logIndex(matching + 1);
    const through = logIndex(from + this.#dice.below(6));
    const batch = leader.storage.readEntries(from, through, this.#dice.chance(1, 2) ? 1 : 20_000);
    if (batch === "compacted") {
      this.#sendSnapshot();
      return;
    }
    if (batch.sizes.length === 0) return;
    const images: CheckedImage[] = [];
    for (const { file, pageSize, checksum } of batch.images) {
      images.push(follower.fetch(leader.imagePages(file, pageSize), checksum));
    }
    if (follower.log.length > matching) {
      follower.truncateFrom(matching + 1);
      this.counts.truncations++;
    }
    const entries = leader.log.slice(matching, matching + batch.sizes.length);
    follower.append(batch.bytes, entries, images);
    follower.committed = Math.max(follower.committed, Math.min(leader.committed, follower.log.length));
    this.counts.messages++;
    if (follower.storage.describeSnapshot(follower.storage.lastIndex) === null) this.counts.partsAlone++;
  }

  #sendSnapshot(): void {
    const at = logIndex(this.#leader.committed);
    // Inside a transaction there is none to be had; and a log that has the entry needs none.
    const isThere = this.#follower.log[at - 1] === this.#leader.log[at - 1] && this.#follower.log.length >= at;
    if (this.#leader.storage.describeSnapshot(at) === null || isThere || at <= this.#follower.committed) return;
    this.#follower.install(this.#leader, at);
    this.counts.snapshots++;
    this.#follower.judge();
  }

  #changeLeader(): void {
    const follower = this.#follower;
    // Whoever leads has all that is committed.
    if (this.#matching() < this.#leader.committed || follower.log.length < this.#leader.committed) return;
    follower.committed = this.#leader.committed;
    this.#leader.storage.discardPending();
    this.#follower = this.#leader;
    this.#leader = follower;
    this.#term = term(this.#term + 1);
    this.#newTerm();
    this.counts.changes++;
    this.#leader.noop(this.#term);
  }

  #newTerm(): void {
    for (const node of [this.#leader, this.#follower]) node.storage.saveHardState(this.#term, null);
  }

  #crash(node: Replica): void {
    this.counts.crashes++;
    const { committed } = node;
    node.crash(this.#term);
    if (node === this.#leader) node.committed = Math.max(node.committed, committed);
  }

  /** Logs that are the same up to the same end have the same database and checksum. */
  #compare(): void {
    const { storage: one, log } = this.#leader;
    const { storage: other } = this.#follower;
    if (one.lastIndex !== other.lastIndex || log.length !== one.lastIndex || this.#matching() !== log.length) return;
    assert(one.checksum === other.checksum, `at ${one.lastIndex} the checksums are equal`);
    const ends = [one, other].map((storage) => {
      const { memberships } = storage.describeLog();
      return `${storage.lastTerm} ${memberships.at(-1)?.index} ${memberships.at(-1)?.body}`;
    });
    assert(ends[0] === ends[1], `at ${one.lastIndex} term and membership are equal: ${ends.join(", ")}`);
    this.counts.equal++;
  }
}

import { assert, equalBytes, type LogIndex, logIndex, Prng, present } from "../../../src/core/base/mod.ts";
import type { Storage } from "../../../src/core/engine/storage.ts";
import { runCheckpoint } from "../../../src/core/engine/storage-checkpoint.ts";
import type { SnapshotPages } from "../../../src/core/engine/storage-snapshot.ts";
import type { PageVersions } from "../../../src/core/engine/storage-versions.ts";
import type { MembershipEntry } from "../../../src/core/log/mod.ts";
import { databaseChecksum, type EntryNote } from "../../../src/core/pages/mod.ts";
import { FileError } from "../../../src/core/ports/mod.ts";
import { FaultyFiles } from "../../sim/faulty-files.ts";
import {
  difference,
  differenceAtEnd,
  emptyVersion,
  fillSpares,
  firstTerm,
  folder,
  hasher,
  mustDo,
  mustOpen,
  openStorage,
  randomPage,
  readerOf,
  snapshotAt,
  type Version,
} from "./storage-fixture.ts";

const pagesMax = 40;

/**
 * A node's storage under a random schedule: transactions, flushes, commits, snapshots held, images, checkpoints,
 * recycling, cuts of what is not committed, full disks, and crashes in the middle of any of it; compared with a plain list of versions at every step.
 */
export class StorageSchedule {
  readonly #dice: Prng;
  readonly #seed: number;
  readonly files = new FaultyFiles();
  readonly #segmentBytes: number;
  readonly #wanted: { path: string; sizeBytes: number }[] = [];
  #storage: Storage;
  #reader: PageVersions;
  /** Every version by its index, ascending; entries without pages have none. */
  #versions: Version[] = [emptyVersion];
  #unread: EntryNote[] = [];
  #memberships: MembershipEntry[] = [];
  #flushed = logIndex(0);
  #committed = logIndex(0);
  /** The end to which the log is being cut. */
  #cuttingTo: LogIndex | null = null;
  #pins: { snapshot: SnapshotPages; version: Version }[] = [];
  #images = 0;
  /** How often what happened, so that a test can tell that it did. */
  readonly counts = {
    crashes: 0,
    cuts: 0,
    checkpoints: 0,
    images: 0,
    refusals: 0,
    parts: 0,
    recovered: 0,
    pinned: 0,
    truncations: 0,
    memberships: 0,
  };

  constructor(seed: number) {
    this.#seed = seed;
    this.#dice = new Prng(seed);
    this.#segmentBytes = [4096, 8192, 32_768][this.#dice.below(3)] ?? 4096;
    this.#storage = mustOpen(openStorage(this.files, this.#segmentBytes, seed, this.#wanted));
    this.#reader = readerOf(this.files, this.#storage);
    this.#storage.saveHardState(firstTerm, "n1");
  }

  run(steps: number): void {
    for (let step = 0; step < steps; step++) {
      const crashing = this.#dice.chance(1, 6);
      if (crashing) this.files.failAt = this.files.calls + 1 + this.#dice.below(12);
      try {
        this.#step();
        if (crashing && this.#dice.chance(1, 2)) this.#crash();
        this.files.failAt = Number.POSITIVE_INFINITY;
      } catch (error) {
        if (!(error instanceof FileError && error.code === "EIO")) throw error;
        this.#crash();
      }
    }
    this.#crash();
  }

  #step(): void {
    const choice = this.#dice.below(24);
    if (choice < 9) this.#transaction();
    else if (choice < 12) this.#flush();
    else if (choice < 13) this.#noop();
    else if (choice < 14) this.#image();
    else if (choice < 16) this.#pin();
    else if (choice < 17) this.#unpin();
    else if (choice < 19) this.#checkpoint();
    else if (choice < 20) fillSpares(this.files, this.#storage, this.#wanted);
    else if (choice < 22)
      this.#commit(logIndex(this.#committed + this.#dice.below(this.#flushed - this.#committed + 1)));
    else if (choice < 23) this.#truncate();
    else this.#membership();
  }

  get #newest(): Version {
    return present(this.#versions.at(-1), "there is a version");
  }

  #transaction(): void {
    const store = this.#storage.writerStore;
    const { pageSize } = store;
    const pages = this.#newest.pages.slice();
    const cutOff = (pageCount: number): void => {
      store.truncate(pageCount);
      while (pages.length < pageCount) pages.push(new Uint8Array(pageSize));
      pages.length = pageCount;
    };
    for (let writes = 1 + this.#dice.below(this.#dice.chance(1, 8) ? 30 : 4); writes > 0; writes--) {
      if (this.#dice.chance(1, 12)) {
        cutOff(this.#dice.below(pages.length + 1));
        continue;
      }
      const pgno = 1 + this.#dice.below(Math.min(pagesMax, pages.length + (this.#dice.chance(1, 6) ? 4 : 1)));
      const old = pages[pgno - 1];
      const page = old !== undefined && this.#dice.chance(1, 5) ? old : randomPage(this.#dice, pageSize);
      store.writePage(pgno, page);
      while (pages.length < pgno) pages.push(new Uint8Array(pageSize));
      pages[pgno - 1] = page;
    }
    const probe = new Uint8Array(pageSize);
    const probed = 1 + this.#dice.below(pages.length + 1);
    if (probed <= pages.length) {
      store.readPage(probed, probe);
      assert(equalBytes(probe, pages[probed - 1] ?? probe), `the open transaction shows its own page ${probed}`);
    }
    if (this.#dice.chance(1, 10)) {
      this.#storage.discardPending();
      return;
    }
    if (this.#dice.chance(1, 12)) this.files.roomBytes = 0;
    const before = this.#storage.lastIndex;
    const appended = this.#storage.appendPending(firstTerm);
    this.files.roomBytes = Number.POSITIVE_INFINITY;
    if (!appended.ok) {
      this.counts.refusals++;
      assert(this.#storage.lastIndex === before, "a refused group left no entry");
      this.#storage.discardPending();
      return;
    }
    if (appended.value === null) {
      assert(
        pages.length === this.#newest.pages.length &&
          pages.every((page, at) => equalBytes(page, this.#newest.pages[at] ?? page)),
        "no entry, no change",
      );
      return;
    }
    if (appended.value.index > before + 1) this.counts.parts++;
    this.#versions.push({ index: appended.value.index, pageSize, pages });
    this.#unread.push(appended.value);
  }

  #noop(): void {
    this.#storage.appendNoop(firstTerm);
  }

  #image(): void {
    if (!this.#dice.chance(1, 3)) return;
    this.counts.images++;
    const pageSize = this.#dice.chance(1, 2) ? 512 : 1024;
    const pages = Array.from({ length: this.#dice.below(12) }, () => randomPage(this.#dice, pageSize));
    const file = `image-${++this.#images}.sqlite`;
    const bytes = new Uint8Array(pages.length * pageSize);
    for (const [at, page] of pages.entries()) bytes.set(page, at * pageSize);
    this.files.put(`${folder}/${file}`, bytes);
    const source = {
      pageSize,
      pageCount: pages.length,
      readPage: (pgno: number, into: Uint8Array) => into.set(pages[pgno - 1] ?? into),
    };
    const image = { file, pageSize, pageCount: pages.length, checksum: databaseChecksum(hasher, source) };
    const note = mustDo(this.#storage.appendImage(firstTerm, image));
    this.#versions.push({ index: note.index, pageSize, pages });
    this.#unread.push(note);
  }

  #membership(): void {
    const body = Uint8Array.of(this.#dice.below(256), this.#dice.below(256));
    const index = mustDo(this.#storage.appendMembership(firstTerm, body));
    this.#memberships.push({ index, term: firstTerm, body });
    this.counts.memberships++;
  }

  #flush(): void {
    // The write is there, more or less, and the sync fails.
    if (this.#dice.chance(1, 6)) this.files.failAt = Math.min(this.files.failAt, this.files.calls + 2);
    this.#storage.flush();
    this.#flushed = this.#storage.lastIndex;
    if (this.#dice.chance(2, 3)) this.#commit(this.#flushed);
  }

  #commit(through: LogIndex): void {
    this.#committed = through;
    for (let note = this.#unread[0]; note !== undefined && note.index <= through; note = this.#unread[0]) {
      this.#reader.index.add(note);
      this.#unread.shift();
    }
  }

  #truncate(): void {
    const { lastIndex } = this.#storage;
    if (lastIndex === this.#committed) return;
    const index = logIndex(this.#committed + 1 + this.#dice.below(lastIndex - this.#committed));
    this.#cuttingTo = logIndex(index - 1);
    this.#storage.truncateFrom(index);
    this.#cuttingTo = null;
    this.counts.truncations++;
    this.#flushed = this.#storage.lastIndex;
    assert(this.#flushed === index - 1, "the log was cut");
    this.#unread = this.#unread.filter((note) => note.index < index);
    this.#forgetFrom(index);
    this.#judgePins();
  }

  #forgetFrom(index: LogIndex): void {
    this.#versions = this.#versions.filter((version) => version.index < index);
    this.#memberships = this.#memberships.filter((membership) => membership.index < index);
  }

  #versionAt(at: LogIndex): Version {
    return present(
      this.#versions.findLast(({ index }) => index <= at),
      "every index has a version",
    );
  }

  #pin(): void {
    const from = Math.max(this.#storage.readableFrom, this.#reader.index.base.index);
    if (from > this.#committed) return;
    const at = logIndex(from + this.#dice.below(this.#committed - from + 1));
    this.#pins.push({ snapshot: snapshotAt(this.#reader, at), version: this.#versionAt(at) });
    this.counts.pinned++;
    this.#judgePins();
  }

  #unpin(): void {
    this.#judgePins();
    if (this.#pins.length > 0) this.#pins.splice(this.#dice.below(this.#pins.length), 1);
  }

  #judgePins(): void {
    for (const { snapshot, version } of this.#pins) {
      const found = difference(snapshot, version);
      assert(found === null, `a snapshot pinned at ${snapshot.pinned}: ${found}`);
    }
  }

  #checkpoint(): void {
    const lowest = Math.min(this.#committed, ...this.#pins.map(({ snapshot }) => snapshot.pinned ?? 0));
    const upTo = this.#dice.chance(2, 3) ? lowest : this.#dice.below(lowest + 1);
    const order = this.#storage.planCheckpoint(logIndex(upTo));
    if (order === null) return;
    if (this.#dice.chance(1, 3)) this.#midway(() => this.#transaction());
    this.counts.checkpoints++;
    runCheckpoint(this.files, folder, hasher, order);
    this.#judgePins();
    if (this.#dice.chance(1, 3)) this.#midway(() => this.#transaction());
    this.#storage.checkpointed(order.index);
    this.#reader.dropThrough(order.index);
    this.#judgePins();
    this.#storage.recycle(order.index);
    this.#judgePins();
  }

  /** The last one that the checkpoint holds, and all later ones. */
  #judgeMemberships(): void {
    const { checkpointIndex } = this.#storage;
    const inForce = this.#memberships.findLast(({ index }) => index <= checkpointIndex);
    const expected = this.#memberships.filter((held) => held === inForce || held.index > checkpointIndex);
    const recovered = this.#storage.describeLog().memberships;
    const text = (of: readonly MembershipEntry[]): string =>
      JSON.stringify(of.map(({ index, body }) => [index, ...body]));
    assert(text(recovered) === text(expected), `memberships ${text(recovered)} instead of ${text(expected)}`);
  }

  #midway(act: () => void): void {
    act();
    if (this.#dice.chance(1, 2)) this.#flush();
  }

  #crash(): void {
    this.counts.crashes++;
    this.files.crash(() => this.#dice.below(1000) / 1000);
    this.#wanted.length = 0;
    this.#pins = [];
    this.#unread = [];
    // Opening may be cut short as well, and is then begun again.
    if (this.#dice.chance(1, 3)) {
      this.files.failAt = this.files.calls + 1 + this.#dice.below(6);
      try {
        openStorage(this.files, this.#segmentBytes, this.#dice.word(), this.#wanted);
      } catch (error) {
        if (!(error instanceof FileError && error.code === "EIO")) throw error;
      }
      this.files.crash(() => this.#dice.below(1000) / 1000);
      this.#wanted.length = 0;
    }
    const storage = mustOpen(openStorage(this.files, this.#segmentBytes, this.#dice.word(), this.#wanted));
    this.#storage = storage;
    this.#reader = readerOf(this.files, storage);
    if (storage.cut !== null) this.counts.cuts++;
    assert(
      storage.lastIndex >= this.#flushed || storage.lastIndex === this.#cuttingTo,
      `${storage.lastIndex} is recovered, ${this.#flushed} was flushed`,
    );
    this.#cuttingTo = null;
    if (storage.lastIndex > this.#flushed) this.counts.recovered++;
    this.#flushed = storage.lastIndex;
    this.#committed = storage.lastIndex;
    this.#forgetFrom(logIndex(storage.lastIndex + 1));
    const found = differenceAtEnd(this.files, storage, this.#newest);
    assert(found === null, `seed ${this.#seed}, recovered at ${storage.lastIndex}: ${found}`);
    this.#judgeMemberships();
    if (storage.hardState.term === 0) storage.saveHardState(firstTerm, "n1");
  }
}

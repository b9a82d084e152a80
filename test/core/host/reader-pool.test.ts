import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logIndex } from "../../../src/core/base/mod.ts";
import { PoolWorld, type ReadDouble } from "./pool-world.ts";

/** A pool whose standing readers are ready. */
function poolOf(standing = 1, readersMax = 4): PoolWorld {
  const world = new PoolWorld(standing, readersMax);
  for (const thread of world.threads) thread.ready();
  return world;
}

const bytes = (length: number): Uint8Array<ArrayBuffer> => new Uint8Array(length);

describe("batches", () => {
  test("what was gathered goes out together, over all readers that are free", () => {
    const world = poolOf(2);
    const reads = Array.from({ length: 6 }, () => world.add());
    expect(world.thread(0).received).toEqual([]);
    world.pool.dispatch();
    expect([world.thread(0).batch.length, world.thread(1).batch.length]).toEqual([3, 3]);
    world.thread(0).work();
    world.thread(1).work();
    expect(reads.map(({ told }) => told)).toEqual(reads.map(() => ["json"]));
  });

  test("what comes meanwhile waits for the next reader that is free; no message holds more than its bound", () => {
    const world = poolOf();
    for (let count = 0; count < 70; count++) world.add();
    world.pool.dispatch();
    expect(world.thread(0).batch).toHaveLength(64);
    world.add();
    world.pool.dispatch();
    world.thread(0).work();
    expect(world.thread(0).batch).toHaveLength(7);
  });

  test("readers hear of each commit once, in order, before the reads that may see it", () => {
    const world = poolOf();
    world.commit(1);
    world.commit(2);
    world.add();
    world.pool.dispatch();
    expect(world.thread(0).received).toMatchObject([{ type: "read", at: 2 }]);
    world.thread(0).work();
    world.commit(3);
    world.add();
    world.pool.dispatch();
    expect(world.thread(0).notes).toEqual([1, 2, 3]);
  });

  test("a reader hears of what it has missed before a checkpoint makes that history", () => {
    const world = poolOf(2);
    world.commit(1);
    world.commit(2);
    const base = { index: logIndex(2), file: "db.sqlite", pageSize: 4096, pageCount: 2 };
    world.pool.dropVersions(base);
    world.history.dropThrough(base);
    world.commit(3);
    for (let count = 0; count < 2; count++) world.add();
    world.pool.dispatch();
    for (const thread of world.threads) expect(thread.notes).toEqual([1, 2, 3]);
    world.thread(0).say({ type: "released", through: logIndex(2) });
    expect(world.events.at(-1)).toBe("released 1 2");
  });

  test("a snapshot is pinned from the dispatch until the last of its reads is through", () => {
    const world = poolOf();
    world.commit(1);
    const read = world.add();
    world.pool.dispatch();
    world.commit(2);
    expect([...world.pins.values()]).toEqual([1]);
    world.thread(0).begin(read.id);
    world.thread(0).answer([{ type: "stream", id: read.id, body: bytes(3) }], true);
    expect([...world.pins.values()]).toEqual([1]);
    world.thread(0).say({ type: "chunk", id: read.id, bytes: bytes(0), state: "done" });
    expect(world.pins.size).toBe(0);
  });
});

describe("streams", () => {
  test("chunks come against credit, and end", () => {
    const world = poolOf();
    const read = world.add();
    world.pool.dispatch();
    const thread = world.thread(0);
    thread.begin(read.id);
    thread.answer([{ type: "stream", id: read.id, body: bytes(3) }], true);
    const credits = (): number => thread.received.filter(({ type }) => type === "credit").length;
    expect(credits()).toBe(4);
    world.pool.credit(read.id);
    expect(credits()).toBe(5);
    thread.say({ type: "chunk", id: read.id, bytes: bytes(5), state: "more" });
    thread.say({ type: "chunk", id: read.id, bytes: bytes(6), state: "done" });
    expect(read.told).toEqual(["stream", "chunk 5", "chunk 6", "end"]);
  });

  test("one that nobody reads on is cancelled and breaks", () => {
    const world = poolOf();
    const read = world.addBackup();
    world.pool.dispatch();
    const thread = world.thread(0);
    expect(thread.received).toMatchObject([{ type: "backup", id: read.id }]);
    thread.begin(read.id);
    thread.answer([{ type: "stream", id: read.id, body: bytes(3) }], true);
    world.pool.stop(read);
    expect(thread.isStopped(read.id)).toBe(true);
    expect(thread.received.at(-1)).toEqual({ type: "cancel-stream", id: read.id });
    thread.say({ type: "broken", id: read.id, reason: "stopped" });
    expect(read.told).toEqual(["stream", "broken: stopped"]);
    expect(world.pins.size).toBe(0);
  });
});

describe("stuck readers", () => {
  test("lose what they have not begun to the others", () => {
    const world = poolOf(2);
    const reads = Array.from({ length: 4 }, () => world.add());
    world.pool.dispatch();
    world.thread(1).work();
    const [stuck] = world.thread(0).batch;
    if (stuck === undefined) throw new Error("a batch");
    world.thread(0).begin(stuck);
    world.pass(60);
    expect(world.thread(1).batch).toHaveLength(1);
    world.thread(1).work();
    expect(reads.filter(({ told }) => told.length === 0).map(({ id }) => id)).toEqual([stuck]);
  });

  test("yield to fresh reads, and what has yielded runs where a reader is left for them", () => {
    const world = poolOf(1, 3);
    const long = world.add();
    world.pool.dispatch();
    world.thread(0).begin(long.id);
    world.pass(10);
    const fresh = world.add();
    world.pool.dispatch();
    world.pass(60);
    expect(world.thread(0).isStopped(long.id)).toBe(true);
    world.thread(0).answer([{ type: "stopped", id: long.id }], true);
    expect(long.told).toEqual([]);
    expect(world.thread(0).batch).toEqual([fresh.id]);
    world.thread(0).work();
    expect(fresh.told).toEqual(["json"]);
    // One reader alone is kept free; with a second one the long read goes on.
    expect(world.thread(0).batch).toEqual([]);
    world.pass(60);
    world.thread(1).ready();
    const runner = world.threads.find(({ batch }) => batch.includes(long.id));
    runner?.work();
    expect(long.told).toEqual(["json"]);
  });

  test("one that answers at the last moment is not answered twice, whatever it answers", () => {
    for (const kind of ["json", "stream"] as const) {
      const world = poolOf(1, 3);
      const long = world.add();
      world.pool.dispatch();
      world.thread(0).begin(long.id);
      world.add();
      world.pool.dispatch();
      world.pass(60);
      const answer = { id: long.id, body: bytes(2) };
      world
        .thread(0)
        .answer([kind === "json" ? { type: "json", ...answer, failed: false } : { type: "stream", ...answer }], true);
      expect(long.told).toEqual(kind === "json" ? ["json"] : []);
      if (kind === "stream") expect(world.thread(0).received).toContainEqual({ type: "cancel-stream", id: long.id });
    }
  });

  test("bring another one, up to the bound; it goes when it has been idle for long", () => {
    const world = poolOf(1, 2);
    const runaway = world.add();
    world.pool.dispatch();
    world.thread(0).begin(runaway.id);
    world.pass(200);
    expect(world.threads).toHaveLength(2);
    world.thread(1).ready();
    world.pass(1000);
    expect(world.threads).toHaveLength(2);
    world.pass(40_000);
    expect(world.thread(1).terminated).toBe(true);
    expect(world.events).toContain("left 2");
    expect(world.threads).toHaveLength(3);
  });

  test("an idle pool sets no timers", () => {
    const world = poolOf();
    world.add();
    world.pool.dispatch();
    world.thread(0).work();
    world.pass(100);
    expect(world.hasTimers).toBe(false);
  });
});

describe("stop and death", () => {
  test("a read that waits is taken out; one that runs hears of it and gets its end", () => {
    const world = poolOf();
    const running = world.add();
    world.pool.dispatch();
    const waiting = world.add();
    world.thread(0).begin(running.id);
    world.pool.stop(running);
    world.pool.stop(waiting);
    expect(waiting.told).toEqual(["broken: stopped"]);
    expect(world.thread(0).isStopped(running.id)).toBe(true);
    world.thread(0).answer([{ type: "stopped", id: running.id }], true);
    expect(running.told).toEqual(["stopped"]);
  });

  test("a reader that dies is replaced; what it ran fails, what it had not begun runs elsewhere", () => {
    const world = poolOf();
    const reads = [world.add(), world.add(), world.add()];
    world.pool.dispatch();
    const [first, second, third] = reads;
    if (!first || !second || !third) throw new Error("three reads");
    world.thread(0).begin(first.id);
    world.thread(0).answer([{ type: "stream", id: first.id, body: bytes(1) }], false);
    world.thread(0).begin(second.id);
    world.thread(0).die("out of memory");
    expect(first.told).toEqual(["stream", "broken: reader thread ended: out of memory"]);
    expect(second.told).toEqual(["broken: reader thread ended: out of memory"]);
    expect(world.pins.size).toBe(0);
    world.thread(1).ready();
    world.thread(1).work();
    expect(third.told).toEqual(["json"]);
  });

  test("one that can't even start is the node's end, and so is what it calls final", () => {
    const world = new PoolWorld();
    world.thread(0).die("no such file");
    expect(world.events.at(-1)).toBe("failed: reader thread ended: no such file");
    const other = poolOf();
    other.thread(0).say({ type: "failed", reason: "EIO" });
    expect(other.events.at(-1)).toBe("failed: EIO");
  });
});

describe("any schedule", () => {
  type Step =
    | { readonly type: "add" | "dispatch" | "backup" }
    | { readonly type: "begin" | "work" | "die" | "stop"; readonly pick: number }
    | { readonly type: "pass"; readonly timeMs: number };

  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 5, arbitrary: fc.record({ type: fc.constantFrom("add" as const, "dispatch" as const) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("backup" as const) }) },
    { weight: 4, arbitrary: fc.record({ type: fc.constantFrom("begin" as const, "work" as const), pick: fc.nat(50) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constantFrom("die" as const, "stop" as const), pick: fc.nat(50) }) },
    {
      weight: 2,
      arbitrary: fc.record({ type: fc.constant("pass" as const), timeMs: fc.integer({ min: 1, max: 120 }) }),
    },
  );

  test("every read gets one answer, at a snapshot that stays pinned", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const world = poolOf(2, 5);
        const reads: ReadDouble[] = [];
        const living = () => world.threads.filter(({ terminated }) => !terminated);
        const wake = (): void => {
          for (const thread of living()) if (thread.received.length === 0 && thread.batch.length === 0) thread.ready();
        };
        for (const one of steps) {
          switch (one.type) {
            case "add":
              reads.push(world.add());
              break;
            case "backup":
              reads.push(world.addBackup());
              break;
            case "dispatch":
              world.pool.dispatch();
              break;
            case "pass":
              world.pass(one.timeMs);
              break;
            case "stop": {
              const open = reads.filter(({ told }) => told.length === 0);
              const read = open[one.pick % Math.max(1, open.length)];
              if (read !== undefined) world.pool.stop(read);
              break;
            }
            default: {
              const busy = living().filter(({ batch }) => batch.length > 0);
              const thread = busy[one.pick % Math.max(1, busy.length)];
              if (thread === undefined) break;
              if (one.type === "die") thread.die("killed");
              else if (one.type === "work") thread.work();
              else for (const id of thread.batch.slice(0, 1)) thread.begin(id);
            }
          }
        }
        const isQuiet = () =>
          reads.every(({ told }) => told.length > 0) && living().every(({ batch }) => batch.length === 0);
        for (let round = 0; round < 200 && !isQuiet(); round++) {
          wake();
          world.pool.dispatch();
          for (const thread of living()) if (thread.batch.length > 0) thread.work();
          world.pass(60);
        }
        for (const { id, told } of reads) expect(told, `read ${id}`).toHaveLength(1);
        expect(world.pins.size).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});

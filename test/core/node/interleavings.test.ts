import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { logIndex, type RequestId } from "../../../src/core/base/mod.ts";
import type { ReadLevel } from "../../../src/core/node/mod.ts";
import { NodeWorld } from "./node-world.ts";

/** One thing that may happen next; `pick` chooses among what is there. */
type Move =
  | { readonly type: "write"; readonly bodyBytes: number }
  | { readonly type: "read"; readonly level: ReadLevel }
  | { readonly type: "engine"; readonly changes: boolean }
  | { readonly type: "keeper"; readonly works: boolean }
  | { readonly type: "gone" | "unpin" | "release" | "leave"; readonly pick: number }
  | { readonly type: "pass"; readonly timeMs: number }
  | { readonly type: "turn" | "install" | "checkpoint" | "due" | "pin" | "join" };

const pick = fc.nat(1000);
const move: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant("write" as const), bodyBytes: fc.integer({ min: 0, max: 700 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("read" as const),
      level: fc.constantFrom<ReadLevel>("none", "weak", "auto", "linearizable", "strong"),
    }),
  },
  { weight: 8, arbitrary: fc.record({ type: fc.constant("engine" as const), changes: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant("keeper" as const), works: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constantFrom("gone" as const, "leave" as const), pick }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constantFrom("unpin" as const, "release" as const), pick }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("pass" as const), timeMs: fc.integer({ min: 0, max: 600 }) }) },
  { weight: 5, arbitrary: fc.record({ type: fc.constant("turn" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constantFrom("install" as const, "checkpoint" as const, "due" as const, "pin" as const, "join" as const),
    }),
  },
);

/** A world that checks every effect against what must always hold. */
class WatchedWorld {
  readonly world = new NodeWorld({ checkpointEntries: 3, logBytesMax: 1500 });
  /** Requests that have no end yet. */
  readonly open = new Set<RequestId>();
  /** Log index when a strong read came. */
  readonly strongFrom = new Map<RequestId, number>();
  /** Requests of each ticket that was launched and not released. */
  readonly launched = new Map<number, readonly RequestId[]>();
  #checked = 0;
  #lastReleased = 0;
  #lastLaunched = 0;
  #recycled = 0;
  #lastPin = 0;
  #lastReader = 0;
  #lastQueued = 0;

  constructor() {
    this.world.settle();
    this.check();
  }

  do(move: Move): void {
    const { world } = this;
    switch (move.type) {
      case "write":
        this.open.add(world.write(move.bodyBytes));
        break;
      case "read": {
        const before = world.lastIndex;
        const request = world.newRequest();
        this.open.add(request);
        if (move.level === "strong") this.strongFrom.set(request, before);
        world.give({ type: "read", request, level: move.level, freshnessMs: 0 });
        break;
      }
      case "engine":
        world.stepEngine(move.changes);
        break;
      case "keeper":
        world.stepKeeper(move.works);
        break;
      case "turn":
        world.endTurn();
        break;
      case "install": {
        const request = world.newRequest();
        this.open.add(request);
        world.give({ type: "install", request });
        break;
      }
      case "checkpoint": {
        const request = world.newRequest();
        this.open.add(request);
        world.give({ type: "checkpoint", request });
        break;
      }
      case "due":
        world.give({ type: "checkpoint-due" });
        break;
      case "pass":
        world.nowMs += move.timeMs;
        world.give({ type: "time-passed", nowMs: world.nowMs });
        break;
      case "pin":
        world.pins.set(++this.#lastPin, world.commitIndex);
        world.give({ type: "pinned", pin: this.#lastPin, at: logIndex(world.commitIndex) });
        break;
      case "unpin": {
        const pin = this.#choose([...world.pins.keys()], move.pick);
        if (pin === undefined) break;
        world.pins.delete(pin);
        world.give({ type: "unpinned", pin });
        break;
      }
      case "join":
        world.readers.set(++this.#lastReader, world.checkpointIndex);
        world.give({ type: "reader-joined", reader: this.#lastReader, through: logIndex(world.checkpointIndex) });
        break;
      case "release": {
        const reader = this.#choose([...world.dropping.keys()], move.pick);
        if (reader === undefined) break;
        const through = logIndex(world.dropping.get(reader) ?? 0);
        world.dropping.delete(reader);
        world.readers.set(reader, through);
        world.give({ type: "reader-released", reader, through });
        break;
      }
      case "leave": {
        const reader = this.#choose([...world.readers.keys()], move.pick);
        if (reader === undefined) break;
        world.readers.delete(reader);
        world.dropping.delete(reader);
        world.give({ type: "reader-left", reader });
        break;
      }
      case "gone": {
        const request = this.#choose([...this.open], move.pick);
        if (request !== undefined) world.give({ type: "gone", request });
        break;
      }
    }
    this.check();
  }

  #choose<T>(from: readonly T[], pick: number): T | undefined {
    return from[pick % Math.max(1, from.length)];
  }

  #end(request: RequestId, how: string): void {
    expect(this.open.delete(request), `${how} ends request ${request}, once`).toBe(true);
  }

  /** Looks at the effects since the last time. */
  check(): void {
    const { world } = this;
    for (const effect of world.effects.slice(this.#checked)) {
      switch (effect.type) {
        case "run-group":
        case "install": {
          const requests = effect.type === "install" ? [effect.request] : effect.requests;
          expect(effect.ticket, "tickets ascend").toBe(this.#lastLaunched + 1);
          this.#lastLaunched = effect.ticket;
          expect(requests.length).toBeGreaterThan(0);
          this.launched.set(effect.ticket, requests);
          if (effect.type === "install") break;
          for (const request of requests) {
            expect(request, "first come, first served").toBeGreaterThan(this.#lastQueued);
            this.#lastQueued = request;
          }
          break;
        }
        case "release": {
          expect(effect.ticket, "released in order").toBeGreaterThan(this.#lastReleased);
          this.#lastReleased = effect.ticket;
          expect(world.executedTickets.has(effect.ticket), "released after it was executed").toBe(true);
          const requests = this.launched.get(effect.ticket) ?? [];
          this.launched.delete(effect.ticket);
          for (const request of requests) this.#end(request, "a release");
          break;
        }
        case "run-read": {
          this.#end(effect.request, "a read");
          const from = this.strongFrom.get(effect.request);
          if (from !== undefined) expect(effect.strongIndex, "an entry of its own").toBeGreaterThan(from);
          break;
        }
        case "refuse":
        case "refuse-install":
          this.#end(effect.request, effect.type);
          break;
        case "answer-checkpoint":
          this.#end(effect.request, "a checkpoint");
          break;
        case "recycle":
          expect(effect.through).toBeGreaterThan(this.#recycled);
          expect(effect.through).toBeLessThanOrEqual(world.checkpointIndex);
          this.#recycled = effect.through;
          break;
        case "note-checkpoint":
          for (const at of world.pins.values()) expect(effect.through, "what is read stays").toBeLessThanOrEqual(at);
          expect(effect.through).toBeLessThanOrEqual(world.commitIndex);
          break;
        case "lose":
        case "decline":
          expect.unreachable(`a lone leader never has to ${effect.type}`);
      }
    }
    this.#checked = world.effects.length;
    for (const [, through] of world.readers)
      expect(this.#recycled, "no reader needs it").toBeLessThanOrEqual(Math.max(through, 0));
    const waitingGroups = world.engine.filter(({ type }) => type === "run-group" || type === "install").length;
    expect(waitingGroups).toBeLessThanOrEqual(2);
  }

  /** The engine never idles while something waits for it, once the turn is over. */
  checkBusy(): void {
    this.do({ type: "turn" });
    const queued = /queue (\d+)/.exec(this.world.node.describe())?.[1];
    if (queued !== "0") expect(this.world.engine.length).toBeGreaterThan(0);
  }
}

describe("any interleaving", () => {
  test("keeps the order, ends every request once, and passes nothing by that is read", () => {
    fc.assert(
      fc.property(fc.array(move, { maxLength: 120 }), (moves) => {
        const watched = new WatchedWorld();
        for (const one of moves) watched.do(one);
        watched.checkBusy();
        const { world } = watched;
        for (const pin of [...world.pins.keys()]) watched.do({ type: "unpin", pick: pin });
        while (world.pins.size > 0) watched.do({ type: "unpin", pick: 0 });
        world.give({ type: "stop" });
        watched.check();
        for (let step = 0; !world.closed; step++) {
          expect(step, world.node.describe()).toBeLessThan(500);
          watched.do({ type: "turn" });
          watched.do({ type: "engine", changes: true });
          watched.do({ type: "keeper", works: true });
        }
        expect([...watched.open]).toEqual([]);
        expect(watched.launched.size).toBe(0);
      }),
      { numRuns: 400 },
    );
  });
});

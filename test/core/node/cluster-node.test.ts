import { describe, expect, test } from "vitest";
import { logIndex, nodeId } from "../../../src/core/base/mod.ts";
import { NodeWorld, self } from "./node-world.ts";

/** A node that leads itself and has nothing to do. */
function leader(options: ConstructorParameters<typeof NodeWorld>[0] = {}): NodeWorld {
  const world = new NodeWorld(options);
  world.settle();
  expect(world.leads).toBe(true);
  world.effects.length = 0;
  return world;
}

const typesOf = (effects: readonly { type: string }[]): string[] => effects.map(({ type }) => type);

describe("start", () => {
  test("a lone voter votes for itself, saves that, appends its no-op and leads once that is committed", () => {
    const world = new NodeWorld();
    expect(world.engine[0]).toMatchObject({ type: "save-hard-state", term: 1, votedFor: self });
    expect(world.leads).toBe(false);
    world.settle();
    expect(world.all("append-noop")).toMatchObject([{ term: 1 }]);
    expect(world.all("commit")).toEqual([{ type: "commit", through: 1 }]);
    expect(world.all("tell-role").at(-1)).toMatchObject({ role: "leader", term: 1, leader: self, ticking: false });
  });

  test("what is in the log is committed with the new term's no-op", () => {
    const world = new NodeWorld({ lastIndex: 7, checkpointIndex: 3 });
    world.settle();
    expect(world.all("commit").at(-1)).toEqual({ type: "commit", through: 8 });
    expect(world.all("append-noop")).toMatchObject([{ term: 2 }]);
  });

  test("a checkpoint that had begun is news, and what it was to hold is committed", () => {
    const world = new NodeWorld({ members: ["n2"], lastIndex: 7, checkpointIndex: 3, commitIndex: 5 });
    expect(world.node.commitIndex).toBe(5);
    world.give({ type: "checkpoint", request: null });
    expect(world.all("plan-checkpoint")).toEqual([{ type: "plan-checkpoint", upTo: 5 }]);
  });

  test("a node that is not in its configuration never leads, and says so", () => {
    const world = new NodeWorld({ members: ["n2"] });
    for (let tick = 0; tick < 200; tick++) world.give({ type: "tick" });
    const request = world.write();
    expect(world.all("refuse")).toEqual([{ type: "refuse", request, reason: "no-leader" }]);
    const weak = world.read("weak");
    expect(world.all("refuse").at(-1)).toEqual({ type: "refuse", request: weak, reason: "no-leader" });
    const none = world.read("none");
    expect(world.all("run-read")).toEqual([{ type: "run-read", request: none, strongIndex: 0 }]);
    const fresh = world.read("none", 1000);
    expect(world.all("refuse").at(-1)).toEqual({ type: "refuse", request: fresh, reason: "stale" });
  });
});

describe("writes", () => {
  test("what one turn brings is one group", () => {
    const world = leader();
    const requests = [world.write(), world.write(), world.write()];
    expect(world.engine).toEqual([]);
    expect(world.endTurn()).toMatchObject([{ type: "run-group", requests }]);
  });

  test("two groups are in flight; the next closes when the writer is free", () => {
    const world = leader();
    world.write();
    world.endTurn();
    world.write();
    world.endTurn();
    const waiting = [world.write()];
    world.endTurn();
    waiting.push(world.write());
    world.endTurn();
    expect(world.engine).toHaveLength(2);
    expect(typesOf(world.stepEngine())).toEqual(["commit", "release", "run-group"]);
    expect(world.all("run-group").at(-1)?.requests).toEqual(waiting);
  });

  test("results leave after the commit, in order", () => {
    const world = leader();
    world.write();
    world.endTurn();
    expect(world.all("release")).toEqual([]);
    expect(world.stepEngine()).toEqual([
      { type: "commit", through: 2 },
      { type: "release", ticket: 1 },
    ]);
  });

  test("a group that changed nothing is released as it is, after what it was judged on", () => {
    const world = leader();
    world.write();
    world.endTurn();
    expect(world.stepEngine(false)).toEqual([{ type: "release", ticket: 1 }]);
  });

  test("groups have a bound in requests and in bytes; a big request is a group by itself", () => {
    const world = leader({ groupRequestsMax: 3 });
    const small = [world.write(), world.write(), world.write(), world.write()];
    const big = world.write(4000);
    const after = world.write();
    world.endTurn();
    world.stepEngine();
    world.stepEngine();
    world.stepEngine();
    const groups = world.all("run-group").map(({ requests }) => requests);
    expect(groups).toEqual([small.slice(0, 3), small.slice(3), [big], [after]]);
  });

  test("a full queue refuses, by number and by bytes, and takes more once there is room", () => {
    const world = leader({ queueRequestsMax: 3, queueBytesMax: 1000 });
    world.write();
    world.write(900);
    const fat = world.write(200);
    expect(world.all("refuse")).toEqual([{ type: "refuse", request: fat, reason: "full" }]);
    world.write();
    const fourth = world.write();
    expect(world.all("refuse").at(-1)).toEqual({ type: "refuse", request: fourth, reason: "full" });
    world.endTurn();
    world.write();
    expect(world.all("refuse")).toHaveLength(2);
  });

  test("who waits too long for the writer is refused, oldest first", () => {
    const world = leader();
    world.write();
    world.endTurn();
    world.write();
    world.endTurn();
    const early = world.write();
    world.nowMs = 500;
    const late = world.write();
    world.give({ type: "time-passed", nowMs: 1100 });
    expect(world.all("refuse")).toEqual([{ type: "refuse", request: early, reason: "enqueue-timeout" }]);
    world.settle();
    expect(world.all("run-group").at(-1)?.requests).toEqual([late]);
  });

  test("a client that leaves takes its waiting request along, not one that runs", () => {
    const world = leader();
    const first = world.write();
    const second = world.write();
    world.give({ type: "gone", request: first });
    expect(world.all("refuse")).toEqual([{ type: "refuse", request: first, reason: "gone" }]);
    world.endTurn();
    world.give({ type: "gone", request: second });
    expect(world.all("refuse")).toHaveLength(1);
    expect(world.all("run-group")).toMatchObject([{ requests: [second] }]);
  });

  test("an image waits for its turn like a group and is refused with its reason", () => {
    const world = leader();
    const request = world.newRequest();
    expect(world.give({ type: "install", request })).toMatchObject([{ type: "install", request, ticket: 1 }]);
    world.engine.length = 0;
    const refused = world.give({ type: "install-refused", ticket: 1, reason: "no room" });
    expect(refused).toEqual([{ type: "refuse-install", request, reason: "no room" }]);
    const again = world.newRequest();
    world.give({ type: "install", request: again });
    expect(typesOf(world.stepEngine())).toEqual(["commit", "release"]);
  });
});

describe("reads on a lone leader", () => {
  test.each(["none", "weak", "auto", "linearizable"] as const)("%s runs at once", (level) => {
    const world = leader();
    const request = world.read(level, 1);
    expect(world.all("run-read")).toEqual([{ type: "run-read", request, strongIndex: 0 }]);
  });

  test("strong reads share an entry that was appended after they came", () => {
    const world = leader();
    const first = [world.read("strong"), world.read("strong")];
    world.endTurn();
    const late = world.read("strong");
    world.endTurn();
    expect(world.engine).toHaveLength(1);
    world.stepEngine();
    expect(world.all("run-read")).toEqual(first.map((request) => ({ type: "run-read", request, strongIndex: 2 })));
    world.stepEngine();
    expect(world.all("run-read").at(-1)).toEqual({ type: "run-read", request: late, strongIndex: 3 });
  });
});

describe("the cluster of one", () => {
  test("can't lose its only voter, nor hand over to anybody", () => {
    const world = leader();
    const removal = world.newRequest();
    world.give({ type: "remove", request: removal, id: self });
    const nobody = world.newRequest();
    world.give({ type: "remove", request: nobody, id: nodeId("n9") });
    const toSelf = world.newRequest();
    world.give({ type: "transfer", request: toSelf, target: self });
    const toStranger = world.newRequest();
    world.give({ type: "transfer", request: toStranger, target: nodeId("n9") });
    const toAny = world.newRequest();
    world.give({ type: "transfer", request: toAny, target: null });
    world.settle();
    expect(world.all("completed")).toEqual([{ type: "completed", request: nobody }]);
    expect(world.all("decline")).toEqual([
      { type: "decline", request: removal, reason: "no voter left" },
      { type: "decline", request: toSelf, reason: "already leader" },
      { type: "decline", request: toStranger, reason: "unknown target" },
      { type: "decline", request: toAny, reason: "no other voter" },
    ]);
  });
});

describe("checkpoints", () => {
  function written(count: number, options: ConstructorParameters<typeof NodeWorld>[0] = {}): NodeWorld {
    const world = leader(options);
    for (let write = 0; write < count; write++) {
      world.write();
      world.endTurn();
      world.stepEngine();
    }
    return world;
  }

  test("go through plan, copy, note; then readers drop and the log is recycled", () => {
    const world = written(2);
    world.give({ type: "reader-joined", reader: 1, through: logIndex(0) });
    world.give({ type: "checkpoint", request: null });
    world.settle();
    expect(typesOf(world.effects.slice(-4))).toEqual([
      "plan-checkpoint",
      "copy-checkpoint",
      "note-checkpoint",
      "drop-versions",
    ]);
    expect(world.give({ type: "reader-released", reader: 1, through: logIndex(3) })).toEqual([
      { type: "recycle", through: 3 },
    ]);
  });

  test("are due by entries, and at once by bytes", () => {
    const world = written(6);
    world.give({ type: "checkpoint-due" });
    expect(world.all("plan-checkpoint")).toEqual([]);
    world.write();
    world.endTurn();
    world.stepEngine();
    world.give({ type: "checkpoint-due" });
    expect(world.all("plan-checkpoint")).toEqual([{ type: "plan-checkpoint", upTo: 8 }]);
    const heavy = written(3, { logBytesMax: 300 });
    expect(heavy.all("plan-checkpoint")).toHaveLength(1);
  });

  test("stop at what is still read, and go on when that ends", () => {
    const world = written(1);
    world.give({ type: "pinned", pin: 1, at: logIndex(2) });
    world.write();
    world.endTurn();
    world.stepEngine();
    world.give({ type: "checkpoint", request: null });
    expect(world.all("plan-checkpoint")).toEqual([{ type: "plan-checkpoint", upTo: 2 }]);
    world.settle();
    world.give({ type: "unpinned", pin: 1 });
    expect(world.all("plan-checkpoint").at(-1)).toEqual({ type: "plan-checkpoint", upTo: 3 });
  });

  test("tell those who asked: taken, nothing new, busy, failed", () => {
    const world = written(1);
    const [first, second, third, fourth, fifth] = Array.from({ length: 5 }, () => world.newRequest());
    if (!first || !second || !third || !fourth || !fifth) throw new Error("five requests");
    world.give({ type: "checkpoint", request: first });
    world.give({ type: "checkpoint", request: second });
    world.settle();
    world.give({ type: "pinned", pin: 1, at: logIndex(2) });
    world.write();
    world.endTurn();
    world.stepEngine();
    world.give({ type: "checkpoint", request: third });
    world.give({ type: "unpinned", pin: 1 });
    world.give({ type: "checkpoint", request: fourth });
    world.stepEngine();
    world.stepKeeper(false);
    world.stepEngine();
    world.stepKeeper();
    world.stepEngine();
    world.give({ type: "checkpoint", request: fifth });
    expect(world.all("answer-checkpoint")).toEqual([
      { type: "answer-checkpoint", request: first, result: { type: "taken" } },
      { type: "answer-checkpoint", request: second, result: { type: "nothing-new" } },
      { type: "answer-checkpoint", request: third, result: { type: "failed", reason: "database checkpoint busy" } },
      { type: "answer-checkpoint", request: fourth, result: { type: "taken" } },
      { type: "answer-checkpoint", request: fifth, result: { type: "nothing-new" } },
    ]);
  });

  test("no-ops are nothing to check in", () => {
    const world = written(1);
    world.give({ type: "checkpoint", request: null });
    world.settle();
    world.read("strong");
    world.endTurn();
    world.settle();
    const request = world.newRequest();
    world.give({ type: "checkpoint", request });
    expect(world.all("answer-checkpoint")).toEqual([
      { type: "answer-checkpoint", request, result: { type: "nothing-new" } },
    ]);
  });
});

describe("the end", () => {
  test("what waits is finished, what comes is refused, then a last checkpoint, then close", () => {
    const world = leader();
    world.write();
    world.endTurn();
    world.write();
    world.give({ type: "stop" });
    const late = world.write();
    expect(world.all("refuse")).toEqual([{ type: "refuse", request: late, reason: "stopping" }]);
    world.endTurn();
    world.stepEngine();
    world.stepEngine();
    expect(world.all("release")).toHaveLength(2);
    expect(world.closed).toBe(false);
    world.settle();
    expect(typesOf(world.effects).slice(-4)).toEqual(["note-checkpoint", "drop-versions", "recycle", "close"]);
    expect(world.closed).toBe(true);
  });

  test("without news there is no last checkpoint", () => {
    const world = leader();
    expect(world.give({ type: "stop" })).toEqual([{ type: "close" }]);
  });
});

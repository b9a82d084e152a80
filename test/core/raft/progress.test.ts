import fc from "fast-check";
import { expect, test } from "vitest";
import { logIndex, nodeId, requestId } from "../../../src/core/base/mod.ts";
import { checkRaftOptions, defaultRaftOptions } from "../../../src/core/raft/options.ts";
import { Progress } from "../../../src/core/raft/progress.ts";
import { ReadQueue } from "../../../src/core/raft/read-queue.ts";
import { Window } from "../../../src/core/raft/window.ts";

test("the window is a queue of what isn't answered, and its bytes their sum", () => {
  const step = fc.oneof(fc.record({ add: fc.integer({ min: 0, max: 50 }) }), fc.record({ free: fc.nat(5) }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), fc.integer({ min: 1, max: 8 }), (steps, messagesMax) => {
      const window = new Window(messagesMax, 100);
      let model: { last: number; bytes: number }[] = [];
      let last = 0;
      for (const one of steps) {
        if ("add" in one) {
          if (window.full) continue;
          last += 1 + (one.add % 3);
          window.add(logIndex(last), one.add);
          model.push({ last, bytes: one.add });
        } else {
          const through = (model[0]?.last ?? last) + one.free - 1;
          window.freeThrough(logIndex(Math.max(0, through)));
          model = model.filter((message) => message.last > through);
        }
        const bytes = model.reduce((total, message) => total + message.bytes, 0);
        expect([window.messages, window.bytes]).toEqual([model.length, bytes]);
        expect(window.full).toBe(model.length >= messagesMax || (model.length > 0 && bytes >= 100));
      }
    }),
  );
});

test("matchIndex only rises and stays below nextIndex, whatever the answers", () => {
  const answer = fc.record({ match: fc.nat(20), next: fc.constantFrom("probe", "replicate", "none") });
  fc.assert(
    fc.property(fc.array(answer, { maxLength: 30 }), (answers) => {
      const progress = new Progress(logIndex(5), 0, { ...defaultRaftOptions, id: nodeId("n") });
      let highest = 0;
      for (const { match, next } of answers) {
        expect(progress.matched(logIndex(match))).toBe(match > highest);
        highest = Math.max(highest, match);
        if (next === "probe") progress.becomeProbe(logIndex(highest + 1));
        if (next === "replicate") progress.becomeReplicate(logIndex(highest + 3));
        expect(progress.matchIndex).toBe(highest);
        expect(progress.nextIndex).toBeGreaterThan(highest);
      }
    }),
  );
});

test("reads: one round at a time, each serves those that came before it, the bound holds", () => {
  const queue = new ReadQueue(3);
  expect([1, 2, 3, 4].map((number) => queue.add(requestId(number)))).toEqual([true, true, true, false]);
  queue.beginRound(logIndex(7));
  expect([queue.due, queue.asking, queue.size]).toEqual([false, true, 3]);
  expect(queue.add(requestId(5))).toBe(false);
  expect(queue.endRound()).toEqual({ requests: [1, 2, 3], index: 7 });
  expect(queue.endRound()).toBeNull();
  expect(queue.add(requestId(6))).toBe(true);
  expect(queue.due).toBe(true);
  expect(queue.drain()).toEqual([6]);
  expect(queue.size).toBe(0);
});

test.each([
  [{ id: nodeId("") }, "id must not be empty"],
  [{ heartbeatTicks: 0 }, "heartbeatTicks must be a positive integer, not 0"],
  [{ messageEntriesMax: 1.5 }, "messageEntriesMax must be a positive integer, not 1.5"],
  [{ heartbeatTicks: 10 }, "heartbeatTicks must be below leaderLeaseTicks"],
  [{ leaderLeaseTicks: 21 }, "leaderLeaseTicks must not be above electionTimeoutTicks"],
  [{ candidateTimeoutTicks: 19 }, "candidateTimeoutTicks must not be below electionTimeoutTicks"],
  [{ windowBytesMax: 1 }, "messageBytesMax must not be above windowBytesMax"],
])("options that don't go together: %o", (wrong, error) => {
  expect(checkRaftOptions({ ...defaultRaftOptions, id: nodeId("n"), ...wrong })).toEqual({ ok: false, error });
});

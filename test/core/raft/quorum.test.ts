import fc from "fast-check";
import { expect, test } from "vitest";
import { logIndex, type NodeId, nodeId } from "../../../src/core/base/mod.ts";
import { hasMajority, heldByMajority, majorityOf, tally } from "../../../src/core/raft/quorum.ts";

const voters = (count: number): readonly NodeId[] => Array.from({ length: count }, (_, at) => nodeId(`n${at}`));

test.each([
  [1, 1],
  [2, 2],
  [3, 2],
  [4, 3],
  [5, 3],
  [6, 4],
  [7, 4],
])("more than half of %i are %i", (count, majority) => {
  expect(majorityOf(count)).toBe(majority);
});

test("any two majorities share a server", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), (count) => {
      expect(majorityOf(count) * 2).toBeGreaterThan(count);
      expect((majorityOf(count) - 1) * 2).toBeLessThanOrEqual(count);
    }),
  );
});

test("nobody has no majority", () => {
  expect(hasMajority([], () => true)).toBe(false);
  expect(heldByMajority([])).toBe(0);
  expect(tally([], new Map())).toBe("lost");
});

test("the index held by a majority is the highest that more than half have", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 9 }), (held) => {
      const index = heldByMajority(held.map(logIndex));
      const having = (at: number): number => held.filter((one) => one >= at).length;
      expect(having(index) * 2).toBeGreaterThan(held.length);
      expect(having(index + 1) * 2).toBeLessThanOrEqual(held.length);
    }),
  );
});

test("an election is won by more than half, lost when that can't be any more, and open until then", () => {
  const answer = fc.constantFrom(true, false, null);
  fc.assert(
    fc.property(fc.array(answer, { minLength: 1, maxLength: 9 }), (answers) => {
      const all = voters(answers.length);
      const votes = new Map<NodeId, boolean>([[nodeId("stranger"), true]]);
      for (const [at, given] of answers.entries()) if (given !== null) votes.set(nodeId(`n${at}`), given);
      const yes = answers.filter((given) => given === true).length;
      const no = answers.filter((given) => given === false).length;
      const expected = yes * 2 > all.length ? "won" : (all.length - no) * 2 > all.length ? "open" : "lost";
      expect(tally(all, votes)).toBe(expected);
    }),
  );
});

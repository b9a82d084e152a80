import fc from "fast-check";
import { expect, test } from "vitest";
import { logIndex, nodeId } from "../../../src/core/base/mod.ts";
import {
  type Configuration,
  type ConfigurationChange,
  changed,
  configuration,
  isLoneVoter,
  memberOf,
  votersOf,
} from "../../../src/core/raft/configuration.ts";
import { ConfigurationHistory, votersChanged } from "../../../src/core/raft/configuration-history.ts";
import { majorityOf } from "../../../src/core/raft/quorum.ts";

const ids = ["a", "b", "c", "d", "e", "f"].map(nodeId);
const memberArbitrary = fc.record({
  id: fc.constantFrom(...ids),
  address: fc.constantFrom("x:1", "y:2"),
  voter: fc.boolean(),
});
const changeArbitrary: fc.Arbitrary<ConfigurationChange> = fc.oneof(
  memberArbitrary.map((member) => ({ type: "put" as const, member })),
  fc.constantFrom(...ids).map((id) => ({ type: "remove" as const, id })),
);

function first(): Configuration {
  const built = configuration([{ id: nodeId("a"), address: "x:1", voter: true }]);
  if (!built.ok) throw new Error(built.error);
  return built.value;
}

test("members are sorted, each there once, with a name", () => {
  const member = (id: string) => ({ id: nodeId(id), address: "", voter: true });
  expect(configuration([member("b"), member("a")])).toEqual({
    ok: true,
    value: { members: [member("a"), member("b")] },
  });
  expect(configuration([member("a"), member("a")])).toEqual({ ok: false, error: "member a is there twice" });
  expect(configuration([member("")])).toEqual({ ok: false, error: "a member has an empty id" });
});

test("any chain of changes keeps members sorted and single, keeps a voter, and moves one vote at a time", () => {
  fc.assert(
    fc.property(fc.array(changeArbitrary, { maxLength: 20 }), (changes) => {
      let before = first();
      for (const change of changes) {
        const after = changed(before, change);
        if (!after.ok) {
          expect(votersOf(before)).toHaveLength(1);
          continue;
        }
        const names = after.value.members.map(({ id }) => id);
        expect(names).toEqual([...new Set(names)].sort());
        expect(votersOf(after.value).length).toBeGreaterThan(0);
        expect(votersChanged(before, after.value)).toBeLessThanOrEqual(1);
        const id = change.type === "put" ? change.member.id : change.id;
        expect(memberOf(after.value, id)).toEqual(change.type === "put" ? change.member : undefined);
        before = after.value;
      }
    }),
  );
});

// Thesis §4.1, Figure 4.3: why one server at a time is enough.
test("a majority before and a majority after a change always share a server", () => {
  fc.assert(
    fc.property(fc.array(changeArbitrary, { maxLength: 12 }), (changes) => {
      let before = first();
      for (const change of changes) {
        const after = changed(before, change);
        if (!after.ok) continue;
        const [old, young] = [votersOf(before), votersOf(after.value)];
        const union = new Set([...old, ...young]).size;
        expect(majorityOf(old.length) + majorityOf(young.length)).toBeGreaterThan(union);
        before = after.value;
      }
    }),
  );
});

test("what changes nothing gives the same object", () => {
  const before = first();
  const same = changed(before, { type: "put", member: { id: nodeId("a"), address: "x:1", voter: true } });
  expect(same.ok && same.value === before).toBe(true);
  const unknown = changed(before, { type: "remove", id: nodeId("z") });
  expect(unknown.ok && unknown.value === before).toBe(true);
});

test("a lone voter may have non-voters about", () => {
  const added = changed(first(), { type: "put", member: { id: nodeId("b"), address: "", voter: false } });
  expect(added.ok && isLoneVoter(added.value, nodeId("a"))).toBe(true);
  expect(added.ok && isLoneVoter(added.value, nodeId("b"))).toBe(false);
});

test("the history is a stack that a cut unwinds and a checkpoint shortens from below", () => {
  type Step = { readonly type: "append" | "cut" | "drop"; readonly by: number };
  const step: fc.Arbitrary<Step> = fc.record({
    type: fc.constantFrom("append", "cut", "drop"),
    by: fc.integer({ min: 1, max: 5 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const held = (index: number) => ({ index: logIndex(index), configuration: first() });
      const origin = held(0);
      const history = new ConfigurationHistory(origin);
      let model = [origin];
      let base = 0;
      for (const { type, by } of steps) {
        const latest = model.at(-1)?.index ?? 0;
        if (type === "append") {
          const entry = held(Math.max(latest, base) + by);
          history.append([entry]);
          model.push(entry);
        } else if (type === "cut") {
          const from = Math.max(base + 1, latest - by);
          history.truncateFrom(logIndex(from));
          model = model.filter((one) => one.index < from);
        } else {
          base = Math.min(base + by, latest);
          history.dropThrough(logIndex(base));
          const kept = model.findLastIndex((one) => one.index <= base);
          model = model.slice(Math.max(0, kept));
        }
        expect(history.latest).toBe(model.at(-1));
        for (let at = base; at <= latest + 6; at++) {
          expect(history.at(logIndex(at)).index).toBe((model.findLast((one) => one.index <= at) ?? model[0])?.index);
        }
      }
    }),
  );
});

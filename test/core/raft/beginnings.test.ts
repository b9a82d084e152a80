import { describe, expect, test } from "vitest";
import { AssertionError, logIndex, requestId, term } from "../../../src/core/base/mod.ts";
import { configuration, defaultRaftOptions, forceConfiguration, Raft } from "../../../src/core/raft/mod.ts";
import { OneServer, rangeOfTerms, s1, s2, s3 } from "./one-server.ts";

describe("bootstrap", () => {
  const empty = (): Raft => {
    const raft = new Raft({ ...defaultRaftOptions, id: s1 });
    const base = { index: logIndex(0), term: term(0) };
    const log = { base, runs: [], bytes: [], configurations: [] };
    raft.step({
      type: "start",
      hardState: { term: term(0), votedFor: null },
      log,
      commitIndex: logIndex(0),
      entropy: 1,
    });
    return raft;
  };
  const members = (...ids: readonly (typeof s1)[]) => {
    const built = configuration(ids.map((id) => ({ id, address: "", voter: true })));
    if (!built.ok) throw new Error(built.error);
    return built.value;
  };

  test("writes entry (1, 1), the configuration, and leads at once when it is alone", () => {
    const raft = empty();
    const outputs = raft.step({ type: "bootstrap", request: requestId(1), configuration: members(s1) });
    expect(outputs).toMatchObject([
      { type: "save-hard-state", term: 1, votedFor: null },
      { type: "became" },
      { type: "append-own", term: 1, configuration: members(s1) },
    ]);
    raft.step({ type: "hard-state-saved", ticket: 1 as never });
    const index = logIndex(1);
    const entries = { ...rangeOfTerms(1, [1]), configurations: [{ index, configuration: members(s1) }] };
    raft.step({ type: "appended", epoch: 0 as never, entries });
    expect(raft.step({ type: "tick" })).toEqual([]);
    const done = raft.step({ type: "persisted", epoch: 0 as never, index });
    expect(done.map(({ type }) => type)).toEqual(["save-hard-state", "became", "completed"]);
    expect(raft.step({ type: "hard-state-saved", ticket: 2 as never })[0]).toMatchObject({ role: "leader", term: 2 });
  });

  test("only on an empty node, once, with a voter", () => {
    const raft = empty();
    const nobody = configuration([{ id: s1, address: "", voter: false }]);
    if (!nobody.ok) throw new Error(nobody.error);
    const refusal = (number: number, of: typeof nobody.value) =>
      raft.step({ type: "bootstrap", request: requestId(number), configuration: of }).at(-1);
    expect(refusal(1, nobody.value)).toMatchObject({ type: "refused", reason: "no voter left" });
    refusal(2, members(s1, s2));
    expect(refusal(3, members(s1))).toMatchObject({ reason: "bootstrap only works on new clusters" });
    const member = new OneServer();
    const late = member.step({ type: "bootstrap", request: requestId(4), configuration: members(s1) });
    expect(late).toMatchObject([{ type: "refused" }]);
  });
});

describe("forced configuration (operations §2.9)", () => {
  test("takes the whole log for committed, with the configuration at its end", () => {
    const built = configuration([{ id: s1, address: "new:1", voter: true }]);
    if (!built.ok) throw new Error(built.error);
    const { runs, bytes } = rangeOfTerms(4, [2, 2, 5]);
    const log = { base: { index: logIndex(3), term: term(2) }, runs, bytes, configurations: [] };
    const forced = forceConfiguration(log, built.value);
    expect(forced).toMatchObject({
      ok: true,
      value: { commitIndex: 6, log: { base: { index: 6, term: 5 }, runs: [], configurations: [{ index: 6 }] } },
    });
    if (!forced.ok) return;
    const raft = new Raft({ ...defaultRaftOptions, id: s1 });
    const hardState = { term: term(8), votedFor: s3 };
    const outputs = raft.step({ type: "start", hardState, ...forced.value, entropy: 1 });
    expect(outputs).toMatchObject([{ type: "save-hard-state", term: 9, votedFor: s1 }, {}, {}, {}]);
    expect(forceConfiguration(log, { members: [] })).toEqual({ ok: false, error: "no voter in configuration" });
  });
});

test("a node is started once, and takes nothing before", () => {
  const raft = new Raft({ ...defaultRaftOptions, id: s1 });
  expect(() => raft.step({ type: "tick" })).toThrow(AssertionError);
  expect(() => new Raft({ ...defaultRaftOptions, id: s1, heartbeatTicks: 0 })).toThrow(AssertionError);
});

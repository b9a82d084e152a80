import { describe, expect, test } from "vitest";
import { AssertionError, logIndex, requestId, term } from "../../../src/core/base/mod.ts";
import { OneServer, s1, s2, s3, s4, s5 } from "./one-server.ts";

describe("Figure 2, AppendEntries", () => {
  test.each([
    { own: [1], prev: [2, 1], why: "the log is too short" },
    { own: [1, 1], prev: [2, 2], why: "another term is there" },
    { own: [], prev: [1, 1], why: "the log is empty" },
  ] as const)("2. reply false if the log has no such entry at prevLogIndex: $why", ({ own, prev }) => {
    const server = new OneServer({ log: own, term: 3 }).append(s2, 3, prev, [3]);
    expect(server.sent("append-entries-response")).toMatchObject([{ success: false, prevLogIndex: prev[0] }]);
    expect(server.all("store")).toEqual([]);
  });

  test("3 and 4. deletes what conflicts and all that follows it, and appends what is new, as one output", () => {
    const server = new OneServer({ log: [1, 1, 2, 2, 2], term: 3 }).append(s2, 3, [1, 1], [1, 3, 3]);
    const stores = server.all("store");
    expect(stores).toMatchObject([{ truncateFrom: 3, entries: { first: 3, bytes: [10, 10] } }]);
    expect(server.all("truncate")).toEqual([]);
    expect(server.raft.status.last).toEqual({ index: 4, term: 3 });
  });

  test("3. entries that agree stay: an old message cuts nothing off", () => {
    const server = new OneServer({ log: [1, 1, 1, 1], term: 1 }).append(s2, 1, [0, 0], [1, 1]);
    expect(server.all("store")).toEqual([]);
    expect(server.raft.status.last.index).toBe(4);
    expect(server.sent("append-entries-response")).toMatchObject([{ success: true, matchIndex: 2 }]);
  });

  test("the answer leaves only once the entries are on disk", () => {
    const server = new OneServer({ term: 1 }).append(s2, 1, [0, 0], [1, 1]);
    expect(server.sent("append-entries-response")).toEqual([]);
    expect(server.all("store")[0]?.thenSend).toMatchObject([{ success: true, matchIndex: 2, to: s2 }]);
  });

  test("a repeated message, or a heartbeat, is answered with what is on disk by now", () => {
    const server = new OneServer({ term: 1 }).append(s2, 1, [0, 0], [1, 1]).append(s2, 1, [0, 0], [1, 1]);
    server.append(s2, 1, [2, 1], []);
    expect(server.sent("append-entries-response")).toMatchObject([{ matchIndex: 0 }, { matchIndex: 0 }]);
    server.persist().forget().append(s2, 1, [2, 1], []);
    expect(server.sent("append-entries-response")).toMatchObject([{ matchIndex: 2 }]);
  });

  test.each([
    { leaderCommit: 1, entries: [1, 1], commit: 1 },
    { leaderCommit: 9, entries: [1, 1], commit: 4 },
    { leaderCommit: 9, entries: [], commit: 2 },
    { leaderCommit: 0, entries: [1], commit: 0 },
  ])("5. commitIndex = min(leaderCommit, index of last new entry): %o", ({ leaderCommit, entries, commit }) => {
    const server = new OneServer({ log: [1, 1, 1, 1, 1] }).append(s2, 1, [2, 1], entries, leaderCommit);
    expect(server.raft.commitIndex).toBe(commit);
  });

  test("a message that contradicts a committed entry stops the node", () => {
    const server = new OneServer({ log: [1, 1], commit: 2 });
    expect(() => server.append(s2, 2, [1, 1], [2])).toThrow(AssertionError);
  });

  test("a second leader of one term stops the node", () => {
    const server = new OneServer({ term: 1 }).append(s2, 1, [0, 0], []);
    expect(() => server.append(s3, 1, [0, 0], [])).toThrow(AssertionError);
  });
});

describe("§5.3, backtracking by whole terms", () => {
  // The follower's terms, the leader's, and where the logs part.
  test.each([
    { follower: [1, 1, 1], leader: [1, 1, 1, 4, 4, 5, 5], common: 3 },
    { follower: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3], leader: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6], common: 3 },
    { follower: [1, 1, 1, 4, 4, 4, 4], leader: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6], common: 5 },
    { follower: [], leader: [1, 2, 3, 4, 5], common: 0 },
    { follower: [1, 2, 3, 4, 5, 6], leader: [1, 7, 7, 7, 7, 7, 7], common: 1 },
  ])("$follower against $leader", ({ follower, leader, common }) => {
    const behind = new OneServer({ log: follower, term: 8 });
    const leading = new OneServer({ log: leader, term: 8 }).lead();
    let questions = 0;
    let found: number | null = null;
    for (
      let at = leading.sent("append-entries").findLast(({ to }) => to === s2);
      at !== undefined && found === null;
    ) {
      questions++;
      behind.forget().append(s2, 9, [at.prevLogIndex, at.prevLogTerm], []).save();
      const [answer] = behind.sent("append-entries-response");
      expect(answer).toBeDefined();
      if (answer === undefined) break;
      if (answer.success) found = at.prevLogIndex;
      leading.forget().receive(s2, 9, { ...answer });
      at = leading.sent("append-entries").findLast(({ to }) => to === s2);
    }
    expect(found).toBe(common);
    const terms = new Set([...follower, ...leader]).size;
    expect(questions).toBeLessThanOrEqual(terms + 1);
  });
});

describe("Figure 2, Rules for Servers, leaders", () => {
  test("upon election: empty AppendEntries to each server, again when idle", () => {
    const server = new OneServer();
    server.timeOut();
    server.preGrant(s2).save().forget().grant(s2);
    expect(server.sent("append-entries")).toMatchObject([{ to: s2 }, { to: s3 }]);
    server.forget().tick(1);
    expect(server.sent("append-entries")).toEqual([]);
    server.tick(1);
    expect(server.sent("append-entries").map(({ entries }) => entries.bytes.length)).toEqual([0, 0]);
  });

  test("a no-op of the new term is the first thing asked of the engine (§8)", () => {
    const server = new OneServer({ log: [1, 1] });
    server.timeOut();
    server.preGrant(s2).save().grant(s2);
    expect(server.all("append-own")).toMatchObject([{ term: 2, configuration: null }]);
  });

  test("entries go out before they are on disk here, and count here only after (thesis §10.2.1)", () => {
    const server = new OneServer().begin().appendOwn(3);
    expect(server.sent("append-entries")).toMatchObject([
      { to: s2, prevLogIndex: 1, entries: { first: 2, bytes: [3] } },
      { to: s3 },
    ]);
    server.match(s2, 2);
    expect(server.raft.commitIndex).toBe(1);
    server.persist();
    expect(server.raft.commitIndex).toBe(2);
  });

  test("a majority of other disks commits too", () => {
    const server = new OneServer().begin().appendOwn(3).match(s2, 2).match(s3, 2);
    expect(server.all("commit")).toEqual([{ type: "commit", index: 2 }]);
  });

  test.each([
    { voters: [s1, s2], matched: { s2: 1 }, commit: 0 },
    { voters: [s1, s2, s3, s4], matched: { s2: 2 }, commit: 0 },
    { voters: [s1, s2, s3, s4], matched: { s2: 2, s3: 2 }, commit: 2 },
    { voters: [s1, s2, s3, s4, s5], matched: { s2: 3, s3: 2 }, commit: 2 },
  ])("commits what a majority has: %o", ({ voters, matched, commit }) => {
    const others = voters.filter((voter) => voter !== s1);
    const server = new OneServer({ voters, log: [1] }).lead(others).appendOwn().persist();
    for (const [id, index] of Object.entries(matched)) server.match(id as typeof s1, index);
    expect(server.raft.commitIndex).toBe(commit);
  });

  test("§5.4.2: entries of earlier terms aren't committed by counting", () => {
    const server = new OneServer({ log: [1, 2, 2] }).lead().match(s2, 3).match(s3, 3);
    expect(server.raft.commitIndex).toBe(0);
    server.match(s2, 4).match(s3, 4);
    expect(server.raft.commitIndex).toBe(4);
  });

  test("non-voters take entries and count for nothing", () => {
    const server = new OneServer({ voters: [s1, s2, s3], nonVoters: [s4, s5] })
      .lead()
      .persist()
      .match(s4, 1)
      .match(s5, 1);
    expect(server.sent("append-entries").some(({ to }) => to === s4)).toBe(true);
    expect(server.raft.commitIndex).toBe(0);
  });

  test("the commit index reaches idle followers with the next tick", () => {
    const server = new OneServer().begin().appendOwn().persist().match(s2, 2).forget().tick(1);
    expect(server.sent("append-entries")).toMatchObject([
      { to: s2, leaderCommit: 2, entries: { bytes: [] } },
      { to: s3 },
    ]);
    server.forget().match(s2, 2).match(s3, 2).tick(1);
    expect(server.sent("append-entries")).toEqual([]);
  });
});

describe("thesis §10.2.1, pipelining", () => {
  test("messages fill the window, by number and by bytes, and no further", () => {
    const byNumber = new OneServer({ options: { windowMessagesMax: 3, messageEntriesMax: 2 } }).begin();
    for (let at = 0; at < 20; at++) byNumber.appendOwn(1);
    expect(byNumber.raft.status.peers).toMatchObject([{ windowMessages: 3 }, { windowMessages: 3 }]);
    const byBytes = new OneServer({ options: { windowBytesMax: 100, messageBytesMax: 50 } }).begin();
    for (let at = 0; at < 20; at++) byBytes.appendOwn(30);
    expect(byBytes.raft.status.peers[0]?.windowBytes).toBe(120);
  });

  test("an entry beyond every bound still goes, by itself", () => {
    const server = new OneServer({ options: { windowBytesMax: 100, messageBytesMax: 50 } })
      .begin()
      .appendOwn(1000)
      .appendOwn(1);
    expect(server.sent("append-entries").filter(({ to }) => to === s2)).toMatchObject([{ entries: { bytes: [1000] } }]);
    server.match(s2, 2);
    expect(server.sent("append-entries").at(-1)).toMatchObject({ to: s2, entries: { bytes: [1] } });
  });

  test("a refusal goes back to what is known to match; an old one does nothing", () => {
    const server = new OneServer().begin().appendOwn().appendOwn();
    const refusal = (prev: number, hint: number) =>
      ({
        type: "append-entries-response",
        success: false,
        prevLogIndex: logIndex(prev),
        matchIndex: logIndex(0),
        hintIndex: logIndex(hint),
        hintTerm: term(1),
        round: 0,
      }) as const;
    server.receive(s2, 1, refusal(1, 0));
    expect(server.raft.status.peers[0]).toMatchObject({ state: "replicate", nextIndex: 4 });
    server.receive(s2, 1, refusal(2, 1));
    expect(server.raft.status.peers[0]).toMatchObject({ state: "probe", nextIndex: 2, windowMessages: 0 });
    server.forget().match(s2, 1);
    expect(server.sent("append-entries")).toMatchObject([{ prevLogIndex: 1, entries: { bytes: [0, 0] } }]);
  });
});

describe("thesis §6.4, reads", () => {
  const read = (server: OneServer, number: number) => server.step({ type: "read", request: requestId(number) });

  test("a round of heartbeats that began after the read serves it, at the commit index of then", () => {
    const server = new OneServer().begin();
    read(server, 1);
    server.match(s2, 1, 0);
    expect(server.all("readable")).toEqual([]);
    server.match(s2, 1, 1);
    expect(server.all("readable")).toEqual([{ type: "readable", request: 1, index: 1 }]);
  });

  test("a refusal of the log is as good an answer: it comes from the same term", () => {
    const server = new OneServer().begin();
    read(server, 1);
    server.receive(s2, 1, {
      type: "append-entries-response",
      success: false,
      prevLogIndex: logIndex(1),
      matchIndex: logIndex(0),
      hintIndex: logIndex(0),
      hintTerm: term(0),
      round: 1,
    });
    expect(server.all("readable")).toHaveLength(1);
  });

  test("one round for all that wait; those that come meanwhile share the next", () => {
    const server = new OneServer().begin();
    for (let number = 1; number <= 5; number++) read(server, number);
    server.match(s2, 1, 1);
    expect(server.all("readable").map(({ request }) => request)).toEqual([1]);
    server.match(s3, 1, 2);
    expect(server.all("readable").map(({ request }) => request)).toEqual([1, 2, 3, 4, 5]);
    expect(server.sent("append-entries").map(({ round }) => round)).toEqual([1, 1, 2, 2]);
  });

  test("the first read of a term waits for the term's no-op", () => {
    const server = new OneServer({ log: [1, 1] }).lead().persist();
    read(server, 1);
    server.match(s2, 2, 0).match(s2, 2, 1);
    expect(server.all("readable")).toEqual([]);
    server.match(s2, 3, 0).match(s2, 3, 1);
    expect(server.all("readable")).toEqual([{ type: "readable", request: 1, index: 3 }]);
  });

  test("a lone voter answers at once, also with non-voters about", () => {
    const server = new OneServer({ voters: [s1], nonVoters: [s2] }).save().appendOwn().persist();
    read(server, 1);
    expect(server.outputs.at(-1)).toEqual({ type: "readable", request: 1, index: 1 });
  });

  test("refused by who doesn't lead, when the queue is full, and when leadership goes", () => {
    const server = new OneServer({ options: { readsWaitingMax: 2 } });
    read(server, 1);
    server.begin();
    for (const number of [2, 3, 4]) read(server, number);
    server.append(s3, 9, [1, 1], []);
    expect(server.all("refused").map(({ request, reason }) => [request, reason])).toEqual([
      [4, "too many reads"],
      [2, "leadership lost"],
      [3, "leadership lost"],
    ]);
  });
});

describe("what a leader leaves behind", () => {
  test("its engine's entries that Raft hasn't heard of are cut, and reports of them are void", () => {
    const server = new OneServer().begin().append(s2, 5, [1, 1], []);
    expect(server.all("truncate")).toMatchObject([{ from: 2, epoch: 1 }]);
    server.raft.step({
      type: "appended",
      epoch: 0 as never,
      entries: { first: logIndex(2), runs: [{ first: logIndex(2), term: term(1) }], bytes: [1], configurations: [] },
    });
    expect(server.raft.status.last.index).toBe(1);
    server.append(s2, 5, [1, 1], [5]);
    server.raft.step({ type: "persisted", epoch: 0 as never, index: logIndex(2) });
    expect(server.raft.status.durableIndex).toBe(1);
  });
});

import { describe, expect, test } from "vitest";
import { logIndex, term } from "../../../src/core/base/mod.ts";
import { OneServer, s1, s2, s3, s4, s5 } from "./one-server.ts";

const question = (lastLogIndex: number, lastLogTerm: number, leadershipTransfer = false) =>
  ({
    type: "request-vote",
    lastLogIndex: logIndex(lastLogIndex),
    lastLogTerm: term(lastLogTerm),
    leadershipTransfer,
  }) as const;

describe("Figure 2, Rules for Servers, all", () => {
  test.each(["follower", "candidate", "leader"] as const)(
    "a %s that hears of a higher term becomes a follower in it",
    (role) => {
      const server = new OneServer({ term: 1 });
      if (role !== "follower") server.timeOut();
      if (role === "candidate") server.preGrant(s2).save();
      if (role === "leader") server.lead();
      expect(server.raft.role).toBe(role);
      server.append(s2, 9, [0, 0], []);
      expect(server.raft.role).toBe("follower");
      expect(server.raft.currentTerm).toBe(9);
      expect(server.raft.leader).toBe(s2);
    },
  );

  test("a question of an older term is answered with the newer, and changes nothing", () => {
    const server = new OneServer({ term: 5 });
    server.append(s2, 4, [0, 0], [4]).receive(s3, 4, question(9, 4));
    expect(server.sent("append-entries-response")[0]).toMatchObject({ success: false, term: 5 });
    expect(server.sent("request-vote-response")[0]).toMatchObject({ voteGranted: false, term: 5 });
    expect(server.all("store")).toEqual([]);
    expect(server.all("save-hard-state")).toEqual([]);
  });

  test("an answer of an older term is void", () => {
    const server = new OneServer({ term: 1, voters: [s1, s2, s3, s4, s5] });
    server.timeOut();
    server.preGrant(s2).preGrant(s3).save();
    expect(server.raft.role).toBe("candidate");
    server.receive(s2, 1, { type: "request-vote-response", voteGranted: true });
    server.receive(s3, 1, { type: "request-vote-response", voteGranted: true });
    expect(server.raft.role).toBe("candidate");
  });
});

describe("Figure 2, RequestVote", () => {
  test("1. reply false if term < currentTerm", () => {
    const server = new OneServer({ term: 3 }).receive(s2, 2, question(0, 0));
    expect(server.sent("request-vote-response")).toMatchObject([{ to: s2, term: 3, voteGranted: false }]);
  });

  test.each([
    ["nobody yet", null, true],
    ["the same candidate", s2, true],
    ["another", s3, false],
  ] as const)("2. votedFor is %s", (_who, votedFor, granted) => {
    const server = new OneServer({ term: 2, votedFor }).receive(s2, 2, question(0, 0)).save();
    expect(server.sent("request-vote-response")).toMatchObject([{ voteGranted: granted }]);
  });

  // §5.4.1: "the voter denies its vote if its own log is more up-to-date than that of the candidate".
  test.each([
    { own: [1], last: [1, 1], granted: true },
    { own: [1], last: [2, 1], granted: true },
    { own: [1, 1], last: [1, 1], granted: false },
    { own: [1, 1], last: [1, 2], granted: true },
    { own: [1, 2], last: [2, 1], granted: false },
    { own: [1, 2], last: [9, 1], granted: false },
    { own: [], last: [0, 0], granted: true },
  ] as const)("2. the log is at least as up-to-date: %o", ({ own, last, granted }) => {
    const server = new OneServer({ log: own, term: 3 }).receive(s2, 3, question(last[0], last[1])).save();
    expect(server.sent("request-vote-response")).toMatchObject([{ voteGranted: granted }]);
  });

  test("the answer leaves only once the vote is on disk", () => {
    const server = new OneServer({ term: 1 }).receive(s2, 2, question(0, 0));
    expect(server.sent("request-vote-response")).toEqual([]);
    expect(server.all("save-hard-state")).toMatchObject([
      { term: 2, votedFor: s2, thenSend: [{ type: "request-vote-response", voteGranted: true }] },
    ]);
  });

  test("what is said between the save and its report waits too", () => {
    const server = new OneServer({ term: 1 }).receive(s2, 2, question(0, 0));
    server.append(s2, 2, [0, 0], []);
    expect(server.sent("append-entries-response")).toEqual([]);
    server.save();
    expect(server.sent("append-entries-response")).toMatchObject([{ success: true, term: 2 }]);
  });
});

describe("Figure 2, Rules for Servers, followers", () => {
  test("a follower that hears nothing stands; the timeout is random, from one to two times the least (§5.2)", () => {
    const waits = new Set<number>();
    for (let entropy = 0; entropy < 100; entropy++) {
      waits.add(new OneServer({ entropy, term: 1 }).tick(3).append(s2, 1, [0, 0], []).timeOut());
    }
    expect([...waits].sort((left, right) => left - right)).toEqual([10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
  });

  test("its leader's voice starts the timer anew", () => {
    const server = new OneServer({ term: 1 });
    for (let round = 0; round < 20; round++) server.append(s2, 1, [0, 0], []).tick(9);
    expect(server.raft.role).toBe("follower");
  });

  test("a vote that it gives starts the timer anew, one that it denies doesn't", () => {
    const giving = new OneServer({ term: 1 });
    for (let round = 0; round < 20; round++) giving.receive(s2, 2 + round, question(0, 0)).tick(9);
    expect(giving.raft.role).toBe("follower");
    const denying = new OneServer({ log: [1, 1] });
    for (let round = 0; round < 20; round++) denying.receive(s2, 2 + round, question(1, 1)).tick(1);
    expect(denying.all("became").map(({ role }) => role)).toContain("pre-candidate");
  });

  test("a server without a vote never stands", () => {
    const server = new OneServer({ voters: [s2, s3], nonVoters: [s1] });
    expect(server.timeOut()).toBe(1000);
  });
});

describe("Figure 2, Rules for Servers, candidates", () => {
  test("starts an election: a higher term, a vote for itself on disk, then questions to all other voters", () => {
    const server = new OneServer({ term: 4, log: [1, 4], voters: [s1, s2, s3], nonVoters: [s4] });
    server.timeOut();
    server.preGrant(s2);
    expect(server.sent("request-vote")).toEqual([]);
    const [save] = server.all("save-hard-state");
    expect(save).toMatchObject({ term: 5, votedFor: s1 });
    expect(save?.thenSend.map(({ to }) => to)).toEqual([s2, s3]);
    expect(save?.thenSend[0]).toMatchObject({ type: "request-vote", term: 5, lastLogIndex: 2, lastLogTerm: 4 });
  });

  test("its own vote counts only once it is on disk", () => {
    const server = new OneServer({ voters: [s1, s2] });
    server.timeOut();
    server.preGrant(s2).grant(s2);
    expect(server.raft.role).toBe("candidate");
    server.save().grant(s2);
    expect(server.raft.role).toBe("leader");
  });

  test.each([
    { voters: [s1, s2, s3], grants: [s2], elected: true },
    { voters: [s1, s2, s3, s4], grants: [s2], elected: false },
    { voters: [s1, s2, s3, s4], grants: [s2, s3], elected: true },
    { voters: [s1, s2, s3, s4, s5], grants: [s2], elected: false },
    { voters: [s1, s2, s3, s4, s5], grants: [s2, s2], elected: false },
    { voters: [s1, s2, s3, s4, s5], grants: [s2, s3], elected: true },
  ])("leads with the votes of a majority: %o", ({ voters, grants, elected }) => {
    const server = new OneServer({ voters });
    server.timeOut();
    for (const voter of voters) if (voter !== s1 && server.raft.role === "pre-candidate") server.preGrant(voter);
    server.save();
    for (const voter of grants) server.grant(voter);
    expect(server.raft.role === "leader").toBe(elected);
  });

  test("votes of servers without a vote don't count", () => {
    const server = new OneServer({ voters: [s1, s2, s3], nonVoters: [s4, s5] });
    server.timeOut();
    server.preGrant(s2).save().grant(s4).grant(s5);
    expect(server.raft.role).toBe("candidate");
  });

  test("an AppendEntries of its own term makes it a follower", () => {
    const server = new OneServer({ term: 1 });
    server.timeOut();
    server.preGrant(s2).save().append(s3, 2, [0, 0], []);
    expect(server.raft.role).toBe("follower");
    expect(server.raft.leader).toBe(s3);
  });

  test("a majority that denies ends it; without an answer it begins anew after its timeout", () => {
    const denied = new OneServer({ term: 1 });
    denied.timeOut();
    denied.preGrant(s2).save();
    for (const voter of [s2, s3]) denied.receive(voter, 2, { type: "request-vote-response", voteGranted: false });
    expect(denied.raft.role).toBe("follower");
    const unheard = new OneServer({ term: 1 });
    unheard.timeOut();
    unheard.preGrant(s2).save().forget().tick(20);
    expect(unheard.raft.role).toBe("pre-candidate");
    expect(unheard.sent("pre-vote").length).toBeGreaterThan(0);
  });

  test("a lone voter leads as soon as its vote is on disk, without waiting for anything", () => {
    const server = new OneServer({ voters: [s1], nonVoters: [s2] }).save();
    expect(server.raft.role).toBe("leader");
  });
});

describe("thesis §9.6, pre-vote", () => {
  test("asks at its present term and changes nothing, here or there", () => {
    const asking = new OneServer({ term: 3, log: [2] });
    asking.timeOut();
    expect(asking.sent("pre-vote")).toMatchObject([
      { to: s2, term: 3, lastLogIndex: 1, lastLogTerm: 2 },
      { to: s3, term: 3 },
    ]);
    const asked = new OneServer({ term: 3, log: [2], votedFor: s3 });
    asked.receive(s2, 3, { type: "pre-vote", lastLogIndex: logIndex(1), lastLogTerm: term(2) });
    expect(asked.sent("pre-vote-response")).toMatchObject([{ voteGranted: true, proposedTerm: 4, term: 3 }]);
    expect([asking, asked].flatMap((server) => server.all("save-hard-state"))).toEqual([]);
  });

  test("a server with more in its log says no", () => {
    const server = new OneServer({ term: 3, log: [2, 3] });
    server.receive(s2, 3, { type: "pre-vote", lastLogIndex: logIndex(5), lastLogTerm: term(2) });
    expect(server.sent("pre-vote-response")).toMatchObject([{ voteGranted: false }]);
  });

  test("an answer for another term than the one it would stand in is void", () => {
    const server = new OneServer({ term: 3 });
    server.timeOut();
    server.receive(s2, 3, { type: "pre-vote-response", proposedTerm: term(3), voteGranted: true });
    expect(server.raft.role).toBe("pre-candidate");
  });
});

describe("thesis §4.2.3, a leader that is heard is protected", () => {
  test("no answer and no new term within the least election timeout, also from the leader itself", () => {
    const follower = new OneServer({ term: 1 })
      .append(s2, 1, [0, 0], [])
      .tick(9)
      .forget()
      .receive(s3, 7, question(9, 9));
    const leader = new OneServer({ term: 1 }).lead().forget().receive(s3, 7, question(9, 9));
    for (const server of [follower, leader]) {
      expect(server.outputs).toEqual([]);
      expect(server.raft.currentTerm).toBeLessThan(7);
    }
  });

  test("after that time it votes as ever", () => {
    const server = new OneServer({ term: 1 }).append(s2, 1, [0, 0], []).tick(10).receive(s3, 7, question(9, 9)).save();
    expect(server.sent("request-vote-response")).toMatchObject([{ voteGranted: true }]);
  });

  test("an election that the leader asked for goes through", () => {
    const server = new OneServer({ term: 1 })
      .lead()
      .forget()
      .receive(s3, 7, question(9, 9, true))
      .save();
    expect(server.sent("request-vote-response")).toMatchObject([{ voteGranted: true }]);
    expect(server.raft.role).toBe("follower");
  });
});

describe("thesis §6.2, check-quorum", () => {
  test("steps down when no majority answers for the lease, and not while one does", () => {
    const server = new OneServer({ voters: [s1, s2, s3, s4, s5] }).lead([s2, s3]);
    for (let round = 0; round < 10; round++) server.tick(5).match(s2, 0).match(s3, 0);
    expect(server.raft.role).toBe("leader");
    server.tick(5).match(s2, 0).tick(6);
    expect(server.raft.role).toBe("follower");
    expect(server.raft.leader).toBeNull();
  });
});

describe("thesis §3.10, TimeoutNow", () => {
  test("stands at once, without asking first", () => {
    const server = new OneServer({ term: 1 }).append(s2, 1, [0, 0], []).receive(s2, 1, { type: "timeout-now" }).save();
    expect(server.raft.role).toBe("candidate");
    expect(server.sent("request-vote")).toMatchObject([{ leadershipTransfer: true }, { leadershipTransfer: true }]);
  });

  test("one of an older term, or to a server without a vote, does nothing", () => {
    const old = new OneServer({ term: 3 }).receive(s2, 2, { type: "timeout-now" });
    const none = new OneServer({ term: 3, voters: [s2], nonVoters: [s1] }).receive(s2, 3, { type: "timeout-now" });
    expect([old.raft.role, none.raft.role]).toEqual(["follower", "follower"]);
  });
});

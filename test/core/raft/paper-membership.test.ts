import { describe, expect, test } from "vitest";
import { logIndex, nodeId, requestId, term } from "../../../src/core/base/mod.ts";
import { type ConfigurationChange, configuration } from "../../../src/core/raft/mod.ts";
import { OneServer, rangeOfTerms, s1, s2, s3, s4 } from "./one-server.ts";

const put = (id: typeof s1, voter = true, address = ""): ConfigurationChange => ({
  type: "put",
  member: { id, address, voter },
});
const remove = (id: typeof s1): ConfigurationChange => ({ type: "remove", id });
const change = (server: OneServer, number: number, what: ConfigurationChange) =>
  server.step({ type: "change", request: requestId(number), change: what });
const reasons = (server: OneServer) => server.all("refused").map(({ request, reason }) => [request, reason]);
const membersOf = (server: OneServer) =>
  server.raft.status.latest.configuration.members.map(({ id, voter }) => (voter ? id : `${id}*`));

describe("thesis §4.1, one server at a time", () => {
  test("a configuration is in force from the moment it is in the log, and reported once it is committed", () => {
    const server = new OneServer().begin();
    change(server, 1, put(s4, false));
    expect(membersOf(server)).toEqual([s1, s2, s3]);
    server.appendConfiguration();
    expect(membersOf(server)).toEqual([s1, s2, s3, "s4*"]);
    expect(server.all("completed")).toEqual([]);
    server.persist().match(s2, 2);
    expect(server.all("completed")).toEqual([{ type: "completed", request: 1 }]);
  });

  test("the new majority commits it: three of four, not two", () => {
    const server = new OneServer({ voters: [s1, s2, s3], nonVoters: [s4] }).begin();
    server.match(s4, 1);
    change(server, 1, put(s4));
    server.appendConfiguration().persist().match(s2, 2);
    expect(server.all("completed")).toEqual([]);
    server.match(s3, 2);
    expect(server.all("completed")).toHaveLength(1);
  });

  test("a smaller configuration may hold a majority at once", () => {
    const server = new OneServer({ voters: [s1, s2] }).begin([s2]);
    change(server, 1, remove(s2));
    server.appendConfiguration();
    expect(server.all("completed")).toEqual([]);
    server.persist();
    expect(server.all("completed")).toHaveLength(1);
  });

  test("a cut brings the configuration before back", () => {
    const server = new OneServer().begin();
    change(server, 1, remove(s3));
    server.appendConfiguration();
    server.append(s2, 5, [1, 1], [5]);
    expect(membersOf(server)).toEqual([s1, s2, s3]);
    expect(server.all("undecided")).toEqual([{ type: "undecided", request: 1 }]);
    expect(server.all("configured").at(-1)?.latest.index).toBe(0);
  });

  test("a follower goes by the newest in its log, committed or not", () => {
    const server = new OneServer({ term: 1 });
    const built = configuration([{ id: s2, address: "", voter: true }]);
    if (!built.ok) throw new Error(built.error);
    const entries = { ...rangeOfTerms(1, [1]), configurations: [{ index: logIndex(1), configuration: built.value }] };
    server.receive(s2, 1, {
      type: "append-entries",
      prevLogIndex: logIndex(0),
      prevLogTerm: term(0),
      entries,
      leaderCommit: logIndex(0),
      round: 0,
    });
    expect(membersOf(server)).toEqual([s2]);
  });

  test("refusals: one change at a time, not before the term's no-op is committed, never the last voter", () => {
    const server = new OneServer();
    change(server, 1, remove(s3));
    server.lead();
    change(server, 2, remove(s3));
    server.persist().match(s2, 1).match(s3, 1);
    change(server, 3, remove(s3));
    change(server, 4, remove(s2));
    server.appendConfiguration().persist().match(s2, 2);
    change(server, 5, remove(s2));
    server.appendConfiguration().persist();
    change(server, 6, remove(s1));
    change(server, 7, put(s1, false));
    expect(reasons(server)).toEqual([
      [1, "not leader"],
      [2, "term not begun"],
      [4, "configuration change in progress"],
      [6, "no voter left"],
      [7, "no voter left"],
    ]);
    expect(server.all("completed").map(({ request }) => request)).toEqual([3, 5]);
  });

  test("what changes nothing is done at once; another address is a change like any other", () => {
    const server = new OneServer().begin();
    change(server, 1, put(s2));
    change(server, 2, remove(nodeId("nobody")));
    expect(server.all("completed").map(({ request }) => request)).toEqual([1, 2]);
    change(server, 3, put(s2, true, "elsewhere:1"));
    expect(server.all("append-own")).toHaveLength(1);
  });

  test("a transfer under way keeps changes out", () => {
    const server = new OneServer().begin();
    server.step({ type: "transfer", request: requestId(1), target: s2 });
    change(server, 2, remove(s3));
    expect(reasons(server)).toEqual([[2, "leadership transfer in progress"]]);
  });
});

describe("thesis §4.2.1, catching up", () => {
  test("a new voter gets entries without being a member, and its vote once a round was short enough", () => {
    const server = new OneServer({ log: [1, 1, 1] }).lead().persist().match(s2, 4).match(s3, 4).forget();
    change(server, 1, put(s4));
    expect(server.all("configured")).toMatchObject([{ joining: { id: s4 } }]);
    expect(server.sent("append-entries").map(({ to }) => to)).toEqual([s4]);
    expect(membersOf(server)).toEqual([s1, s2, s3]);
    // The first round takes longer than an election timeout; meanwhile another entry comes.
    server.match(s4, 0).appendOwn();
    for (let at = 0; at < 12; at++) server.tick(1).match(s4, 3).match(s2, 5);
    server.match(s4, 4);
    expect(server.all("append-own")).toEqual([]);
    server.match(s4, 5);
    expect(
      server
        .all("append-own")
        .at(-1)
        ?.configuration?.members.map(({ id }) => id),
    ).toEqual([s1, s2, s3, s4]);
  });

  test("a voter that never gets there in time is refused, and forgotten", () => {
    const server = new OneServer({ options: { catchUpRoundsMax: 2 } }).begin();
    change(server, 1, put(s4));
    server.match(s4, 0);
    for (let round = 0; round < 2; round++) {
      server.appendOwn();
      for (let at = 0; at < 12; at++)
        server
          .tick(1)
          .match(s2, 2 + round)
          .match(s3, 1)
          .match(s4, round);
      server.match(s4, 1 + round);
    }
    expect(reasons(server)).toEqual([[1, "new voter did not catch up"]]);
    expect(server.raft.status.peers.map(({ id }) => id)).toEqual([s2, s3]);
  });

  test("one that is silent is given up; a member that only lacked a vote stays", () => {
    const server = new OneServer({ nonVoters: [s4], options: { catchUpSilenceTicks: 30 } }).begin();
    server.match(s4, 1);
    for (let at = 0; at < 11; at++) server.tick(1).match(s2, 1);
    change(server, 1, put(s4));
    for (let at = 0; at < 31; at++) server.tick(1).match(s2, 1);
    expect(reasons(server)).toEqual([[1, "new voter did not catch up"]]);
    expect(membersOf(server)).toEqual([s1, s2, s3, "s4*"]);
    expect(server.raft.status.peers).toHaveLength(3);
  });

  test("leadership lost meanwhile: nothing of it was in the log, so the refusal is definite", () => {
    const server = new OneServer().begin();
    change(server, 1, put(s4));
    server.append(s2, 5, [1, 1], []);
    expect(reasons(server)).toEqual([[1, "leadership lost"]]);
    expect(server.all("undecided")).toEqual([]);
  });
});

describe("thesis §4.2.2, removing the leader", () => {
  test("it doesn't count itself, and steps down once the entry is committed", () => {
    const server = new OneServer().begin();
    change(server, 1, remove(s1));
    server.appendConfiguration().persist().match(s2, 2);
    expect(server.raft.role).toBe("leader");
    server.match(s3, 2);
    expect(server.raft.role).toBe("follower");
    expect(server.all("completed")).toHaveLength(1);
    expect(server.sent("timeout-now")).toMatchObject([{ to: s2 }]);
    expect(server.forget().timeOut()).toBe(1000);
  });

  test("while its removal isn't committed it still stands for election, without its own vote", () => {
    const server = new OneServer({ voters: [s1, s2] }).begin([s2]);
    change(server, 1, remove(s1));
    server.appendConfiguration().persist().tick(11);
    expect(server.raft.role).toBe("follower");
    server.timeOut();
    expect(server.raft.role).toBe("pre-candidate");
    server.preGrant(s2).save();
    expect(server.raft.role).toBe("candidate");
    server.grant(s2);
    expect(server.raft.role).toBe("leader");
  });
});

describe("thesis §3.10, leadership transfer", () => {
  const transfer = (server: OneServer, target: typeof s1 | null) =>
    server.step({ type: "transfer", request: requestId(9), target });

  test("TimeoutNow goes out once the target has everything; the best is whoever has most", () => {
    const server = new OneServer().begin().appendOwn().appendOwn().match(s3, 2).match(s2, 1).forget();
    transfer(server, null);
    expect(server.sent("timeout-now")).toEqual([]);
    expect(server.all("admit")).toEqual([{ type: "admit", writes: "transferring" }]);
    server.match(s3, 3);
    expect(server.sent("timeout-now")).toMatchObject([{ to: s3 }]);
  });

  test("it is over when a higher term comes, or after its time", () => {
    const won = new OneServer().begin();
    transfer(won, s2);
    won.receive(s2, 2, {
      type: "request-vote",
      lastLogIndex: logIndex(1),
      lastLogTerm: term(1),
      leadershipTransfer: true,
    });
    expect(won.all("completed")).toEqual([{ type: "completed", request: 9 }]);
    const lost = new OneServer().begin();
    transfer(lost, s2);
    for (let at = 0; at < 10; at++) lost.tick(1).match(s3, 1);
    expect(reasons(lost)).toEqual([[9, "leadership transfer timeout"]]);
    expect(lost.all("admit").map(({ writes }) => writes)).toEqual(["transferring", "open"]);
  });

  test("TimeoutNow is repeated until something comes of it", () => {
    const server = new OneServer().begin();
    transfer(server, s2);
    server.tick(6);
    expect(server.sent("timeout-now").length).toBeGreaterThan(2);
  });
});

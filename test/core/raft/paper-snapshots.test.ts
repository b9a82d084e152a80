import { describe, expect, test } from "vitest";
import { logIndex, term } from "../../../src/core/base/mod.ts";
import { OneServer, s2, s3 } from "./one-server.ts";

describe("Raft §7, snapshots", () => {
  const compacted = (found: ConstructorParameters<typeof OneServer>[0] = {}): OneServer => {
    const server = new OneServer({ log: [1, 1, 1, 1], ...found }).lead().persist().match(s2, 5);
    server.step({ type: "compacted", index: logIndex(5) });
    return server.forget();
  };
  const refuse = (server: OneServer, prev: number, hint: number) =>
    server.receive(s3, server.raft.currentTerm, {
      type: "append-entries-response",
      success: false,
      prevLogIndex: logIndex(prev),
      matchIndex: logIndex(0),
      hintIndex: logIndex(hint),
      hintTerm: term(1),
      round: 0,
    });

  test("who lacks what is gone is offered an image; who has the base goes on from it", () => {
    const server = refuse(compacted(), 5, 2);
    expect(server.sent("install-snapshot")).toMatchObject([
      { to: s3, snapshot: { index: 5, term: 2, configuration: { index: 0 } } },
    ]);
    expect(server.raft.status.peers[1]?.state).toBe("snapshot");
    server.forget().match(s3, 5);
    expect(server.raft.status.peers[1]).toMatchObject({ state: "replicate", matchIndex: 5, nextIndex: 6 });
  });

  test("nobody is offered one that hasn't answered: an image is pinned for the living", () => {
    const server = compacted().tick(3);
    expect(server.sent("install-snapshot")).toEqual([]);
    expect(server.sent("append-entries").filter(({ to }) => to === s3)[0]).toMatchObject({ prevLogIndex: 5 });
  });

  test("heartbeats go on meanwhile, the offer is repeated, and a failure begins anew", () => {
    const server = refuse(compacted({ options: { snapshotRetryTicks: 4 } }), 5, 2).forget();
    for (let at = 0; at < 4; at++) server.tick(1).match(s2, 5);
    expect(server.sent("append-entries").filter(({ to }) => to === s3).length).toBeGreaterThan(0);
    expect(server.sent("install-snapshot")).toHaveLength(1);
    server.step({ type: "snapshot-unsent", to: s3 });
    expect(server.raft.status.peers[1]?.state).toBe("probe");
  });

  const offer = (index: number, of: number, inTerm: number) =>
    ({
      type: "install-snapshot",
      snapshot: {
        index: logIndex(index),
        term: term(of),
        configuration: { index: logIndex(0), configuration: { members: [] } },
      },
      inTerm,
    }) as const;

  test("a follower fetches once, restores as one output, and answers when that is on disk", () => {
    const server = new OneServer({ log: [1, 1] });
    const { inTerm: _, ...message } = offer(7, 3, 3);
    server.receive(s2, 3, message).receive(s2, 3, message).save();
    expect(server.all("fetch-snapshot")).toHaveLength(1);
    server.step({ type: "snapshot-fetched", snapshot: message.snapshot });
    const [restore] = server.all("restore");
    expect(restore?.thenSend).toMatchObject([{ type: "install-snapshot-response", to: s2, matchIndex: 7 }]);
    expect(server.sent("install-snapshot-response")).toEqual([]);
    expect(server.raft.status).toMatchObject({ commitIndex: 7, base: { index: 7, term: 3 }, durableIndex: 0 });
    server.append(s2, 3, [7, 3], [3]);
    expect(server.all("store")).toMatchObject([{ entries: { first: 8 } }]);
  });

  test("one that is covered by the log is answered at once (Figure 13, 6), and commits what it covers", () => {
    const server = new OneServer({ log: [1, 1, 1], term: 2 });
    const { inTerm: _, ...message } = offer(2, 1, 2);
    server.receive(s2, 2, message);
    expect(server.all("fetch-snapshot")).toEqual([]);
    expect(server.all("commit")).toEqual([{ type: "commit", index: 2 }]);
    expect(server.sent("install-snapshot-response")).toMatchObject([{ matchIndex: 2 }]);
  });

  test("an image that came too late is thrown away; one that is missed is fetched at the next offer", () => {
    const server = new OneServer({ log: [1], term: 2 });
    const { inTerm: _, ...message } = offer(3, 2, 2);
    server.receive(s2, 2, message);
    server.step({ type: "snapshot-missed", snapshot: message.snapshot });
    server.receive(s2, 2, message);
    expect(server.all("fetch-snapshot")).toHaveLength(2);
    server.append(s2, 2, [1, 1], [2, 2], 3);
    server.step({ type: "snapshot-fetched", snapshot: message.snapshot });
    expect(server.all("discard-snapshot")).toHaveLength(1);
    expect(server.all("restore")).toEqual([]);
  });
});

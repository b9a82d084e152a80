import { type LogIndex, logIndex, type NodeId, present } from "../base/mod.ts";
import { type EntryRange, lastOf } from "./entry-range.ts";
import type { Progress } from "./progress.ts";
import type { Leader } from "./role.ts";
import type { Server } from "./server.ts";

/** Sends what the follower may get now: a probe, or entries until its window is full (thesis §10.2.1, pipelining). */
export function replicate(server: Server, leader: Leader, to: NodeId): void {
  const progress = progressOf(leader, to);
  if (progress.state === "probe" && !progress.probing) heartbeat(server, leader, to);
  if (progress.state !== "replicate") return;
  const { messageEntriesMax, messageBytesMax } = server.options;
  while (progress.nextIndex <= server.log.lastIndex && !progress.window.full) {
    const entries = server.log.slice(progress.nextIndex, messageEntriesMax, messageBytesMax);
    sendAppendEntries(server, leader, to, entries);
    const last = lastOf(entries);
    progress.window.add(
      last,
      entries.bytes.reduce((sum, size) => sum + size, 0),
    );
    progress.nextIndex = logIndex(last + 1);
  }
}

/**
 * An AppendEntries without entries, right behind what was sent last: it keeps the follower (§5.2), tells the commit
 * index, asks for a round of reads, looks for the common point, and is refused if anything before it was lost.
 */
export function heartbeat(server: Server, leader: Leader, to: NodeId): void {
  const progress = progressOf(leader, to);
  // Who waits for an image lacks the base, and refuses; once it has it, it says so.
  const first = progress.state === "snapshot" ? logIndex(server.log.base.index + 1) : progress.nextIndex;
  if (progress.state === "probe") progress.probed();
  sendAppendEntries(server, leader, to, { first, runs: [], bytes: [], configurations: [] });
}

/** The follower lacks entries that are gone here: it gets an image of everything committed instead (Raft §7). */
export function offerSnapshot(server: Server, leader: Leader, to: NodeId): void {
  const index = server.commitIndex;
  const term = present(server.log.termAt(index), "the commit index is in the log, or is its base");
  const snapshot = { index, term, configuration: server.log.configurationAt(index) };
  progressOf(leader, to).becomeSnapshot(snapshot, server.nowTick);
  server.send(to, { type: "install-snapshot", snapshot });
}

/** The offer again: it, or its answer, may be lost. */
export function repeatOffer(server: Server, leader: Leader, to: NodeId): void {
  const progress = progressOf(leader, to);
  const snapshot = present(progress.offer, "an offer is out");
  progress.offered(server.nowTick);
  server.send(to, { type: "install-snapshot", snapshot });
}

/** Entries through `index` are gone: who needs one of them is asked from the base on, and gets an image when it refuses. */
export function skipCompacted(leader: Leader, index: LogIndex): void {
  for (const progress of leader.progress.values()) {
    if (progress.state !== "snapshot" && progress.nextIndex <= index) {
      progress.becomeProbe(logIndex(Math.max(index, progress.matchIndex) + 1));
    }
  }
}

export const progressOf = (leader: Leader, id: NodeId): Progress =>
  present(leader.progress.get(id), `I9: no progress of ${id}`);

function sendAppendEntries(server: Server, leader: Leader, to: NodeId, entries: EntryRange): void {
  const progress = progressOf(leader, to);
  const prevLogIndex = logIndex(entries.first - 1);
  const prevLogTerm = present(server.log.termAt(prevLogIndex), `I7: entry ${prevLogIndex} is not in the log`);
  const leaderCommit = server.commitIndex;
  const last = lastOf(entries);
  progress.sentTick = server.nowTick;
  progress.toldCommit = logIndex(Math.min(leaderCommit, last));
  const { round } = leader.reads;
  server.send(to, { type: "append-entries", prevLogIndex, prevLogTerm, entries, leaderCommit, round });
}

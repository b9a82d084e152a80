import { assert, logIndex } from "../base/mod.ts";
import { answered } from "./leader.ts";
import type { AppendEntriesResponse } from "./messages.ts";
import type { Progress } from "./progress.ts";
import { offerSnapshot } from "./replication.ts";
import type { Leader } from "./role.ts";
import type { Server } from "./server.ts";

/** Figure 2, Rules for Leaders: the answer moves nextIndex and matchIndex. */
export function receiveAppendEntriesResponse(server: Server, message: AppendEntriesResponse): void {
  const leader = server.role;
  const progress = leader.name === "leader" ? leader.progress.get(message.from) : undefined;
  // From somebody who isn't followed up any more, or was asked by a leader that is none now.
  if (leader.name !== "leader" || progress === undefined) return;
  progress.contactTick = server.nowTick;
  // Whatever it says about the log, it takes this server for its leader: that is what a read asks (thesis §6.4).
  if (message.round > progress.round) progress.round = message.round;
  let advanced = false;
  if (message.success) {
    assert(message.matchIndex <= server.log.lastIndex, `I7: ${message.from} matches beyond the leader's log`);
    advanced = progress.matched(message.matchIndex);
    found(server, progress, message);
  } else backtrack(server, leader, progress, message);
  answered(server, leader, message.from, advanced);
}

/** The logs are the same up to where the question was. */
function found(server: Server, progress: Progress, message: AppendEntriesResponse): void {
  if (progress.state === "replicate") return;
  const common = Math.max(message.prevLogIndex, progress.matchIndex);
  if (common >= server.log.base.index) progress.becomeReplicate(logIndex(common + 1));
}

/**
 * "If AppendEntries fails because of log inconsistency: decrement nextIndex and retry", by whole terms: below the
 * follower's hint, the first place where our term isn't above its term there.
 */
function backtrack(server: Server, leader: Leader, progress: Progress, message: AppendEntriesResponse): void {
  const { prevLogIndex, hintIndex, hintTerm } = message;
  const newest = prevLogIndex === progress.nextIndex - 1;
  // Overtaken by a later question, or by an answer that says more.
  const stale = progress.state === "replicate" ? prevLogIndex <= progress.matchIndex : true;
  if (progress.state === "snapshot" || prevLogIndex === 0 || (stale && !newest)) return;
  if (hintIndex < progress.matchIndex) progress.lost();
  const below = logIndex(Math.min(hintIndex, prevLogIndex - 1));
  const common = Math.max(server.log.lastWithTermAtMost(below, hintTerm), progress.matchIndex);
  if (common < server.log.base.index) offerSnapshot(server, leader, message.from);
  else progress.becomeProbe(logIndex(common + 1));
}

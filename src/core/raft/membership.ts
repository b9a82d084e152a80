import { assert, failed, type NodeId, type Outcome, type RequestId } from "../base/mod.ts";
import {
  type Configuration,
  type ConfigurationChange,
  changed,
  isVoter,
  type Member,
  memberOf,
} from "./configuration.ts";
import { votersChanged } from "./configuration-history.ts";
import type { EntryRange } from "./entry-range.ts";
import { becomeFollower } from "./follower.ts";
import type { Refusal } from "./outputs.ts";
import { Progress } from "./progress.ts";
import { heartbeat, progressOf } from "./replication.ts";
import type { Leader } from "./role.ts";
import type { Server } from "./server.ts";
import { bestVoter } from "./transfer.ts";

/** One server at a time (thesis §4.1), one change after the other. */
export function requestChange(server: Server, request: RequestId, change: ConfigurationChange): void {
  const leader = server.role;
  const after = leader.name === "leader" ? checkChange(server, leader, change) : failed("not leader" as const);
  if (!after.ok) server.refuse(request, after.error);
  if (!after.ok || leader.name !== "leader") return;
  const before = server.configuration;
  const gainsVote = change.type === "put" && change.member.voter && !isVoter(before, change.member.id);
  if (after.value === before) server.outbox.push({ type: "completed", request });
  else if (gainsVote) join(server, leader, request, change.member);
  else propose(server, leader, request, after.value);
}

function checkChange(server: Server, leader: Leader, change: ConfigurationChange): Outcome<Configuration, Refusal> {
  // The single-server bug of 2015: a change in a new term may not overlap with one that an earlier term left behind.
  if (!server.termBegun) return failed("term not begun");
  if (leader.change !== null || leader.joining !== null || server.log.latest.index > server.commitIndex)
    return failed("configuration change in progress");
  if (leader.transfer !== null) return failed("leadership transfer in progress");
  return changed(server.configuration, change);
}

function join(server: Server, leader: Leader, request: RequestId, member: Member): void {
  const roundTarget = server.log.lastIndex;
  leader.joining = { request, member, round: 1, roundTarget, roundStartTick: server.nowTick };
  trackMembers(server, leader);
  advanceJoining(server, leader);
}

/**
 * Brings a server up to date before it gets its vote, so that the cluster never waits for it: in rounds, each for what
 * came during the one before, until one is shorter than an election timeout (thesis §4.2.1).
 */
export function advanceJoining(server: Server, leader: Leader): void {
  const { joining } = leader;
  if (joining === null || leader.change !== null) return;
  const { electionTimeoutTicks, catchUpRoundsMax, leaderLeaseTicks } = server.options;
  const progress = progressOf(leader, joining.member.id);
  // A non-voter that had everything and has gone since is not up to date.
  if (server.nowTick - progress.contactTick > leaderLeaseTicks) return;
  while (progress.matchIndex >= joining.roundTarget) {
    if (server.nowTick - joining.roundStartTick <= electionTimeoutTicks) {
      const after = changed(server.configuration, { type: "put", member: joining.member });
      assert(after.ok, "a voter more leaves a voter");
      propose(server, leader, joining.request, after.value);
      return;
    }
    if (joining.round === catchUpRoundsMax) {
      giveUpJoining(server, leader);
      return;
    }
    joining.round++;
    joining.roundTarget = server.log.lastIndex;
    joining.roundStartTick = server.nowTick;
  }
}

/** A new voter that isn't heard from is not waited for. */
export function tickJoining(server: Server, leader: Leader): void {
  const { joining } = leader;
  if (joining === null || leader.change !== null) return;
  const { contactTick } = progressOf(leader, joining.member.id);
  const lastTick = Math.max(contactTick, joining.roundStartTick);
  if (server.nowTick - lastTick > server.options.catchUpSilenceTicks) giveUpJoining(server, leader);
}

/** The log took a configuration in: it is in force from now on (thesis §4.1), and its entry may be the one we asked for. */
export function configurationAppended(server: Server, leader: Leader, entries: EntryRange): void {
  const held = entries.configurations.at(-1);
  if (held === undefined) return;
  if (leader.change !== null && leader.change.index === null) leader.change.index = held.index;
  leader.joining = null;
  trackMembers(server, leader);
}

/**
 * The change is over once its entry is committed. A leader that has no vote any more has led until here without counting
 * itself, and now makes room (thesis §4.2.2): for the best of the others at once.
 */
export function configurationCommitted(server: Server, leader: Leader): void {
  const { change } = leader;
  if (change !== null && change.index !== null && change.index <= server.commitIndex) {
    leader.change = null;
    server.outbox.push({ type: "completed", request: change.request });
  }
  if (server.log.latest.index > server.commitIndex || isVoter(server.configuration, server.id)) return;
  for (const id of leader.progress.keys()) heartbeat(server, leader, id);
  const heir = bestVoter(server, leader);
  if (heir !== null) server.send(heir, { type: "timeout-now" });
  becomeFollower(server, server.currentTerm, null);
}

/** Keeps a progress for each other member and for who is joining, and for nobody else (I9). */
export function trackMembers(server: Server, leader: Leader): void {
  const tracked = new Set<NodeId>(server.configuration.members.map((member) => member.id));
  if (leader.joining !== null) tracked.add(leader.joining.member.id);
  tracked.delete(server.id);
  for (const id of leader.progress.keys()) if (!tracked.has(id)) leader.progress.delete(id);
  for (const id of tracked) {
    if (leader.progress.has(id)) continue;
    const progress = new Progress(server.log.nextIndex, server.nowTick, server.options);
    leader.progress.set(id, progress);
    heartbeat(server, leader, id);
  }
}

function propose(server: Server, leader: Leader, request: RequestId, configuration: Configuration): void {
  const { latest } = server.log;
  assert(server.termBegun && latest.index <= server.commitIndex, "I10: a change while another isn't committed");
  assert(votersChanged(latest.configuration, configuration) <= 1, "I10: more than one vote changes");
  leader.change = { request, configuration, index: null };
  server.outbox.push({ type: "append-own", epoch: server.epoch, term: server.currentTerm, configuration });
}

function giveUpJoining(server: Server, leader: Leader): void {
  const { joining } = leader;
  if (joining === null) return;
  leader.joining = null;
  if (memberOf(server.configuration, joining.member.id) === undefined) trackMembers(server, leader);
  server.refuse(joining.request, "new voter did not catch up");
}

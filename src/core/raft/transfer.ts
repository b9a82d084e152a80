import { done, failed, type NodeId, type Outcome, type RequestId } from "../base/mod.ts";
import { memberOf } from "./configuration.ts";
import type { Refusal } from "./outputs.ts";
import type { Leader } from "./role.ts";
import type { Server } from "./server.ts";

/** Leadership goes to `target`, or to whoever is best prepared (thesis §3.10). Meanwhile no groups are run. */
export function requestTransfer(server: Server, request: RequestId, target: NodeId | null): void {
  const leader = server.role;
  const chosen = leader.name === "leader" ? chooseTarget(server, leader, target) : failed("not leader" as const);
  if (!chosen.ok) server.refuse(request, chosen.error);
  if (!chosen.ok || leader.name !== "leader") return;
  const deadlineTick = server.nowTick + server.options.transferTicks;
  leader.transfer = { request, target: chosen.value, deadlineTick, sentTick: null };
  advanceTransfer(server, leader);
}

function chooseTarget(server: Server, leader: Leader, target: NodeId | null): Outcome<NodeId, Refusal> {
  if (leader.transfer !== null) return failed("leadership transfer in progress");
  if (target === null) {
    const best = bestVoter(server, leader);
    return best === null ? failed("no other voter") : done(best);
  }
  if (target === server.id) return failed("already leader");
  const member = memberOf(server.configuration, target);
  if (member === undefined) return failed("unknown target");
  return member.voter ? done(target) : failed("target is not a voter");
}

/** Tells the target to start its election once its log is as long as ours. */
export function advanceTransfer(server: Server, leader: Leader): void {
  const { transfer } = leader;
  if (transfer === null || transfer.sentTick !== null) return;
  if ((leader.progress.get(transfer.target)?.matchIndex ?? 0) < server.log.lastIndex) return;
  transfer.sentTick = server.nowTick;
  server.send(transfer.target, { type: "timeout-now" });
}

/** A target that doesn't take over in time is given up, and the leader goes on. */
export function tickTransfer(server: Server, leader: Leader): void {
  const { transfer } = leader;
  if (transfer === null) return;
  const { target, request, deadlineTick, sentTick } = transfer;
  if (server.nowTick >= deadlineTick) {
    leader.transfer = null;
    server.refuse(request, "leadership transfer timeout");
  } else if (sentTick !== null && server.nowTick - sentTick >= server.options.heartbeatTicks) {
    transfer.sentTick = server.nowTick;
    server.send(target, { type: "timeout-now" });
  }
}

/** The voter that has most of the log, among those heard from lately; null when there is none. */
export function bestVoter(server: Server, leader: Leader): NodeId | null {
  let best: NodeId | null = null;
  let bestMatch = -1;
  for (const voter of server.voters) {
    const progress = leader.progress.get(voter);
    if (progress === undefined || server.nowTick - progress.contactTick > server.options.leaderLeaseTicks) continue;
    if (progress.matchIndex > bestMatch) {
      best = voter;
      bestMatch = progress.matchIndex;
    }
  }
  return best;
}

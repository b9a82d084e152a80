import { assert, term } from "../base/mod.ts";
import { isLoneVoter } from "./configuration.ts";
import { becomeFollower } from "./follower.ts";
import { becomeLeader } from "./leader.ts";
import { tally } from "./quorum.ts";
import type { Server } from "./server.ts";

/** Asks who would vote for it, at its present term: one that can't win raises nobody's term (thesis §9.6). */
export function becomePreCandidate(server: Server): void {
  assert(server.mayLead && server.role.name !== "leader", "only voters stand for election");
  if (isLoneVoter(server.configuration, server.id)) {
    // Nobody else has a say.
    becomeCandidate(server, false);
    return;
  }
  server.role = { name: "pre-candidate", votes: new Map([[server.id, true]]) };
  server.leader = null;
  server.resetElectionTimer(server.options.candidateTimeoutTicks);
  const { lastIndex: lastLogIndex, lastTerm: lastLogTerm } = server.log;
  for (const voter of server.voters) {
    if (voter !== server.id) server.send(voter, { type: "pre-vote", lastLogIndex, lastLogTerm });
  }
}

/** "On conversion to candidate, start election: increment currentTerm, vote for self, …" (Figure 2). */
export function becomeCandidate(server: Server, leadershipTransfer: boolean): void {
  assert(server.mayLead && server.role.name !== "leader", "only voters stand for election");
  server.setHardState(term(server.currentTerm + 1), server.id);
  server.role = { name: "candidate", votes: new Map(), ticket: server.ticket };
  server.leader = null;
  server.resetElectionTimer(server.options.candidateTimeoutTicks);
  const { lastIndex: lastLogIndex, lastTerm: lastLogTerm } = server.log;
  for (const voter of server.voters) {
    if (voter === server.id) continue;
    server.send(voter, { type: "request-vote", lastLogIndex, lastLogTerm, leadershipTransfer });
  }
}

/** The hard state is on disk: the vote for itself counts from now on, like any other. */
export function ownVoteSaved(server: Server): void {
  const { role } = server;
  if (role.name !== "candidate" || !server.saved) return;
  role.votes.set(server.id, true);
  countVotes(server);
}

/** "If votes received from majority of servers: become leader" (Figure 2), or candidate, for a pre-vote. */
export function countVotes(server: Server): void {
  const { role } = server;
  if (role.name !== "candidate" && role.name !== "pre-candidate") return;
  if (role.name === "candidate" && !server.saved) return;
  const result = tally(server.voters, role.votes);
  if (result === "lost") becomeFollower(server, server.currentTerm, null);
  if (result !== "won") return;
  if (role.name === "candidate") becomeLeader(server);
  else becomeCandidate(server, false);
}

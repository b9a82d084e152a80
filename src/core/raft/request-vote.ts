import type { LogIndex, Term } from "../base/mod.ts";
import { countVotes } from "./candidate.ts";
import { becomeFollower } from "./follower.ts";
import type { RequestVote, RequestVoteResponse } from "./messages.ts";
import type { Server } from "./server.ts";

/** Figure 2, RequestVote, receiver implementation 2. The answer waits until the vote is on disk. */
export function receiveRequestVote(server: Server, message: RequestVote): void {
  const free = server.votedFor === null || server.votedFor === message.from;
  const voteGranted = free && isUpToDate(server, message);
  if (voteGranted) {
    if (server.votedFor === null) server.setHardState(server.currentTerm, message.from);
    if (server.role.name === "pre-candidate") becomeFollower(server, server.currentTerm, null);
    // "If election timeout elapses without … granting vote to candidate" (Figure 2): the timer starts anew.
    server.resetElectionTimer(server.options.electionTimeoutTicks);
  }
  server.send(message.from, { type: "request-vote-response", voteGranted });
}

/** Counts, in the term of the election (§5.2). */
export function receiveRequestVoteResponse(server: Server, message: RequestVoteResponse): void {
  const { role } = server;
  if (role.name !== "candidate") return;
  role.votes.set(message.from, message.voteGranted);
  countVotes(server);
}

/** §5.4.1: "the log with the later term is more up-to-date"; in the same term, the longer one. */
export function isUpToDate(
  server: Server,
  message: { readonly lastLogIndex: LogIndex; readonly lastLogTerm: Term },
): boolean {
  const { lastIndex, lastTerm } = server.log;
  return message.lastLogTerm > lastTerm || (message.lastLogTerm === lastTerm && message.lastLogIndex >= lastIndex);
}

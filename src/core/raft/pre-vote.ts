import { term } from "../base/mod.ts";
import { countVotes } from "./candidate.ts";
import type { PreVote, PreVoteResponse } from "./messages.ts";
import { isUpToDate } from "./request-vote.ts";
import type { Server } from "./server.ts";

/** Says whether it would vote, as it is now. Promises nothing and changes nothing (thesis §9.6). */
export function receivePreVote(server: Server, message: PreVote): void {
  const proposedTerm = term(message.term + 1);
  const voteGranted = proposedTerm > server.currentTerm && isUpToDate(server, message);
  server.send(message.from, { type: "pre-vote-response", proposedTerm, voteGranted });
}

/** Counts, for the term that this server would stand in. */
export function receivePreVoteResponse(server: Server, message: PreVoteResponse): void {
  const { role } = server;
  if (role.name !== "pre-candidate" || message.proposedTerm !== server.currentTerm + 1) return;
  role.votes.set(message.from, message.voteGranted);
  countVotes(server);
}

import { logIndex, unreachable } from "../base/mod.ts";
import { receiveAppendEntries, refuseStale } from "./append-entries.ts";
import { receiveAppendEntriesResponse } from "./append-entries-response.ts";
import { becomeFollower } from "./follower.ts";
import { receiveInstallSnapshot } from "./install-snapshot.ts";
import { receiveInstallSnapshotResponse } from "./install-snapshot-response.ts";
import type { Message } from "./messages.ts";
import { receivePreVote, receivePreVoteResponse } from "./pre-vote.ts";
import { receiveRequestVote, receiveRequestVoteResponse } from "./request-vote.ts";
import type { Server } from "./server.ts";
import { receiveTimeoutNow } from "./timeout-now.ts";

/** What holds for every message (Figure 2, Rules for Servers), then the rules of its kind. */
export function receive(server: Server, message: Message, bodies: unknown): void {
  if (message.to !== server.id || disturbs(server, message)) return;
  if (message.term > server.currentTerm) becomeFollower(server, message.term, null);
  if (message.term < server.currentTerm) answerStale(server, message);
  else apply(server, message, bodies);
}

function apply(server: Server, message: Message, bodies: unknown): void {
  switch (message.type) {
    case "pre-vote":
      receivePreVote(server, message);
      break;
    case "pre-vote-response":
      receivePreVoteResponse(server, message);
      break;
    case "request-vote":
      receiveRequestVote(server, message);
      break;
    case "request-vote-response":
      receiveRequestVoteResponse(server, message);
      break;
    case "append-entries":
      receiveAppendEntries(server, message, bodies);
      break;
    case "append-entries-response":
      receiveAppendEntriesResponse(server, message);
      break;
    case "install-snapshot":
      receiveInstallSnapshot(server, message);
      break;
    case "install-snapshot-response":
      receiveInstallSnapshotResponse(server, message);
      break;
    case "timeout-now":
      receiveTimeoutNow(server);
      break;
    default:
      unreachable(message);
  }
}

/**
 * "If a server receives a RequestVote request within the minimum election timeout of hearing from a current leader, it
 * does not update its term or grant its vote" (thesis §4.2.3): so a removed or cut-off server disturbs nobody.
 */
function disturbs(server: Server, message: Message): boolean {
  if (message.type === "request-vote") return !message.leadershipTransfer && server.leaderIsFresh;
  return message.type === "pre-vote" && server.leaderIsFresh;
}

/** A question of an older term is answered with ours, so that who asked catches up; an answer of one is void. */
function answerStale(server: Server, message: Message): void {
  const { from } = message;
  switch (message.type) {
    case "append-entries":
      refuseStale(server, message);
      break;
    case "install-snapshot":
      server.send(from, { type: "install-snapshot-response", matchIndex: logIndex(0) });
      break;
    case "request-vote":
      server.send(from, { type: "request-vote-response", voteGranted: false });
      break;
    case "pre-vote":
      receivePreVote(server, message);
      break;
  }
}

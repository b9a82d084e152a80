import { logIndex, type Term } from "../base/mod.ts";
import type { Leader } from "./role.ts";
import type { Server } from "./server.ts";

/**
 * What a leader leaves behind when it is none any more, with `term` the one it goes on in. Whoever waits gets an answer,
 * and what the engine has appended, or still will, without Raft's knowledge goes: nobody else has those entries.
 */
export function abdicate(server: Server, leader: Leader, term: Term): void {
  for (const request of leader.reads.drain()) server.refuse(request, "leadership lost");
  const { joining, change, transfer } = leader;
  if (change !== null) server.outbox.push({ type: "undecided", request: change.request });
  else if (joining !== null) server.refuse(joining.request, "leadership lost");
  if (transfer !== null) {
    if (transfer.sentTick !== null && term > server.currentTerm) {
      server.outbox.push({ type: "completed", request: transfer.request });
    } else server.refuse(transfer.request, "leadership lost");
  }
  const from = logIndex(server.log.lastIndex + 1);
  server.outbox.push({ type: "truncate", epoch: server.cut(from), from });
}

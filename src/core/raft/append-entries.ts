import { assert, type LogIndex, logIndex } from "../base/mod.ts";
import { lastOf, rangeFault, rangeFrom } from "./entry-range.ts";
import { follow } from "./follower.ts";
import type { AppendEntries } from "./messages.ts";
import type { Server } from "./server.ts";

/** Figure 2, AppendEntries, receiver implementation 2-5. The term is ours already. */
export function receiveAppendEntries(server: Server, message: AppendEntries, bodies: unknown): void {
  follow(server, message.from);
  const { entries, prevLogIndex } = message;
  // A broken message is no message.
  if (entries.first !== prevLogIndex + 1 || rangeFault(entries) !== null) return;
  // What lies before our base is committed, so the leader has the same (Leader Completeness).
  const same = prevLogIndex < server.log.base.index || server.log.termAt(prevLogIndex) === message.prevLogTerm;
  if (same) store(server, message, bodies);
  else refuse(server, message);
}

/** Receiver implementation 3-5: the logs are the same before the entries. */
function store(server: Server, message: AppendEntries, bodies: unknown): void {
  const { entries } = message;
  const { base } = server.log;
  const last = lastOf(entries);
  const unknown = last <= base.index ? null : rangeFrom(entries, max(entries.first, logIndex(base.index + 1)));
  const missing = unknown === null ? null : server.log.firstMissing(unknown);
  if (unknown === null || missing === null) {
    // Nothing to write. What is here but not on disk yet is acknowledged later, or at the next heartbeat.
    server.send(message.from, success(message, min(last, server.durableIndex)));
  } else {
    const truncateFrom = missing <= server.log.lastIndex ? missing : null;
    const epoch = truncateFrom === null ? server.epoch : server.cut(truncateFrom);
    const added = rangeFrom(unknown, missing);
    server.log.append(added);
    const thenSend = [server.message(message.from, success(message, last))];
    server.outbox.push({ type: "store", epoch, truncateFrom, entries: added, bodies, thenSend });
  }
  // "set commitIndex = min(leaderCommit, index of last new entry)"
  server.commitTo(min(message.leaderCommit, last));
}

/** The leader of an older term: it learns of the new one from the answer (receiver implementation 1). */
export function refuseStale(server: Server, message: AppendEntries): void {
  const { prevLogIndex, round } = message;
  const { lastIndex: hintIndex, lastTerm: hintTerm } = server.log;
  const matchIndex = logIndex(0);
  server.send(message.from, {
    type: "append-entries-response",
    success: false,
    prevLogIndex,
    matchIndex,
    hintIndex,
    hintTerm,
    round,
  });
}

/**
 * "Reply false if log doesn't contain an entry at prevLogIndex whose term matches prevLogTerm". The hint skips a term
 * at a time (§5.3): entries here of a term above prevLogTerm can't be the leader's at those indexes.
 */
function refuse(server: Server, message: AppendEntries): void {
  const { prevLogIndex, prevLogTerm, round } = message;
  assert(prevLogIndex > server.commitIndex, `I5: the leader's entry ${prevLogIndex} differs from a committed one`);
  const hintIndex = server.log.lastWithTermAtMost(prevLogIndex, prevLogTerm);
  const hintTerm = server.log.termAt(hintIndex) ?? server.log.base.term;
  const matchIndex = logIndex(0);
  server.send(message.from, {
    type: "append-entries-response",
    success: false,
    prevLogIndex,
    matchIndex,
    hintIndex,
    hintTerm,
    round,
  });
}

const success = ({ prevLogIndex, prevLogTerm, round }: AppendEntries, matchIndex: LogIndex) =>
  ({
    type: "append-entries-response",
    success: true,
    prevLogIndex,
    matchIndex,
    hintIndex: prevLogIndex,
    hintTerm: prevLogTerm,
    round,
  }) as const;

const min = (left: LogIndex, right: LogIndex): LogIndex => logIndex(Math.min(left, right));
const max = (left: LogIndex, right: LogIndex): LogIndex => logIndex(Math.max(left, right));

import { assert } from "../base/mod.ts";
import type { Leader } from "./role.ts";
import type { Server } from "./server.ts";

/**
 * What is true of a server after every step. The numbers are those of the assertions in the room:
 *
 * I1  currentTerm never falls, and there is one vote in a term (`Server.setHardState`).
 * I2  base <= commitIndex <= lastIndex.
 * I3  durableIndex <= lastIndex.
 * I4  Terms in the log ascend (`TermHistory`), and none is above currentTerm.
 * I5  No committed entry is cut off or contradicted (`Server.cut`, `append-entries.ts`).
 * I6  A leader's term and vote are on disk, and nothing waits for them.
 * I7  Each follower: matchIndex < nextIndex <= lastIndex + 1, and what lies before nextIndex is in the log or its base.
 * I8  No window holds more messages than it may.
 * I9  A leader follows up every other member and who is joining, and nobody else.
 * I10 One change at a time, by at most one vote, after the term's first commit (`membership.ts`).
 * I11 No leader hears another of its own term (`Server.heardLeader`): Election Safety, as seen from one server.
 * I12 commitIndex never falls (`Server.commitTo`, `Server.restore`).
 * I13 Only leaders hold reads, at most so many.
 * I14 The log grows by entries right after its last, and only a leader makes its own (`LogOutline`, `own-log.ts`).
 */
export function checkInvariants(server: Server): void {
  const { log, role, commitIndex } = server;
  assert(log.base.index <= commitIndex && commitIndex <= log.lastIndex, "I2: base <= commitIndex <= lastIndex");
  assert(server.durableIndex <= log.lastIndex, "I3: durableIndex <= lastIndex");
  assert(log.lastTerm <= server.currentTerm, "I4: an entry of a term that has not come");
  if (role.name === "leader") checkLeader(server, role);
}

function checkLeader(server: Server, leader: Leader): void {
  const { log, options } = server;
  assert(server.saved && server.outbox.idle && server.leader === server.id, "I6: a leader is on disk");
  let followed = leader.joining === null || leader.progress.has(leader.joining.member.id);
  for (const { id } of server.configuration.members) if (id !== server.id && !leader.progress.has(id)) followed = false;
  const extra = leader.progress.size - server.configuration.members.length;
  assert(followed && extra <= 1, "I9: whom the leader follows up");
  for (const progress of leader.progress.values()) {
    assert(progress.matchIndex < progress.nextIndex, "I7: matchIndex < nextIndex");
    assert(progress.nextIndex <= log.nextIndex, "I7: nextIndex <= lastIndex + 1");
    assert(progress.state === "snapshot" || progress.nextIndex > log.base.index, "I7: the entry before is known");
    assert(progress.window.messages <= options.windowMessagesMax, "I8: the window's bound");
  }
  assert(leader.reads.size <= options.readsWaitingMax, "I13: the bound on reads");
}

import { assert, logIndex } from "../base/mod.ts";
import { follow } from "./follower.ts";
import type { InstallSnapshot, Snapshot } from "./messages.ts";
import type { Server } from "./server.ts";

/** An image is offered (Raft §7). It is fetched beside everything else; the log goes on meanwhile. */
export function receiveInstallSnapshot(server: Server, message: InstallSnapshot): void {
  follow(server, message.from);
  const { snapshot } = message;
  if (isCovered(server, snapshot)) {
    const matchIndex = logIndex(Math.min(server.commitIndex, server.durableIndex));
    server.send(message.from, { type: "install-snapshot-response", matchIndex });
  } else if (server.fetching?.index !== snapshot.index || server.fetching.term !== snapshot.term) {
    server.fetching = snapshot;
    server.outbox.push({ type: "fetch-snapshot", from: message.from, snapshot });
  }
}

/** The image is here. It becomes the database unless the log has got as far in the meantime. */
export function snapshotFetched(server: Server, snapshot: Snapshot): void {
  const wanted = server.fetching?.index === snapshot.index && server.fetching.term === snapshot.term;
  if (wanted) server.fetching = null;
  if (!wanted || isCovered(server, snapshot)) {
    server.outbox.push({ type: "discard-snapshot", snapshot });
    return;
  }
  assert(server.role.name !== "leader", "a leader has every committed entry (Leader Completeness)");
  const epoch = server.restore(snapshot);
  const { leader } = server;
  const { index: matchIndex } = snapshot;
  const thenSend = leader === null ? [] : [server.message(leader, { type: "install-snapshot-response", matchIndex })];
  server.outbox.push({ type: "restore", epoch, snapshot, thenSend });
}

/** The image will not come: the next offer of it is taken up again. */
export function snapshotMissed(server: Server, snapshot: Snapshot): void {
  if (server.fetching?.index === snapshot.index && server.fetching.term === snapshot.term) server.fetching = null;
}

/** "If existing log entry has same index and term as snapshot's last included entry, retain log entries following it" (Figure 13, 6): then the image has nothing new, and tells that its index is committed. */
function isCovered(server: Server, snapshot: Snapshot): boolean {
  if (snapshot.index <= server.commitIndex) return true;
  if (server.log.termAt(snapshot.index) !== snapshot.term) return false;
  server.commitTo(snapshot.index);
  return true;
}

import { logIndex, type NodeId } from "../base/mod.ts";
import { answered } from "./leader.ts";
import type { InstallSnapshotResponse } from "./messages.ts";
import { offerSnapshot } from "./replication.ts";
import type { Server } from "./server.ts";

/** The follower has the image, or had as much already: entries flow from there on. */
export function receiveInstallSnapshotResponse(server: Server, message: InstallSnapshotResponse): void {
  const leader = server.role;
  const progress = leader.name === "leader" ? leader.progress.get(message.from) : undefined;
  if (leader.name !== "leader" || progress === undefined) return;
  progress.contactTick = server.nowTick;
  const advanced = progress.matched(message.matchIndex);
  if (progress.state === "snapshot") {
    if (progress.matchIndex >= server.log.base.index) progress.becomeReplicate(logIndex(progress.matchIndex + 1));
    else if (progress.offer !== null && progress.matchIndex >= progress.offer.index) {
      // The log has been compacted beyond the image meanwhile.
      offerSnapshot(server, leader, message.from);
    }
  }
  answered(server, leader, message.from, advanced);
}

/** The image didn't get there: ask again where the follower stands, and offer anew if it must be. */
export function snapshotUnsent(server: Server, to: NodeId): void {
  const leader = server.role;
  const progress = leader.name === "leader" ? leader.progress.get(to) : undefined;
  if (progress?.state !== "snapshot") return;
  progress.becomeProbe(logIndex(Math.max(server.log.base.index, progress.matchIndex) + 1));
}

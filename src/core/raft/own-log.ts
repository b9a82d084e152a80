import { assert, type LogIndex, type RequestId, term } from "../base/mod.ts";
import { becomePreCandidate } from "./candidate.ts";
import { advanceCommit } from "./commitment.ts";
import { type Configuration, isLoneVoter } from "./configuration.ts";
import type { EntryRange } from "./entry-range.ts";
import type { Epoch } from "./inputs.ts";
import { configurationAppended } from "./membership.ts";
import { replicate, skipCompacted } from "./replication.ts";
import type { Server } from "./server.ts";

/** The engine made entries. They go out at once, while they are being synced here (thesis §10.2.1). */
export function appended(server: Server, epoch: Epoch, entries: EntryRange): void {
  // Made before the engine heard of the cut; it has cut them off since.
  if (epoch !== server.epoch) return;
  const leader = server.role;
  const own = entries.runs.every((run) => run.term === server.currentTerm);
  assert(own && (leader.name === "leader" || server.bootstrapping !== null), "I14: only a leader makes entries");
  server.log.append(entries);
  if (leader.name !== "leader") return;
  configurationAppended(server, leader, entries);
  // A smaller configuration may hold a majority already.
  if (entries.configurations.length > 0) advanceCommit(server, leader);
  if (server.role !== leader) return;
  for (const id of leader.progress.keys()) replicate(server, leader, id);
}

/** The engine synced the log. On a leader that counts like a follower's answer. */
export function persisted(server: Server, epoch: Epoch, index: LogIndex): void {
  if (epoch !== server.epoch) return;
  assert(index <= server.log.lastIndex, `I3: ${index} on disk, the log ends at ${server.log.lastIndex}`);
  if (index <= server.durableIndex) return;
  server.durableIndex = index;
  if (server.role.name === "leader") advanceCommit(server, server.role);
  bootstrapPersisted(server);
}

/** A checkpoint let go of entries. */
export function compacted(server: Server, index: LogIndex): void {
  // An image may have taken the log's place since.
  if (index <= server.log.base.index) return;
  assert(index <= server.commitIndex, `compacted through ${index}, committed ${server.commitIndex}`);
  assert(index <= server.durableIndex, `compacted through ${index}, on disk ${server.durableIndex}`);
  server.log.compactThrough(index);
  if (server.role.name === "leader") skipCompacted(server.role, index);
}

/**
 * The first entry of every first member's log: (1, 1), the configuration. Written without an election, which is sound as
 * long as all of them write the same.
 */
export function bootstrap(server: Server, request: RequestId, configuration: Configuration): void {
  const empty = server.log.lastIndex === 0 && server.currentTerm === 0 && server.configuration.members.length === 0;
  const voter = configuration.members.some((member) => member.voter);
  if (!empty || server.bootstrapping !== null || !voter) {
    server.refuse(request, voter ? "bootstrap only works on new clusters" : "no voter left");
    return;
  }
  server.bootstrapping = request;
  server.setHardState(term(1), null);
  server.outbox.push({ type: "append-own", epoch: server.epoch, term: term(1), configuration });
}

function bootstrapPersisted(server: Server): void {
  const { bootstrapping: request } = server;
  if (request === null) return;
  server.bootstrapping = null;
  server.outbox.push({ type: "completed", request });
  if (isLoneVoter(server.configuration, server.id)) becomePreCandidate(server);
}

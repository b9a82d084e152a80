import { done, failed, type LogIndex, type NodeId, type Outcome } from "../base/mod.ts";

/** One server of the cluster. A non-voter takes entries and serves reads; it counts in no majority (thesis §4.2.1). */
export interface Member {
  readonly id: NodeId;
  /** Where peers reach it, `host:port`. Raft only carries it. */
  readonly address: string;
  readonly voter: boolean;
}

/** Who is in the cluster. Members ascend by id, each id once; built by `configuration`. */
export interface Configuration {
  readonly members: readonly Member[];
}

/** A configuration and the entry that holds it; index 0 (or a snapshot's) for one that the node was started with. */
export interface IndexedConfiguration {
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

/**
 * A change by at most one voter, so that any majority before and any after share a server (thesis §4.1).
 * `put` adds a member, or gives a known one another address or vote; `remove` of an unknown id changes nothing.
 */
export type ConfigurationChange =
  | { readonly type: "put"; readonly member: Member }
  | { readonly type: "remove"; readonly id: NodeId };

const byId = (left: Member, right: Member): number => (left.id < right.id ? -1 : left.id > right.id ? 1 : 0);

/** A configuration of these members, sorted. Error: why they can't be one. */
export function configuration(members: readonly Member[]): Outcome<Configuration> {
  const sorted = [...members].sort(byId);
  for (const [position, member] of sorted.entries()) {
    if (member.id === "") return failed("a member has an empty id");
    if (position > 0 && sorted[position - 1]?.id === member.id) return failed(`member ${member.id} is there twice`);
  }
  return done({ members: sorted });
}

/** The configuration of a node that has never heard of any cluster. */
export const noConfiguration: Configuration = { members: [] };

export const memberOf = (of: Configuration, id: NodeId): Member | undefined =>
  of.members.find((member) => member.id === id);

export const votersOf = (of: Configuration): readonly NodeId[] =>
  of.members.filter((member) => member.voter).map((member) => member.id);

export const isVoter = (of: Configuration, id: NodeId): boolean => memberOf(of, id)?.voter === true;

export const isLoneVoter = (of: Configuration, id: NodeId): boolean => {
  const voters = votersOf(of);
  return voters.length === 1 && voters[0] === id;
};

/** The configuration after the change; the same object when it changes nothing. Error: no voter would be left. */
export function changed(before: Configuration, change: ConfigurationChange): Outcome<Configuration, "no voter left"> {
  const id = change.type === "put" ? change.member.id : change.id;
  const known = memberOf(before, id);
  if (change.type === "remove" && known === undefined) return done(before);
  if (change.type === "put" && known !== undefined) {
    if (known.address === change.member.address && known.voter === change.member.voter) return done(before);
  }
  const others = before.members.filter((member) => member.id !== id);
  const members = change.type === "put" ? [...others, change.member].sort(byId) : others;
  return members.some((member) => member.voter) ? done({ members }) : failed("no voter left");
}

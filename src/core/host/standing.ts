import { type LogIndex, logIndex, type NodeId, type Term } from "../base/mod.ts";
import type { NodeEffect } from "../node/mod.ts";
import type { Configuration, RoleName } from "../raft/mod.ts";

/** Where a node stands in its cluster, as it was last told. */
export class Standing {
  readonly id: NodeId;
  role: RoleName = "follower";
  term: Term | 0 = 0;
  leader: NodeId | null = null;
  configuration: Configuration;
  configurationIndex: LogIndex = logIndex(0);

  constructor(id: NodeId, configuration: Configuration) {
    this.id = id;
    this.configuration = configuration;
  }

  get isVoter(): boolean {
    return this.configuration.members.some(({ id, voter }) => voter && id === this.id);
  }

  tellRole({ role, term, leader }: Extract<NodeEffect, { type: "tell-role" }>): void {
    this.role = role;
    this.term = term;
    this.leader = leader;
  }

  tellConfiguration({ latest }: Extract<NodeEffect, { type: "tell-configuration" }>): void {
    this.configuration = latest.configuration;
    this.configurationIndex = latest.index;
  }
}

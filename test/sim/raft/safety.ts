import { assert, type LogIndex, logIndex, type NodeId, type RequestId, type Term } from "../../../src/core/base/mod.ts";
import { type RaftOutput, votersOf } from "../../../src/core/raft/mod.ts";
import { chainAt, lastOfLog, type ModelEntry } from "./model-log.ts";
import type { SimulatedNode } from "./simulated-node.ts";

/** What the whole cluster has committed at one index. */
interface Committed {
  readonly chain: string;
  readonly term: Term;
}

/**
 * Raft's five safety properties (Figure 3) and what clients are promised, checked as things happen, by somebody who sees
 * every disk. A violation throws.
 */
export class Safety {
  readonly #nodes: ReadonlyMap<NodeId, SimulatedNode>;
  readonly #leaders = new Map<Term, NodeId>();
  readonly #chains = new Map<string, string>();
  readonly #committed: Committed[] = [{ chain: "", term: 0 as Term }];
  /** For a read under way: what it must see. */
  readonly #reads = new Map<RequestId, LogIndex>();
  readonly counts = { elections: 0, commits: 0, reads: 0, truncations: 0, snapshots: 0, changes: 0, transfers: 0 };

  constructor(nodes: ReadonlyMap<NodeId, SimulatedNode>) {
    this.#nodes = nodes;
  }

  /** The last index known to be committed anywhere. */
  get commitIndex(): LogIndex {
    return logIndex(this.#committed.length - 1);
  }

  chainOf(index: LogIndex): string {
    const committed = this.#committed[index];
    assert(committed !== undefined, `nobody has committed ${index}, but there is an image of it`);
    return committed.chain;
  }

  /** Log Matching: an (index, term) names one entry, and one log before it. */
  entry(entry: ModelEntry): void {
    const key = `${entry.index}/${entry.term}`;
    const known = this.#chains.get(key);
    assert(known === undefined || known === entry.chain, `Log Matching: two logs end in entry ${key}`);
    this.#chains.set(key, entry.chain);
  }

  readBegan(request: RequestId): void {
    this.#reads.set(request, this.commitIndex);
  }

  output(node: SimulatedNode, output: RaftOutput): void {
    switch (output.type) {
      case "became":
        if (output.role === "leader") this.#elected(node, output.term);
        break;
      case "store":
        if (output.truncateFrom !== null) this.counts.truncations++;
        // Leader Append-Only.
        assert(node.raft?.role !== "leader", `Leader Append-Only: ${node.id} stores as leader`);
        break;
      case "readable": {
        const seen = this.#reads.get(output.request);
        assert(seen !== undefined && output.index >= seen, `stale read: at ${output.index}, ${seen} was committed`);
        this.#reads.delete(output.request);
        this.counts.reads++;
        break;
      }
      case "restore":
        this.counts.snapshots++;
        break;
      case "refused":
        this.#reads.delete(output.request);
        break;
    }
  }

  /** State Machine Safety: nobody ever takes another entry for committed at an index. */
  committed(node: SimulatedNode, index: LogIndex, wasLeader: boolean): void {
    const { log } = node.engine;
    for (let at = log.base.index; at <= index; at++) {
      const chain = chainAt(log, logIndex(at));
      const known = this.#committed[at];
      if (known === undefined) {
        assert(wasLeader && at === this.#committed.length, `${node.id} learned of commit ${at} before any leader`);
        assert(chain !== null, `${node.id} committed ${at}, which it does not have`);
        const entry = log.entries[at - log.base.index - 1];
        assert(entry !== undefined, "a committed entry is in the leader's log");
        this.#committed.push({ chain, term: entry.term });
        this.counts.commits++;
        if (at === index) this.#backed(node, logIndex(at), chain);
      } else if (at > 0) assert(known.chain === chain, `State Machine Safety: ${node.id} differs at ${at}`);
    }
  }

  /** Everything that is committed is on every one of these disks, and nothing else. */
  equal(nodes: readonly SimulatedNode[]): boolean {
    return nodes.every(
      ({ engine, raft }) =>
        raft?.commitIndex === this.commitIndex && lastOfLog(engine.durable).index === this.commitIndex,
    );
  }

  #elected(node: SimulatedNode, term: Term): void {
    const other = this.#leaders.get(term);
    assert(other === undefined || other === node.id, `Election Safety: ${other} and ${node.id} lead term ${term}`);
    if (other === undefined) this.counts.elections++;
    this.#leaders.set(term, node.id);
    // Leader Completeness; chains make the last committed entry stand for all before it.
    const { log } = node.engine;
    const index = Math.max(log.base.index, this.commitIndex);
    const known = this.#committed[index];
    assert(known !== undefined, `${node.id} has an image of what nobody committed`);
    assert(
      chainAt(log, logIndex(index)) === known.chain,
      `Leader Completeness: ${node.id}, leader of term ${term}, lacks committed entry ${index}`,
    );
  }

  /** A commit stands on the disks of a majority of the configuration that the leader goes by. */
  #backed(leader: SimulatedNode, index: LogIndex, chain: string): void {
    const latest = leader.raft?.status.latest;
    assert(latest !== undefined, "a leader is up");
    const voters = votersOf(latest.configuration);
    let holders = 0;
    for (const voter of voters) {
      const durable = this.#nodes.get(voter)?.engine.durable;
      if (durable === undefined) continue;
      if (durable.base.index > index || chainAt(durable, index) === chain) holders++;
    }
    assert(
      holders * 2 > voters.length,
      `commit ${index} of ${leader.id} stands on ${holders} disks of ${voters.length}`,
    );
  }
}

import { done, failed, type LogIndex, logIndex, type Outcome, type Term } from "../base/mod.ts";
import type { Configuration } from "./configuration.ts";
import type { LogSummary } from "./inputs.ts";

/** What a node that lost its cluster for good goes on with. */
export interface ForcedStart {
  /** Everything that was in the log, taken for committed, is the base now. Save it before Raft starts. */
  readonly log: LogSummary;
  readonly commitIndex: LogIndex;
}

/**
 * Quorum recovery (`raft/peers.json`, operations §2.9): the operator says who the cluster is from now on. The whole log is
 * taken for committed, which Raft can't know, and the configuration stands at its end, with no entry of its own. Every
 * survivor gets the same one; the longest log wins the election. Error: why it can't be one.
 */
export function forceConfiguration(log: LogSummary, configuration: Configuration): Outcome<ForcedStart> {
  if (!configuration.members.some((member) => member.voter)) return failed("no voter in configuration");
  const last: Term | undefined = log.runs.at(-1)?.term;
  const index = logIndex(log.base.index + log.bytes.length);
  const base = { index, term: last ?? log.base.term };
  return done({ log: { base, runs: [], bytes: [], configurations: [{ index, configuration }] }, commitIndex: index });
}

import { type LogIndex, logIndex, type NodeId } from "../base/mod.ts";

/** How many of `count` servers are more than half. */
export const majorityOf = (count: number): number => Math.floor(count / 2) + 1;

/** Whether more than half of the voters have it. Never, when there are none. */
export function hasMajority(voters: readonly NodeId[], has: (voter: NodeId) => boolean): boolean {
  let count = 0;
  for (const voter of voters) if (has(voter)) count++;
  return count >= majorityOf(voters.length);
}

/** The highest index that more than half of the voters hold, given what each holds; 0 when there are none. */
export function heldByMajority(held: readonly LogIndex[]): LogIndex {
  const descending = [...held].sort((left, right) => right - left);
  return descending[majorityOf(held.length) - 1] ?? logIndex(0);
}

export type Tally = "won" | "lost" | "open";

/** Where an election stands: a vote that is not in `votes` may still come. Votes of others than voters don't count. */
export function tally(voters: readonly NodeId[], votes: ReadonlyMap<NodeId, boolean>): Tally {
  if (hasMajority(voters, (voter) => votes.get(voter) === true)) return "won";
  return hasMajority(voters, (voter) => votes.get(voter) !== false) ? "open" : "lost";
}

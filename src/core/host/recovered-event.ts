import { assert, logIndex, nodeId, term } from "../base/mod.ts";
import type { FromEngine } from "../engine/mod.ts";
import type { Recovered } from "../node/mod.ts";
import type { Configuration, TermRun } from "../raft/mod.ts";

type RecoveredMessage = Extract<FromEngine, { type: "recovered" }>;

/** What the engine found, as the node is told of it. `configuration`: known without the log. `entropy`: 32 bits of it. */
export function recoveredEvent(recovered: RecoveredMessage, configuration: Configuration, entropy: number): Recovered {
  const { hardState, log, lastIndex, checkpointIndex, readableFrom, notes, logBytes } = recovered;
  assert(log.memberships.length === 0, "a node by itself has never changed its cluster");
  const { votedFor } = hardState;
  return {
    type: "recovered",
    hardState: { term: hardState.term, votedFor: votedFor === null ? null : nodeId(votedFor) },
    log: {
      base: log.start,
      runs: termRuns(log.runs),
      bytes: log.entryBytes,
      configurations: [{ index: logIndex(0), configuration }],
    },
    lastIndex,
    checkpointIndex,
    commitIndex: readableFrom,
    pagesIndex: notes[notes.length - 1]?.index ?? checkpointIndex,
    logBytes,
    entropy,
  };
}

/** From columns, which travel between threads, to what Raft reads. */
function termRuns({ firsts, terms }: RecoveredMessage["log"]["runs"]): readonly TermRun[] {
  return Array.from(firsts, (first, place) => ({ first: logIndex(first), term: term(terms[place] ?? 0) }));
}

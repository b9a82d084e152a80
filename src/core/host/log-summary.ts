import { logIndex, type Term, term } from "../base/mod.ts";
import type { FromEngine } from "../engine/mod.ts";
import type { IndexedConfiguration, LogSummary, TermRun } from "../raft/mod.ts";

type Recovered = Extract<FromEngine, { type: "recovered" }>;

/**
 * The log as Raft sees it. Recovery notes entries that changed the database; one that did not (a no-op) is taken to be
 * of the term of the entry before it, unless it is the last: only peers would ask, and a node by itself has none.
 */
export function logSummary(recovered: Recovered, configuration: IndexedConfiguration): LogSummary {
  const { checkpointIndex, lastIndex, lastTerm, notes, logBytes } = recovered;
  const count = lastIndex - checkpointIndex;
  const firstTerm = notes[0]?.term ?? lastTerm;
  const base = { index: checkpointIndex, term: checkpointIndex === 0 ? term(0) : count === 0 ? lastTerm : firstTerm };
  const runs: TermRun[] = count === 0 ? [] : [{ first: logIndex(checkpointIndex + 1), term: firstTerm }];
  let newest: Term = firstTerm;
  for (const note of notes) {
    if (note.term === newest) continue;
    runs.push({ first: note.index, term: note.term });
    newest = note.term;
  }
  if (count > 0 && newest !== lastTerm) runs.push({ first: lastIndex, term: lastTerm });
  const bytes = new Float64Array(count).fill(count === 0 ? 0 : Math.ceil(logBytes / count));
  return { base, runs, bytes, configurations: [configuration] };
}

import { unreachable } from "../../../src/core/base/mod.ts";
import {
  type Configuration,
  type EntryRange,
  lastOf,
  type Message,
  type RaftOutput,
} from "../../../src/core/raft/mod.ts";

/** `n1 n2 n3*`: a star has no vote. */
export function describeConfiguration({ members }: Configuration): string {
  return members.length === 0 ? "nobody" : members.map(({ id, voter }) => (voter ? id : `${id}*`)).join(" ");
}

/** `4-6 (t1 t2@6)`: indexes, and each term with the index that it begins at. */
export function describeEntries(entries: EntryRange): string {
  if (entries.bytes.length === 0) return "none";
  const last = lastOf(entries);
  const span = entries.first === last ? `${last}` : `${entries.first}-${last}`;
  const runs = entries.runs.map(({ first, term }) => (first === entries.first ? `t${term}` : `t${term}@${first}`));
  const configurations = entries.configurations.map(
    (held) => ` [${describeConfiguration(held.configuration)}]@${held.index}`,
  );
  return `${span} (${runs.join(" ")})${configurations.join("")}`;
}

const yes = (granted: boolean): string => (granted ? "yes" : "no");

/** One line: who, to whom, what. */
export function describeMessage(message: Message): string {
  return `${message.from}>${message.to} t${message.term} ${message.type} ${detailsOf(message)}`.trimEnd();
}

function detailsOf(message: Message): string {
  switch (message.type) {
    case "pre-vote":
      return `last ${message.lastLogIndex}/${message.lastLogTerm}`;
    case "request-vote":
      return `last ${message.lastLogIndex}/${message.lastLogTerm}${message.leadershipTransfer ? " by transfer" : ""}`;
    case "pre-vote-response":
      return `for t${message.proposedTerm} ${yes(message.voteGranted)}`;
    case "request-vote-response":
      return yes(message.voteGranted);
    case "append-entries": {
      const round = message.round === 0 ? "" : ` round ${message.round}`;
      const entries = describeEntries(message.entries);
      return `after ${message.prevLogIndex}/${message.prevLogTerm} entries ${entries} commit ${message.leaderCommit}${round}`;
    }
    case "append-entries-response": {
      const round = message.round === 0 ? "" : ` round ${message.round}`;
      if (message.success) return `match ${message.matchIndex}${round}`;
      return `refused after ${message.prevLogIndex}, hint ${message.hintIndex}/${message.hintTerm}${round}`;
    }
    case "install-snapshot":
      return `${message.snapshot.index}/${message.snapshot.term} [${describeConfiguration(message.snapshot.configuration.configuration)}]`;
    case "install-snapshot-response":
      return `match ${message.matchIndex}`;
    case "timeout-now":
      return "";
    default:
      return unreachable(message);
  }
}

const waiting = (messages: readonly Message[]): string =>
  messages.length === 0
    ? ""
    : `, then send ${messages.map((message) => `${message.type} to ${message.to}`).join(", ")}`;

/** One line: what is to be done. Messages tell of themselves. */
export function describeOutput(output: RaftOutput): string {
  switch (output.type) {
    case "save-hard-state":
      return `save term ${output.term} vote ${output.votedFor ?? "none"}${waiting(output.thenSend)}`;
    case "append-own":
      return `append ${output.configuration === null ? "no-op" : `[${describeConfiguration(output.configuration)}]`} of t${output.term}`;
    case "store": {
      const cut = output.truncateFrom === null ? "" : `cut from ${output.truncateFrom}, `;
      return `${cut}store ${describeEntries(output.entries)}${waiting(output.thenSend)}`;
    }
    case "truncate":
      return `cut from ${output.from} what only the engine knows`;
    case "send":
      return `send ${describeMessage(output.message)}`;
    case "commit":
      return `commit ${output.index}`;
    case "readable":
      return `read r${output.request} at ${output.index}`;
    case "completed":
      return `completed r${output.request}`;
    case "refused":
      return `refused r${output.request}: ${output.reason}`;
    case "undecided":
      return `undecided r${output.request}`;
    case "became":
      return `became ${output.role} of t${output.term}, leader ${output.leader ?? "unknown"}`;
    case "admit":
      return `writes ${output.writes}`;
    case "configured": {
      const joining = output.joining === null ? "" : `, ${output.joining.id} is joining`;
      return `configuration ${output.latest.index} [${describeConfiguration(output.latest.configuration)}]${joining}`;
    }
    case "fetch-snapshot":
      return `fetch image ${output.snapshot.index}/${output.snapshot.term} from ${output.from}`;
    case "restore":
      return `restore image ${output.snapshot.index}/${output.snapshot.term}${waiting(output.thenSend)}`;
    case "discard-snapshot":
      return `discard image ${output.snapshot.index}/${output.snapshot.term}`;
    default:
      return unreachable(output);
  }
}

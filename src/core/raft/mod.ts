/** raft: consensus as a pure state machine over a log that it never holds. */
export {
  type Configuration,
  type ConfigurationChange,
  configuration,
  type IndexedConfiguration,
  isLoneVoter,
  isVoter,
  type Member,
  memberOf,
  noConfiguration,
  votersOf,
} from "./configuration.ts";
export { type EntryId, type EntryRange, entriesOf, lastOf, rangeFault, type TermRun } from "./entry-range.ts";
export { type ForcedStart, forceConfiguration } from "./forced-configuration.ts";
export type { Epoch, HardState, LogSummary, RaftInput, Ticket } from "./inputs.ts";
export type * from "./messages.ts";
export { checkRaftOptions, defaultRaftOptions, type RaftOptions } from "./options.ts";
export type { Admission, RaftOutput, Refusal, RoleName } from "./outputs.ts";
export { Raft } from "./raft.ts";
export type { PeerStatus, RaftStatus } from "./status.ts";

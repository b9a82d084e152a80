import type { LogIndex, Term } from "../base/mod.ts";

/** An entry that says who is in the cluster from its index on. The body has a format, and a version, of the host's. */
export interface MembershipEntry {
  readonly index: LogIndex;
  readonly term: Term;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** A longer body would not fit into the checkpoint's record, which keeps the last one that the log has let go of. */
export const membershipBytesMax = 3584;

import type { LogIndex, NodeId, RequestId, Term } from "../base/mod.ts";
import type { IndexedConfiguration, Refusal, RoleName } from "../raft/mod.ts";

/** Why a request was not carried out. All of these are definite: nothing of it happened or will. */
export type RefusalReason =
  /** This node does not lead, and knows nobody who does. */
  | "no-leader"
  /** A bound on what may wait has been reached. */
  | "full"
  /** It waited for `-raft-apply-timeout` without getting into the log. */
  | "enqueue-timeout"
  /** `freshness` (http-api §10.3). */
  | "stale"
  /** Nobody waits for it any more. */
  | "gone"
  | "stopping";

export type CheckpointResult =
  | { readonly type: "taken" }
  | { readonly type: "nothing-new" }
  | { readonly type: "failed"; readonly reason: string };

/** What the node wants done, in this order. Imperatives. */
export type NodeEffect =
  | { readonly type: "save-hard-state"; readonly ticket: number; readonly term: Term; readonly votedFor: string | null }
  | { readonly type: "append-noop"; readonly term: Term }
  | {
      readonly type: "run-group";
      readonly ticket: number;
      readonly term: Term;
      readonly requests: readonly RequestId[];
    }
  | { readonly type: "install"; readonly ticket: number; readonly term: Term; readonly request: RequestId }
  /** Everything up to here is committed: readers may see it. Comes before the releases that it allows. */
  | { readonly type: "commit"; readonly through: LogIndex }
  /** The results of this group or install may leave. */
  | { readonly type: "release"; readonly ticket: number }
  /** Nobody knows what came of this group or install, and nobody will. Its results must not leave. */
  | { readonly type: "lose"; readonly ticket: number; readonly reason: string }
  /** The image stays out; its request hears why. */
  | { readonly type: "refuse-install"; readonly request: RequestId; readonly reason: string }
  /** Read the newest committed snapshot. `strongIndex`: of the entry that a strong read went through, 0 = no such. */
  | { readonly type: "run-read"; readonly request: RequestId; readonly strongIndex: LogIndex }
  | { readonly type: "refuse"; readonly request: RequestId; readonly reason: RefusalReason }
  | { readonly type: "plan-checkpoint"; readonly upTo: LogIndex }
  /** Copy what was planned. */
  | { readonly type: "copy-checkpoint" }
  | { readonly type: "note-checkpoint"; readonly through: LogIndex }
  /** Tell all readers that versions up to the new base are in it. */
  | { readonly type: "drop-versions" }
  | { readonly type: "recycle"; readonly through: LogIndex }
  | { readonly type: "answer-checkpoint"; readonly request: RequestId; readonly result: CheckpointResult }
  /** A transfer or removal has been done; or it has not and will not be. */
  | { readonly type: "completed"; readonly request: RequestId }
  | { readonly type: "decline"; readonly request: RequestId; readonly reason: Refusal | "undecided" }
  | { readonly type: "tell-configuration"; readonly latest: IndexedConfiguration }
  | {
      readonly type: "tell-role";
      readonly role: RoleName;
      readonly term: Term;
      readonly leader: NodeId | null;
      /** Whether Raft needs its ticks; a node that leads only itself does not. */
      readonly ticking: boolean;
    }
  /** Nothing is under way any more: close the log. */
  | { readonly type: "close" };

import type { Refusal } from "../http/mod.ts";
import type { RefusalReason } from "../node/mod.ts";

/** What a client hears of a node's refusal, where it is no plain error text of the request (http-api §16.2). */
export function refusalReply(reason: RefusalReason, redirect: boolean): Refusal {
  switch (reason) {
    case "no-leader":
      return redirect ? { type: "elsewhere", leaderUrl: null } : { type: "no-leader" };
    case "full":
      return { type: "text", status: 503, message: "too many requests under way" };
    case "enqueue-timeout":
      return { type: "text", status: 500, message: "timed out enqueuing operation" };
    case "stale":
      return { type: "text", status: 500, message: "stale read" };
    case "gone":
      return { type: "text", status: 500, message: "context canceled" };
    case "stopping":
      return { type: "text", status: 500, message: "raft is already shutdown" };
  }
}

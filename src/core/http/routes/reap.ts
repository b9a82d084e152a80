import { writeJson } from "../json-text.ts";
import { contentTypes } from "../replies.ts";
import type { Route } from "../route.ts";
import { locationOf } from "../target.ts";

/** `/reap`: merges old snapshots (http-api §14.2). Compact with a final newline, never pretty. */
export const reapRoute: Route = {
  path: "/reap",
  match: "exact",
  methods: ["POST"],
  permissions: ["snapshot"],
  earlyType: null,
  counter: "user_reaps",
  async handle({ target }, { service, replies }) {
    const reply = await service.reap();
    if (reply.type !== "reaped") {
      return replies.refusal(reply, locationOf(target), null, { status: 503, message: "store not open" });
    }
    const counts = { snapshots_reaped: reply.snapshots, wals_checkpointed: reply.wals };
    return replies.body(`${writeJson(counts, false)}\n`, contentTypes.json);
  },
};

import type { Route } from "../route.ts";
import { locationOf } from "../target.ts";

/** `/snapshot`: brings the checkpoint up to date and lets old log go (http-api §14.1). */
export const snapshotRoute: Route = {
  path: "/snapshot",
  match: "exact",
  methods: ["POST"],
  permissions: ["snapshot"],
  earlyType: null,
  counter: "user_snapshots",
  async handle({ parameters, target }, { service, replies }) {
    const reply = await service.snapshot(parameters.trailingLogs);
    if (reply.type === "taken") return replies.empty(200);
    if (reply.type === "nothing-new") return replies.empty(204);
    return replies.refusal(reply, locationOf(target), null, { status: 503, message: "store not open" });
  },
};

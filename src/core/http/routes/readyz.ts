import { contentTypes } from "../replies.ts";
import type { Route } from "../route.ts";
import type { Readiness } from "../service.ts";

/** `/readyz`: may this node be sent work? One line per step, as far as the first that fails (http-api §14.5). */
export const readyzRoute: Route = {
  path: "/readyz",
  match: "prefix",
  methods: ["GET"],
  permissions: ["ready"],
  earlyType: null,
  counter: "num_readyz",
  async handle({ parameters }, { service, replies }) {
    if (parameters.noleader) return replies.body("[+]node ok", contentTypes.text);
    const { sync, timeoutMs, retries } = parameters;
    const readiness = await service.readiness({ sync, timeoutMs, retries });
    if (readiness.type === "text") return replies.textError(500, readiness.message);
    const lines = readinessLines(readiness, sync).join("\n");
    return replies.body(lines, contentTypes.text, null, readiness.type === "ready" ? 200 : 503);
  },
};

/** The failing lines begin with `[+]` too: so the reference has it. */
function readinessLines(readiness: Exclude<Readiness, { type: "text" }>, sync: boolean): readonly string[] {
  const node = "[+]node ok";
  const leader = "[+]leader ok";
  const store = "[+]store ok";
  const synced = sync ? ["[+]sync ok"] : [];
  switch (readiness.type) {
    case "no-leader":
      return [node, "[+]leader does not exist"];
    case "leader-not-contactable":
      return [node, `[+]leader not contactable: ${readiness.reason}`];
    case "store-not-ready":
      return [node, leader, "[+]store not ready"];
    case "sync-timeout":
      return [node, leader, store, "[+]sync timeout waiting for commit index"];
    case "db-not-ok":
      return [node, leader, store, ...synced, `[+]db not ok: (${readiness.error}, ${readiness.rows})`];
    case "ready":
      return [node, leader, store, ...synced, "[+]db ok"];
  }
}

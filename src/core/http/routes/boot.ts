import { beginsAsSqlite, peek } from "../body.ts";
import type { Route } from "../route.ts";
import { locationOf } from "../target.ts";

/** What upstream reads before it decides. */
const headBytes = 32;

/** `/boot`: streams a SQLite file into a lone node (http-api §13.3). */
export const bootRoute: Route = {
  path: "/boot",
  match: "exact",
  methods: ["POST"],
  permissions: ["load"],
  earlyType: null,
  counter: "boot",
  async handle({ request, connection, target }, { service, replies }) {
    const peeked = await peek(request.body, headBytes);
    if (!peeked.ok) return replies.textError(503, "unexpected EOF");
    const { head, whole } = peeked.value;
    if (head.length < headBytes) return replies.textError(503, "EOF");
    if (!beginsAsSqlite(head)) {
      whole.cancel().catch(() => undefined);
      return replies.textError(400, "invalid SQLite data");
    }
    const reply = await service.boot(whole, connection);
    if (reply.type === "done") return replies.empty(200);
    if (reply.type === "no-leader") return replies.textError(503, "not leader");
    return replies.refusal(reply, locationOf(target), null, { status: 503, message: "store not open" });
  },
};

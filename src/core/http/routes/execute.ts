import { contentTypes } from "../replies.ts";
import type { Route } from "../route.ts";
import { bodyFormat, submitBody } from "../statements.ts";

/** `/db/execute`: statements that write. */
export const executeRoute: Route = {
  path: "/db/execute",
  match: "prefix",
  methods: ["POST"],
  permissions: ["execute"],
  earlyType: contentTypes.json,
  counter: "executions",
  handle(exchange, house) {
    // Never swallowed: a client that asks for the queue relies on what it promises (http-api §12).
    if (exchange.parameters.queue) return house.replies.textError(503, "queued writes are not available yet");
    return submitBody("execute", bodyFormat(exchange.request), exchange, house);
  },
};

import { contentTypes } from "../replies.ts";
import type { Route } from "../route.ts";
import { bodyFormat, submit, submitBody } from "../statements.ts";

/** `/db/query`: statements that read. */
export const queryRoute: Route = {
  path: "/db/query",
  match: "prefix",
  methods: ["GET", "POST"],
  permissions: ["query"],
  earlyType: contentTypes.json,
  counter: "queries",
  handle(exchange, house) {
    if (exchange.request.method === "POST") return submitBody("query", bodyFormat(exchange.request), exchange, house);
    // Without `q` it is one empty statement. A copy, because the service may transfer what it is given.
    const sql = exchange.parameters.q?.slice() ?? new Uint8Array(0);
    return submit("query", "text", sql, exchange, house);
  },
};

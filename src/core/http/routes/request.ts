import { contentTypes } from "../replies.ts";
import type { Route } from "../route.ts";
import { submitBody } from "../statements.ts";

/** `/db/request`: reads and writes mixed. The body is JSON whatever its content type says (http-api §4.1). */
export const requestRoute: Route = {
  path: "/db/request",
  match: "prefix",
  methods: ["POST"],
  permissions: ["query", "execute"],
  earlyType: contentTypes.json,
  counter: "requests",
  handle: (exchange, house) => submitBody("request", "json", exchange, house),
};

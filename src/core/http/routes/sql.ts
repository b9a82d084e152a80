import type { Bytes } from "../body.ts";
import { readBody } from "../body.ts";
import { contentTypes } from "../replies.ts";
import { bodyFaultReply, type Exchange, type House, type Route } from "../route.ts";
import { statementResponse } from "../statements.ts";

/** `/db/sql`: shows what becomes of statements, runs nothing (http-api §13.4). */
export const sqlRoute: Route = {
  path: "/db/sql",
  match: "prefix",
  methods: ["GET", "POST"],
  permissions: ["query"],
  earlyType: contentTypes.json,
  counter: "sql_analyze",
  async handle(exchange, house) {
    const { request, parameters } = exchange;
    if (request.method === "GET") {
      if (parameters.q === null) return house.replies.textError(400, "query not specified");
      return analyse("text", parameters.q.slice(), exchange, house);
    }
    const body = await readBody(request, house.config.bodyBytesMax, house.room);
    return body.ok ? analyse("json", body.value, exchange, house) : bodyFaultReply(body.error, house);
  },
};

async function analyse(format: "json" | "text", body: Bytes, exchange: Exchange, house: House): Promise<Response> {
  const { pretty, timings } = exchange.parameters;
  const startedMs = house.config.clock.monotonicMs();
  const reply = await house.service.analyse({ format, body, pretty, timings }, exchange.connection);
  return statementResponse(reply, startedMs, exchange, house, contentTypes.json);
}

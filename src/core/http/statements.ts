import type { Outcome } from "../base/mod.ts";
import type { StatementEndpoint } from "../statements/mod.ts";
import type { BodyFault, Bytes } from "./body.ts";
import { readBody } from "./body.ts";
import { emptyEnvelope } from "./envelope.ts";
import { type ContentType, contentTypes } from "./replies.ts";
import { bodyFaultReply, type Exchange, type House } from "./route.ts";
import type { StatementReply } from "./service.ts";
import { locationOf } from "./target.ts";

/** The hot path: reads the body, hands it to the service as it is, and its answer to the client as it is. */
export function submitBody(
  endpoint: StatementEndpoint,
  format: "json" | "text",
  exchange: Exchange,
  house: House,
): Promise<Response> {
  return readBody(exchange.request, house.config.bodyBytesMax, house.room).then((body: Outcome<Bytes, BodyFault>) =>
    body.ok ? submit(endpoint, format, body.value, exchange, house) : bodyFaultReply(body.error, house),
  );
}

/** The same with a body at hand. `type`: content type of the answer, unless it is a text error. */
export function submit(
  endpoint: StatementEndpoint,
  format: "json" | "text",
  body: Bytes,
  exchange: Exchange,
  house: House,
  type: ContentType = contentTypes.json,
): Promise<Response> {
  const terms = exchange.parameters.terms[endpoint];
  const startedMs = terms.options.timings ? house.config.clock.monotonicMs() : 0;
  return house.service
    .submit({ endpoint, format, body, terms }, exchange.connection)
    .then((reply) => statementResponse(reply, startedMs, exchange, house, type));
}

/** Turns what the service says about statements into a response. */
export function statementResponse(
  reply: StatementReply,
  startedMs: number,
  { target, parameters }: Exchange,
  { replies, config }: House,
  type: ContentType,
): Response {
  switch (reply.type) {
    case "json":
    case "stream":
      return replies.body(reply.body, type, reply.servedBy);
    case "not-open":
      return error("store not open");
    case "error":
      return error(reply.message);
    default:
      return replies.refusal(reply, locationOf(target), type, { status: 503, message: "store not open" });
  }

  function error(message: string): Response {
    const elapsedMs = parameters.timings ? config.clock.monotonicMs() - startedMs : null;
    return replies.body(emptyEnvelope(message, elapsedMs, parameters.pretty), type);
  }
}

/** §4.1: only where the endpoint takes SQL texts, and by the start of the header's value. */
export function bodyFormat(request: Request): "json" | "text" {
  return request.headers.get("content-type")?.startsWith("text/plain") === true ? "text" : "json";
}

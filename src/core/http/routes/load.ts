import { beginsAsSqlite, peek, readStream } from "../body.ts";
import { emptyEnvelope } from "../envelope.ts";
import { contentTypes } from "../replies.ts";
import { bodyFaultReply, type Exchange, type House, type Route } from "../route.ts";
import { submit } from "../statements.ts";
import { locationOf } from "../target.ts";

/** A file is longer than the 13 bytes it is known by (http-api §13.2). */
const headBytes = 14;

/** `/db/load`: a whole SQLite file, or SQL text; only the content decides which. */
export const loadRoute: Route = {
  path: "/db/load",
  match: "prefix",
  methods: ["POST"],
  permissions: ["load"],
  earlyType: null,
  counter: "loads",
  async handle(exchange, house) {
    const peeked = await peek(exchange.request.body, headBytes);
    if (!peeked.ok) return bodyFaultReply(peeked.error, house);
    const { head, whole } = peeked.value;
    if (head.length >= headBytes && beginsAsSqlite(head)) return loadFile(whole, exchange, house);
    // SQL text becomes one statement of one entry, so it is held whole and bounded.
    const sql = await readStream(whole, house.config.bodyBytesMax, house.room);
    if (!sql.ok) return bodyFaultReply(sql.error, house);
    // Not the JSON type: upstream never sets it here, and Go sniffs `text/plain` (§13.2).
    return submit("load", "text", sql.value, exchange, house, contentTypes.text);
  },
};

async function loadFile(body: ReadableStream<Uint8Array>, exchange: Exchange, house: House): Promise<Response> {
  const { service, replies, config } = house;
  const { timeoutMs, retries, redirect, timings, pretty } = exchange.parameters;
  const startedMs = config.clock.monotonicMs();
  const reply = await service.loadFile({ timeoutMs, retries, redirect }, body, exchange.connection);
  switch (reply.type) {
    case "done": {
      const elapsedMs = timings ? config.clock.monotonicMs() - startedMs : null;
      return replies.body(emptyEnvelope(null, elapsedMs, pretty), contentTypes.text, reply.servedBy);
    }
    case "no-leader":
      config.metrics.http.leader_not_found++;
      return replies.textError(500, "store not ready"); // §11.1
    default:
      return replies.refusal(reply, locationOf(exchange.target), null, { status: 500, message: "store not open" });
  }
}

import { done, failed, type Outcome } from "../../base/mod.ts";
import { type BodyRoom, readBody } from "../body.ts";
import { parseJson } from "../json-body.ts";
import { writeJson } from "../json-text.ts";
import { nodeStruct } from "../node-report.ts";
import { contentTypes } from "../replies.ts";
import type { Exchange, House, Route } from "../route.ts";
import { locationOf } from "../target.ts";

const bodyBytesMax = 65_536;

/** `/leader`: who leads (GET), and giving up leadership (POST) (http-api §14.3). */
export const leaderRoute: Route = {
  path: "/leader",
  match: "exact",
  methods: ["GET", "POST"],
  permissions: ["leader-ops"],
  earlyType: contentTypes.json,
  counter: null,
  handle: (exchange, house) => (exchange.request.method === "GET" ? show(exchange, house) : stepDown(exchange, house)),
};

async function show({ parameters, target }: Exchange, { service, replies }: House): Promise<Response> {
  const { timeoutMs, retries, pretty } = parameters;
  const reply = await service.leader({ timeoutMs, retries });
  if (reply.type === "leader") return replies.body(writeJson(nodeStruct(reply.node), pretty), contentTypes.json);
  const refusal = { status: 503, message: "leader not found" };
  return replies.refusal(reply, locationOf(target), contentTypes.json, refusal);
}

async function stepDown(
  { request, parameters, target }: Exchange,
  { service, replies, room }: House,
): Promise<Response> {
  const wanted = await targetNode(request, room);
  if (!wanted.ok) return replies.textError(400, `invalid JSON: ${wanted.error}`);
  const { timeoutMs, retries, redirect, wait } = parameters;
  const reply = await service.stepdown({ target: wanted.value, wait, timeoutMs, retries, redirect });
  if (reply.type === "done") return replies.emptyServed(reply.servedBy);
  if (reply.type === "text" && reply.status === 500) return replies.textError(500, `stepdown: ${reply.message}`);
  const notOpen = { status: 503, message: "stepdown: store not open" };
  return replies.refusal(reply, locationOf(target), contentTypes.json, notOpen);
}

/** The body's `id`, read only with exactly this content type and a positive length. Null = any node. */
async function targetNode(request: Request, room: BodyRoom): Promise<Outcome<string | null>> {
  if (request.headers.get("content-type") !== "application/json") return done(null);
  if (!(Number(request.headers.get("content-length") ?? "0") > 0)) return done(null);
  const body = await readBody(request, bodyBytesMax, room);
  if (!body.ok) return failed(body.error === "too-large" ? `larger than ${bodyBytesMax} bytes` : "unexpected EOF");
  const parsed = parseJson(body.value);
  if (!parsed.ok) return parsed;
  const value = parsed.value;
  if (value === null) return done(null);
  if (typeof value !== "object" || Array.isArray(value)) return failed("not an object");
  const id = "id" in value ? value.id : null;
  if (id !== null && typeof id !== "string") return failed("id is not a string");
  return done(id === "" ? null : id);
}

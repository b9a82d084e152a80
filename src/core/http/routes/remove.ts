import { readBody } from "../body.ts";
import { parseJson } from "../json-body.ts";
import type { Route } from "../route.ts";
import { locationOf } from "../target.ts";

/** Far more than the longest node ID. */
const bodyBytesMax = 65_536;

/** `/remove`: takes a node out of the cluster (http-api §14.6). */
export const removeRoute: Route = {
  path: "/remove",
  match: "prefix",
  methods: ["DELETE"],
  permissions: ["remove"],
  earlyType: null,
  counter: null,
  async handle({ request, parameters, target }, { service, replies, room }) {
    const body = await readBody(request, bodyBytesMax, room);
    const id = body.ok ? soleId(parseJson(body.value)) : null;
    if (id === null) return replies.empty(400);
    const { timeoutMs, retries, redirect } = parameters;
    const reply = await service.remove({ id, timeoutMs, retries, redirect });
    if (reply.type === "done") return replies.emptyServed(reply.servedBy);
    return replies.refusal(reply, locationOf(target), null, { status: 500, message: "store not open" });
  },
};

/** The ID of an object whose one member is `id`, a string (`null` = `""`); null for anything else. */
function soleId(parsed: ReturnType<typeof parseJson>): string | null {
  if (!parsed.ok || typeof parsed.value !== "object" || parsed.value === null || Array.isArray(parsed.value))
    return null;
  const members = Object.entries(parsed.value);
  const [name, id] = members[0] ?? [];
  if (members.length !== 1 || name !== "id") return null;
  return id === null ? "" : typeof id === "string" ? id : null;
}

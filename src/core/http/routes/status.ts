import { isObject, membersOf, type PlainObject, type PlainValue, writeJson } from "../json-text.ts";
import { contentTypes } from "../replies.ts";
import type { Route } from "../route.ts";
import { locationOf } from "../target.ts";

/** `/status`: everything the node knows about itself (http-api §15.1). */
export const statusRoute: Route = {
  path: "/status",
  match: "prefix",
  methods: ["GET"],
  permissions: ["status"],
  earlyType: contentTypes.json,
  counter: "num_status",
  async handle({ parameters, target }, { service, replies }) {
    const reply = await service.status();
    if (reply.type !== "status") {
      const notOpen = { status: 500, message: "store stats: store not open" };
      return replies.refusal(reply, locationOf(target), contentTypes.json, notOpen);
    }
    const { key, pretty } = parameters;
    // With a key it is always compact.
    const text = key === "" ? writeJson(reply.report, pretty) : writeJson(select(reply.report, key), false);
    return replies.body(text, contentTypes.json);
  },
};

/**
 * The sub-tree at a dotted path. A path that leads through a scalar or an array ends there, an unknown name gives
 * `{}`; what is left has been through Go's untyped JSON: members sorted, numbers doubles.
 */
function select(report: PlainObject, key: string): PlainValue {
  let value: PlainValue = report;
  for (const name of key.split(".")) {
    if (!isObject(value)) break;
    const member: PlainValue | undefined = new Map(membersOf(value)).get(name);
    if (member === undefined) return {};
    value = member;
  }
  return untyped(value);
}

function untyped(value: PlainValue): PlainValue {
  if (typeof value === "bigint") return Number(value);
  if (isObject(value)) return Object.fromEntries(membersOf(value).map(([name, member]) => [name, untyped(member)]));
  return Array.isArray(value) ? value.map(untyped) : value;
}

import { compareByBytes, writeJson } from "../json-text.ts";
import { nodeStruct } from "../node-report.ts";
import { contentTypes } from "../replies.ts";
import type { Route } from "../route.ts";
import { locationOf } from "../target.ts";

/** `/nodes`: every node as this one sees it (http-api §14.4). */
export const nodesRoute: Route = {
  path: "/nodes",
  match: "prefix",
  methods: ["GET"],
  permissions: ["status"],
  earlyType: contentTypes.json,
  counter: null,
  async handle({ parameters, target }, { service, replies }) {
    const { nonvoters, timeoutMs, retries, nodesAsArray, pretty } = parameters;
    const reply = await service.nodes({ nonvoters, timeoutMs, retries });
    if (reply.type !== "nodes") {
      const notOpen = { status: 503, message: "store nodes: store not open" };
      return replies.refusal(reply, locationOf(target), contentTypes.json, notOpen);
    }
    const nodes = [...reply.nodes].sort((left, right) => compareByBytes(left.id, right.id));
    const report = nodesAsArray
      ? { nodes: nodes.map(nodeStruct) }
      : new Map(nodes.map((node) => [node.id, nodeStruct(node)]));
    return replies.body(writeJson(report, pretty), contentTypes.json);
  },
};

import { Hono } from "hono";
import type { ConnectionInfo } from "../ports/mod.ts";
import { BodyRoom } from "./body.ts";
import type { HttpConfig } from "./config.ts";
import { Replies } from "./replies.ts";
import { type Exchange, type House, type Route, run } from "./route.ts";
import { findRoute, routeTable } from "./route-table.ts";
import type { Service } from "./service.ts";
import { Targets } from "./target.ts";

/** Bodies on their way in, in bodies of the largest size. */
const wholeBodiesMax = 4;

export interface App {
  /** Answers one request. Never rejects. */
  fetch(request: Request, connection: ConnectionInfo): Response | Promise<Response>;
}

/**
 * The HTTP API over a node. The order of work is that of http-api §1.2: what comes before routing is done here, once
 * for each distinct URL where it can be; Hono routes; `run` does the rest.
 */
export function createApp(service: Service, config: HttpConfig): App {
  const replies = new Replies(config);
  const house: House = { service, config, replies, room: new BodyRoom(wholeBodiesMax * config.bodyBytesMax) };
  const targets = new Targets(findRoute);
  const hono = new Hono<{ Bindings: Exchange }>({
    // Our paths match by prefix and are percent-decoded, which Hono's patterns can't say; `target` has found the row.
    getPath: (_request, options) => honoPath(options?.env?.target.route ?? -1),
  });
  routeTable.forEach((route, index) => {
    hono.all(honoPath(index), (context) => run(route, context.env, house));
  });
  hono.notFound(() => replies.empty(404));
  hono.onError(failure);

  function failure(error: unknown): Response {
    config.failed(error);
    return replies.textError(500, "internal error");
  }

  return {
    fetch(request, connection) {
      try {
        if (request.method === "OPTIONS") return replies.empty(200);
        const target = targets.read(request.url);
        if (!target.parameters.ok) return replies.textError(400, target.parameters.error);
        const answer = hono.fetch(request, { request, connection, target, parameters: target.parameters.value });
        // Hono passes on what was thrown and is no `Error`.
        return answer instanceof Promise ? answer.catch(failure) : answer;
      } catch (error) {
        return failure(error);
      }
    },
  };
}

/** A route's name in Hono: one static path each. */
function honoPath(index: number): string {
  const route: Route | undefined = routeTable[index];
  return route === undefined ? "/none" : `/${route.match}${route.path}`;
}

import type { HttpCounter } from "../metrics/mod.ts";
import type { ConnectionInfo } from "../ports/mod.ts";
import { authorize, type Permission } from "./authorize.ts";
import type { BodyFault, BodyRoom } from "./body.ts";
import type { HttpConfig } from "./config.ts";
import type { Parameters } from "./parameters.ts";
import type { ContentType, Replies } from "./replies.ts";
import type { Service } from "./service.ts";
import type { Target } from "./target.ts";

/** One request on its way through the app, its query string checked. */
export interface Exchange {
  readonly request: Request;
  readonly connection: ConnectionInfo;
  readonly target: Target;
  readonly parameters: Parameters;
}

/** What all routes work with. */
export interface House {
  readonly service: Service;
  readonly config: HttpConfig;
  readonly replies: Replies;
  readonly room: BodyRoom;
}

/** One row of the table of http-api §1.5. */
export interface Route {
  readonly path: string;
  readonly match: "exact" | "prefix";
  readonly methods: readonly string[] | "any";
  /** All of these are needed; none = open to everyone. */
  readonly permissions: readonly Permission[];
  /** The content type that is set before anything is checked, so that a 401 and a 405 carry it. */
  readonly earlyType: ContentType | null;
  readonly counter: HttpCounter | null;
  readonly handle: (exchange: Exchange, house: House) => Response | Promise<Response>;
}

/** §1.2, steps 4 and 5: count, check the permission, then the method, then handle. */
export function run(route: Route, exchange: Exchange, house: House): Response | Promise<Response> {
  const { config, replies } = house;
  if (route.counter !== null) config.metrics.http[route.counter]++;
  if (route.permissions.length > 0 && authorize(exchange.request, route.permissions, config) === "deny") {
    return replies.empty(401, route.earlyType);
  }
  if (route.methods !== "any" && !route.methods.includes(exchange.request.method)) {
    return replies.empty(405, route.earlyType);
  }
  return route.handle(exchange, house);
}

/** What a client hears whose body could not be taken in. There is no 413 in the contract (§1.1). */
export function bodyFaultReply(fault: BodyFault, { replies, config }: House): Response {
  if (fault === "no-room") return replies.textError(503, "too many requests under way");
  return fault === "too-large"
    ? replies.textError(400, `request body is larger than ${config.bodyBytesMax} bytes`)
    : replies.textError(400, "unexpected EOF");
}

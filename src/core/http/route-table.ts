import type { Route } from "./route.ts";
import { backupRoute } from "./routes/backup.ts";
import { bootRoute } from "./routes/boot.ts";
import { consoleRedirectRoute, consoleRoute, rootRoute } from "./routes/console.ts";
import { debugVarsRoute } from "./routes/debug-vars.ts";
import { executeRoute } from "./routes/execute.ts";
import { leaderRoute } from "./routes/leader.ts";
import { licensesRoute } from "./routes/licenses.ts";
import { loadRoute } from "./routes/load.ts";
import { nodesRoute } from "./routes/nodes.ts";
import { pprofRoute } from "./routes/pprof.ts";
import { queryRoute } from "./routes/query.ts";
import { readyzRoute } from "./routes/readyz.ts";
import { reapRoute } from "./routes/reap.ts";
import { removeRoute } from "./routes/remove.ts";
import { requestRoute } from "./routes/request.ts";
import { snapshotRoute } from "./routes/snapshot.ts";
import { sqlRoute } from "./routes/sql.ts";
import { statusRoute } from "./routes/status.ts";

/** The table of http-api §1.5, in its order: the first match wins. */
export const routeTable: readonly Route[] = [
  rootRoute,
  consoleRedirectRoute,
  consoleRoute,
  executeRoute,
  queryRoute,
  requestRoute,
  backupRoute,
  loadRoute,
  sqlRoute,
  bootRoute,
  snapshotRoute,
  reapRoute,
  removeRoute,
  statusRoute,
  nodesRoute,
  leaderRoute,
  readyzRoute,
  licensesRoute,
  debugVarsRoute,
  pprofRoute,
];

/** The place in the table of the route for a decoded path; -1 = no such path. */
export function findRoute(path: string): number {
  const whole = path === "" ? "/" : path;
  return routeTable.findIndex((route) =>
    route.match === "exact" ? whole === route.path : whole.startsWith(route.path),
  );
}

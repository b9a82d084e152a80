import type { HttpConfig } from "./config.ts";

/** http-api §2. */
export type Permission =
  | "execute"
  | "query"
  | "backup"
  | "load"
  | "snapshot"
  | "remove"
  | "status"
  | "ready"
  | "leader-ops"
  | "ui";

/** Decides by the `Authorization` header (null without one) whether all of `permissions` are held. */
export type Authorizer = (authorization: string | null, permissions: readonly Permission[]) => "allow" | "deny";

/** The permission check of one request. Counts once, however many permissions it takes (http-api §2). */
export function authorize(
  request: Request,
  permissions: readonly Permission[],
  { authorizer, metrics }: HttpConfig,
): "allow" | "deny" {
  const decision = authorizer === null ? "allow" : authorizer(request.headers.get("authorization"), permissions);
  if (decision === "allow") metrics.http.auth_ok++;
  else metrics.http.auth_fail++;
  return decision;
}

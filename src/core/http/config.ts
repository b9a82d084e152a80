import type { Metrics } from "../metrics/mod.ts";
import type { Clock } from "../ports/mod.ts";
import type { Authorizer } from "./authorize.ts";

/** What the HTTP room is told when it is built. */
export interface HttpConfig {
  /** Value of `X-Rqlite-Version`, and the `version` that clients read. */
  readonly versionHeader: string;
  /** `-http-allow-origin`; null or empty = no such header. */
  readonly allowOrigin: string | null;
  /** Null = auth is off. */
  readonly authorizer: Authorizer | null;
  /** Largest request body that is held in memory. Database files stream and have no limit. */
  readonly bodyBytesMax: number;
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Sees every error that a handler threw; the client gets a 500. A broken invariant is for the host to act on. */
  failed(error: unknown): void;
}

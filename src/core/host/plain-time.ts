import { formatGoDuration } from "../base/mod.ts";

/** As Go prints a duration: `1m2.5s`. */
export const duration = (timeMs: number): string => formatGoDuration(BigInt(Math.round(timeMs * 1e6)));

/** RFC 3339 in UTC; 0 = it has not happened. */
export const time = (timeMs: number): string =>
  timeMs === 0 ? "0001-01-01T00:00:00Z" : new Date(timeMs).toISOString().replace(/\.?0*Z$/, "Z");

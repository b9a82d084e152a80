import { counterNames } from "./counters.ts";

/**
 * All counters of one node: `metrics.http.executions++`. Plain numbers, so that counting costs a hot path nothing and
 * a misspelt name does not compile.
 */
export type Metrics = {
  readonly [Map in keyof typeof counterNames]: { [Counter in (typeof counterNames)[Map][number]]: number };
};

/** The name of one counter of the `http` map. */
export type HttpCounter = (typeof counterNames)["http"][number];

/** A node's registry, every counter at 0. */
export function createMetrics(): Metrics {
  const maps: Record<string, Record<string, number>> = {};
  for (const [map, counters] of Object.entries(counterNames)) {
    maps[map] = Object.fromEntries(counters.map((counter) => [counter, 0]));
  }
  return maps as Metrics;
}

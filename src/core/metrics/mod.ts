/** metrics: one registry of everything a node counts, under the names that `/debug/vars` prints. */
export { createMetrics, type HttpCounter, type Metrics } from "./metrics.ts";

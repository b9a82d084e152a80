/** host: the only asynchronous loop: a node's outputs become calls on ports, their completions its inputs. */
export type { HostPorts } from "./host-ports.ts";
export { type NodeSizes, standardSizes } from "./node-limits.ts";
export { runQuolite } from "./run-quolite.ts";

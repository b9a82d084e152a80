import type { HostPorts } from "./host-ports.ts";

/** The whole program, from its command line to its exit. Comes back only if the port's `exit` does. */
export async function runQuolite(_ports: HostPorts): Promise<void> {}

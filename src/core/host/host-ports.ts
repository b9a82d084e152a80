import type { Clock, Entropy, Files, Process, ServeHttp, Timers, Workers } from "../ports/mod.ts";

/** Everything that a runtime gives a node. */
export interface HostPorts {
  readonly process: Process;
  /** Used before the node serves and by nobody on this thread after: the storage threads have their own. */
  readonly files: Files;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly workers: Workers;
  readonly serveHttp: ServeHttp;
}

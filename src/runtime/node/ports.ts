import type { HostPorts } from "../../core/host/mod.ts";
import { clock, timers } from "./clock.ts";
import { entropy } from "./entropy.ts";
import { files } from "./files.ts";
import { serveHttp } from "./http-server.ts";
import { thisProcess } from "./process.ts";
import { workers } from "./workers.ts";

export const ports: HostPorts = { clock, entropy, files, process: thisProcess, serveHttp, timers, workers };

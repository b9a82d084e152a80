import type { Config } from "../config/mod.ts";
import type { FolderSizes } from "../engine/mod.ts";
import type { PlainObject, PlainStruct } from "../http/mod.ts";
import type { Clock, Process } from "../ports/mod.ts";
import { build } from "./build.ts";
import type { NodeHost } from "./node-host.ts";
import { duration, time } from "./plain-time.ts";
import { storeReport } from "./store-report.ts";

/** What `/status` tells besides the store. */
export interface StatusFacts {
  readonly config: Config;
  readonly process: Process;
  readonly clock: Clock;
  /** Wall clock. */
  readonly startedMs: number;
  /** Where HTTP is served: `127.0.0.1:4001`. */
  boundAddress(): string;
}

/** http-api §15.1. What has no counterpart here is left out rather than invented. */
export function statusReport(
  facts: StatusFacts,
  host: NodeHost | null,
  sizes: FolderSizes | null,
  lastBackupMs: number | null,
): PlainObject {
  const { config } = facts;
  return {
    build: {
      build_time: build.buildTime,
      commit: build.commit,
      compiler_command: build.compiler,
      compiler_toolchain: build.compiler,
      version: build.version,
    },
    http: httpReport(facts),
    node: nodeReport(facts),
    os: osReport(facts.process),
    runtime: runtimeReport(facts.process),
    ...(lastBackupMs === null ? {} : { last_backup_time: time(lastBackupMs) }),
    ...(host === null || sizes === null
      ? { store: { open: false } }
      : {
          cluster: { addr: config.raftAdvertised.text, api_addr: config.httpAdvertised.text, https: "false" },
          extensions: { names: [] },
          mux: { addr: config.raftAddress.text, tls: "disabled" },
          network: { interfaces: networkReport(facts.process) },
          store: storeReport(config, host, sizes),
        }),
  };
}

function httpReport({ config, boundAddress }: StatusFacts): PlainObject {
  return {
    ...(config.httpAllowOrigin === null ? {} : { allow_origin: config.httpAllowOrigin }),
    auth: "disabled",
    bind_addr: boundAddress(),
    cluster: { local_node_addr: config.raftAdvertised.text, timeout: "30s" },
    queue: {
      _default: {
        batch_size: config.writeQueueBatchSize,
        max_size: config.writeQueueCapacity,
        sequence_number: 0,
        timeout: duration(config.writeQueueTimeoutMs),
      },
    },
    tls: { enabled: "false" },
  };
}

function nodeReport({ clock, startedMs }: StatusFacts): PlainObject {
  const nowMs = clock.nowMs();
  return { current_time: time(nowMs), start_time: time(startedMs), uptime: duration(Math.max(0, nowMs - startedMs)) };
}

function osReport({ executable, hostname, pid, ppid }: Process): PlainObject {
  return { executable, hostname, pid, ppid };
}

function runtimeReport(system: Process): PlainObject {
  return {
    GOARCH: system.arch,
    GOMAXPROCS: system.cpus,
    GOOS: system.os,
    kubernetes_hint: system.env("KUBERNETES_SERVICE_HOST") !== undefined,
    num_cpu: system.cpus,
    version: system.runtime,
  };
}

function networkReport(system: Process): PlainObject {
  return Object.fromEntries(
    system.networkInterfaces().map(({ name, addresses, hardwareAddress, loopback }): [string, PlainStruct] => [
      name,
      new Map<string, string | null | readonly PlainObject[]>([
        ["addresses", addresses.length === 0 ? null : addresses.map((address) => ({ address }))],
        ["flags", loopback ? "up|loopback|running" : "up|broadcast|multicast|running"],
        ["hardware_address", hardwareAddress],
      ]),
    ]),
  );
}

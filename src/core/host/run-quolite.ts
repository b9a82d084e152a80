import { AssertionError } from "../base/mod.ts";
import { type CommandLine, type Config, parseCommandLine } from "../config/mod.ts";
import { createApp } from "../http/mod.ts";
import { createMetrics } from "../metrics/mod.ts";
import { FileError, type HttpServer, type Process } from "../ports/mod.ts";
import { banner } from "./banner.ts";
import { boundAddress } from "./bound-address.ts";
import { build } from "./build.ts";
import type { HostPorts } from "./host-ports.ts";
import { type Identity, openIdentity } from "./identity.ts";
import { LineLog } from "./line-log.ts";
import { NodeHost } from "./node-host.ts";
import { type NodeSizes, standardSizes } from "./node-limits.ts";
import { NodeService } from "./node-service.ts";

const headerBytesMax = 1 << 20;
/** Requests under way at a stop may go on for this long; then they are cut off (operations, appendix A, 13). */
const stopGraceMs = 8_000;
/** After a failure: long enough for answers that are ready. */
const failureGraceMs = 200;

/** The whole program, from its command line to its exit (operations §1.4). Comes back only if the port's `exit` does. */
export async function runQuolite(ports: HostPorts, sizes: NodeSizes = standardSizes): Promise<void> {
  const { process: system, clock } = ports;
  const log = new LineLog(system, clock);
  const main = system.program;
  const commandLine = readCommandLine(ports);
  if (commandLine.type === "exit") {
    if (commandLine.logged) log.log(main, commandLine.error);
    else system.writeError(commandLine.error);
    return system.exit(commandLine.code);
  }
  const { config } = commandLine;
  const startedMs = clock.nowMs();
  system.writeOut(banner);
  log.log(main, `${main} starting, version ${build.version}, SQLite ${build.sqliteVersion}, commit ${build.commit}`);
  log.log(main, `${system.runtime}, target architecture is ${system.arch}, operating system target is ${system.os}`);
  log.log(main, `launch command: ${[system.executable, ...system.commandLine].join(" ")}`);
  new Program(ports, config, sizes, log, startedMs).run();
}

function readCommandLine({ process: system, files }: HostPorts): CommandLine {
  const { os, arch, runtime, cpus } = system;
  return parseCommandLine(system.commandLine, system.program, {
    version: build.version,
    commit: build.commit,
    compiler: build.compiler,
    sqliteVersion: build.sqliteVersion,
    os,
    arch,
    runtime,
    cpus,
    resolvePath: (path) => system.resolvePath(path),
    exists: (path) => files.exists(path),
  });
}

/** One run of a node, from the first socket to the exit code. */
class Program {
  readonly #ports: HostPorts;
  readonly #system: Process;
  readonly #config: Config;
  readonly #sizes: NodeSizes;
  readonly #log: LineLog;
  readonly #service: NodeService;
  readonly #metrics = createMetrics();
  readonly #main: string;
  #boundAddress = "";
  #server: HttpServer | null = null;
  #host: NodeHost | null = null;
  #ending: "no" | "cleanly" | "by failure" = "no";

  constructor(ports: HostPorts, config: Config, sizes: NodeSizes, log: LineLog, startedMs: number) {
    const { process: system, clock } = ports;
    this.#ports = ports;
    this.#system = system;
    this.#config = config;
    this.#sizes = sizes;
    this.#log = log;
    this.#main = system.program;
    this.#service = new NodeService({
      config,
      process: system,
      clock,
      startedMs,
      boundAddress: () => this.#boundAddress,
    });
  }

  async run(): Promise<void> {
    this.#system.onSignal((signal) => this.#signalled(signal));
    // Nobody waits for it here, and its failure is heard where it is awaited.
    const wasm = this.#system.loadWasm();
    wasm.catch(() => undefined);
    // Where the cluster's port will be opened: a node by itself has nobody to listen to on -raft-addr.
    if (!(await this.#listen())) return;
    // The port is this node's: only now may its folder be touched.
    const identity = this.#openIdentity();
    if (identity === null) return;
    this.#start(identity, await wasm);
  }

  async #listen(): Promise<boolean> {
    const { clock, serveHttp } = this.#ports;
    const app = createApp(this.#service, {
      versionHeader: build.version,
      allowOrigin: this.#config.httpAllowOrigin,
      authorizer: null,
      bodyBytesMax: this.#config.httpBodyBytesMax,
      clock,
      metrics: this.#metrics,
      failed: (error) => this.#handlerFailed(error),
    });
    try {
      const address = this.#config.httpAddress;
      const { host, port } = address;
      if (port === null) throw new Error(`listen tcp: address ${address.text}: invalid port`);
      this.#server = await serveHttp(app.fetch, { host, port, headerBytesMax });
      this.#boundAddress = boundAddress(address, this.#server.port);
      return true;
    } catch (error) {
      this.#fatal(`failed to start HTTP server: ${messageOf(error)}`);
      return false;
    }
  }

  /** Two nodes would write over each other's log. Throws FileError. */
  #holdFolder(): boolean {
    const { dataFolder } = this.#config;
    const lock = `${dataFolder}/lock`;
    this.#ports.files.makeFolder(lock);
    const held = this.#system.holdFolder(lock);
    if (!held.ok) this.#fatal(`failed to open store: ${dataFolder}: ${held.error}`);
    return held.ok;
  }

  #openIdentity(): Identity | null {
    try {
      if (!this.#holdFolder()) return null;
      const identity = openIdentity(this.#ports.files, this.#config);
      if (identity.ok) {
        for (const notice of identity.value.notices) this.#log.log("store", notice);
        return identity.value;
      }
      this.#fatal(`failed to open store: ${identity.error}`);
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.#fatal(`failed to open store: ${error.message}`);
    }
    return null;
  }

  #start(identity: Identity, wasm: unknown): void {
    if (this.#ending !== "no") return;
    this.#host = new NodeHost(identity, {
      wasm,
      ports: this.#ports,
      config: this.#config,
      sizes: this.#sizes,
      metrics: this.#metrics,
      log: this.#log,
      opened: () => this.#opened(),
      failed: (reason, inOpening) => this.#failed(inOpening ? `failed to open store: ${reason}` : reason),
    });
    this.#service.attach(this.#host);
  }

  #opened(): void {
    const { text } = this.#config.httpAdvertised;
    const colon = text.lastIndexOf(":");
    const [name, port] = [text.slice(0, colon) || "localhost", text.slice(colon + 1)];
    this.#log.log(this.#main, `node HTTP API available at http://${text}`);
    this.#log.log(this.#main, `connect using the command-line tool via 'rqlite -H ${name} -p ${port}'`);
    this.#log.log(this.#main, `visit the node's console at http://${text}/console/`);
  }

  #signalled(signal: "SIGINT" | "SIGTERM"): void {
    const name = signal === "SIGINT" ? "interrupt" : "terminated";
    this.#log.log(this.#main, `received signal "${name}"`);
    if (this.#ending !== "no") return;
    this.#ending = "cleanly";
    this.#stop();
  }

  async #stop(): Promise<void> {
    await this.#server?.close(stopGraceMs);
    await this.#host?.stop();
    this.#log.log(this.#main, `${this.#main} server stopped`);
    this.#system.exit(0);
  }

  /** A handler threw. Where the node's own state may be wrong it must not go on. */
  #handlerFailed(error: unknown): void {
    if (error instanceof AssertionError) this.#failed(error.stack ?? error.message);
    else this.#log.log("http", `request failed: ${messageOf(error)}`);
  }

  /** Says why, lets out the answers that are ready, and ends. */
  async #failed(reason: string): Promise<void> {
    if (this.#ending === "by failure") return;
    this.#ending = "by failure";
    this.#log.log(this.#main, reason);
    await this.#server?.close(failureGraceMs);
    this.#system.exit(1);
  }

  #fatal(message: string): void {
    this.#log.log(this.#main, message);
    this.#system.exit(1);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

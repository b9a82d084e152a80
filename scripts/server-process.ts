/** A real node as a child process: started, asked whether it is ready, stopped, killed and weighed. */
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";

export const runtimeNames = ["node", "bun", "deno", "compiled"] as const;
export type RuntimeName = (typeof runtimeNames)[number];

const root = join(import.meta.dirname, "..");

/** The named runtime; throws with the list of those there are. */
export function runtimeNamed(name: string): RuntimeName {
  const found = runtimeNames.find((known) => known === name);
  if (found === undefined) throw new Error(`no runtime "${name}"; there are ${runtimeNames.join(", ")}`);
  return found;
}

/** The command that runs a TypeScript file under a runtime: binaries themselves, so that signals reach them. */
export function commandFor(runtime: Exclude<RuntimeName, "compiled">, file: string): readonly string[] {
  const path = join(root, file);
  if (runtime === "node") return [join(root, "node_modules/.bin/node"), path];
  if (runtime === "bun") return [join(root, "node_modules/.bin/bun"), path];
  const binary = join(root, "node_modules/deno/deno");
  return [existsSync(binary) ? binary : join(root, "node_modules/.bin/deno"), "run", "--allow-all", path];
}

function serverCommand({
  runtime,
  binary = join(root, "dist/quolite"),
  emulator = null,
}: ServerOptions): readonly string[] {
  if (runtime !== "compiled") return commandFor(runtime, `src/runtime/${runtime}/main.ts`);
  return emulator === null ? [binary] : [emulator.program, ...emulator.args, binary];
}

/** A TCP port that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("the system gave no port");
  return address.port;
}

/** Status of one bare `GET`, or 0 if nobody answered. */
function probe(port: number, path: string): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    const finish = (status: number): void => {
      socket.destroy();
      resolve(status);
    };
    socket.on("connect", () => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`));
    socket.once("data", (bytes) => finish(Number(bytes.toString("latin1").match(/^HTTP\/1\.[01] (\d{3})/)?.[1] ?? 0)));
    socket.once("error", () => finish(0));
    socket.once("close", () => finish(0));
  });
}

/** What runs another machine's binary here. */
export interface Emulator {
  readonly program: string;
  readonly args: readonly string[];
}

export interface ServerOptions {
  readonly runtime: RuntimeName;
  /** The node's data folder; made by the node if missing. */
  readonly folder: string;
  readonly flags?: readonly string[];
  /** Where the process runs; by default where this one does. */
  readonly workingFolder?: string;
  /** The compiled file, if it is not `dist/quolite`, and what it takes to run it. */
  readonly binary?: string;
  readonly emulator?: Emulator | null;
  /** Another program in place of the node, for example `scripts/do-nothing-server.ts` with its arguments. */
  readonly command?: (port: number) => readonly string[];
  readonly readyTimeoutMs?: number;
}

/** What the system counts for a process since its start. Linux only; zeros elsewhere. */
export interface Usage {
  readonly cpuMs: number;
  readonly residentBytes: number;
  readonly writtenBytes: number;
}

/** A process that serves HTTP on `127.0.0.1:port`. */
export class ServerProcess {
  readonly port: number;
  /** From the spawn until `/readyz` answered 200. */
  readonly readyMs: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #said: readonly string[];

  private constructor(
    port: number,
    readyMs: number,
    child: ChildProcess,
    ended: Promise<number | null>,
    said: readonly string[],
  ) {
    this.port = port;
    this.readyMs = readyMs;
    this.#child = child;
    this.#ended = ended;
    this.#said = said;
  }

  /** Starts it and waits until it is ready; throws with what it said on stderr if it ends or takes too long. */
  static async start(options: ServerOptions): Promise<ServerProcess> {
    const port = await freePort();
    const raftPort = await freePort();
    const addresses = ["-http-addr", `localhost:${port}`, "-raft-addr", `localhost:${raftPort}`];
    const [program = "", ...args] = options.command?.(port) ?? [
      ...serverCommand(options),
      ...addresses,
      ...(options.flags ?? []),
      options.folder,
    ];
    const startedMs = performance.now();
    const cwd = options.workingFolder === undefined ? {} : { cwd: options.workingFolder };
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], ...cwd });
    const said: string[] = [];
    child.stderr?.on("data", (bytes: Buffer) => {
      said.push(bytes.toString());
      if (said.length > 200) said.shift();
    });
    let over = false;
    const ended = new Promise<number | null>((resolve) => {
      child.once("error", (error) => {
        said.push(String(error));
        over = true;
        resolve(null);
      });
      child.once("exit", (code) => {
        over = true;
        resolve(code);
      });
    });
    while ((await probe(port, "/readyz")) !== 200) {
      if (over) throw new Error(`${program} ${args.join(" ")} ended before it was ready:\n${said.join("")}`);
      if (performance.now() - startedMs > (options.readyTimeoutMs ?? 60_000)) {
        child.kill("SIGKILL");
        throw new Error(`${program} ${args.join(" ")} was not ready in time:\n${said.join("")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    return new ServerProcess(port, performance.now() - startedMs, child, ended, said);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The last lines of its stderr. */
  get said(): string {
    return this.#said.join("");
  }

  /** Sends the signal and resolves, once the process is gone, to its exit code (null if the signal ended it). */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    this.#child.kill(signal);
    return this.#ended;
  }

  usage(): Usage {
    const read = (name: string): string => {
      const path = `/proc/${this.#child.pid ?? 0}/${name}`;
      return existsSync(path) ? readFileSync(path, "utf8") : "";
    };
    const fields = read("stat")
      .replace(/^.*\) /s, "")
      .split(" ");
    const ticks = Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
    const residentKiB = Number(read("status").match(/VmRSS:\s+(\d+)/)?.[1] ?? 0);
    const writtenBytes = Number(read("io").match(/^write_bytes: (\d+)/m)?.[1] ?? 0);
    return { cpuMs: ticks * 10, residentBytes: residentKiB * 1024, writtenBytes };
  }
}

/** Load on one URL from a process of its own: `wrk` where it is installed, else `bench-client.ts`. */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Load {
  /** With the query string. */
  readonly path: string;
  /** Body of the POST. `#######` in it becomes a random number of seven digits in [1, `randomMax`], at each request. */
  readonly body: string;
  readonly randomMax?: number;
  readonly clients: number;
  readonly seconds: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers other than 2xx, and broken connections. */
  readonly errors: number;
}

export const randomMark = "#######";

export const hasWrk: boolean = spawnSync("wrk", ["--version"], { stdio: "ignore" }).error === undefined;

/** The whole request as bytes on the wire. A number of fixed width keeps its length the same. */
export function requestText(host: string, load: Load): string {
  const length = Buffer.byteLength(load.body);
  return `POST ${load.path} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${load.body}`;
}

const lua = (text: string): string =>
  `"${text.replace(/[\\"\r\n]/g, (c) => `\\${c.charCodeAt(0).toString().padStart(3, "0")}`)}"`;

/** A script that only joins strings for a request and looks at no response: `wrk` itself counts their statuses. */
function wrkScript(host: string, load: Load): string {
  const [before = "", after] = requestText(host, load).split(randomMark);
  const request =
    after === undefined
      ? `local whole = ${lua(before)}\nfunction request() return whole end`
      : `local before, after = ${lua(before)}, ${lua(after)}
math.randomseed(os.time())
function request() return before .. string.format("%07d", math.random(${load.randomMax ?? 1})) .. after end`;
  return `${request}
function done(summary, latency)
  local e = summary.errors
  io.write(string.format('LOAD {"requests":%d,"seconds":%f,"p50Ms":%f,"p99Ms":%f,"errors":%d}\\n', summary.requests,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.connect + e.read + e.write + e.status + e.timeout))
end
`;
}

function output(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.on("data", (bytes: Buffer) => {
      text += bytes.toString();
    });
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${program} ended with ${code}: ${text}`)),
    );
  });
}

function readResult(text: string): LoadResult {
  const line = text.match(/^LOAD (\{.*\})$/m)?.[1];
  if (line === undefined) throw new Error(`no result in: ${text}`);
  const result: LoadResult = JSON.parse(line);
  return result;
}

/** Drives the URL for `load.seconds`; throws if the load could not be made at all. */
export async function drive(url: string, load: Load): Promise<LoadResult> {
  const { host } = new URL(url);
  if (!hasWrk) {
    const client = join(import.meta.dirname, "bench-client.ts");
    return readResult(await output(process.execPath, [client, url, JSON.stringify(load)]));
  }
  const folder = mkdtempSync(join(tmpdir(), "quolite-load-"));
  try {
    const script = join(folder, "load.lua");
    writeFileSync(script, wrkScript(host, load));
    const counts = ["--threads", "1", "--connections", String(load.clients), "--duration", `${load.seconds}s`];
    return readResult(await output("wrk", [...counts, "--timeout", "30s", "--script", script, url]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

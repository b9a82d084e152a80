/** An app that shows what an adapter does: `node|bun|deno http-fixture.ts RUNTIME HOST`; prints its port, then events. */
import { writeSync } from "node:fs";
import type { ConnectionInfo, ServeHttp } from "../../src/core/ports/mod.ts";

const [runtime = "", host = ""] = process.argv.slice(2);
const { serveHttp }: { serveHttp: ServeHttp } = await import(`../../src/runtime/${runtime}/http-server.ts`);

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly type: string | null;
  readonly remoteAddress: string;
}

/** What the streams have seen, for `/stats`. */
const stats = { readBytes: 0, readEnds: 0, readErrors: 0, madeBytes: 0, cancels: 0, gone: 0 };
export type Stats = typeof stats;

const chunkBytes = 64 * 1024;
const headers = { "X-Rqlite-Version": "v1", "Access-Control-Allow-Methods": "OPTIONS, GET, POST" };
const later = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));
const text = (body: string): Response => new Response(body, { headers });
const json = (value: unknown): Response => text(JSON.stringify(value));

const sum = (bytes: Uint8Array): number => {
  let total = 0;
  for (let i = 0; i < bytes.length; i++) total = (total * 31 + (bytes[i] ?? 0)) >>> 0;
  return total;
};

async function whole(request: Request): Promise<Response> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  return json({ length: bytes.length, sum: sum(bytes) });
}

/** Reads the body chunk by chunk, after a pause in which nothing is read. */
async function readSlowly(request: Request, pauseMs: number): Promise<Response> {
  const reader = request.body?.getReader();
  let length = 0;
  try {
    while (reader !== undefined) {
      const { done, value } = await reader.read();
      if (done) break;
      stats.readBytes += value.length;
      if (length === 0) await later(pauseMs);
      length += value.length;
    }
    stats.readEnds++;
  } catch {
    stats.readErrors++;
  }
  return json({ length });
}

function download(bytes: number, breaksAt: number): Response {
  let left = bytes;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        await later(0);
        const size = Math.min(left, chunkBytes);
        if (size > 0) controller.enqueue(new Uint8Array(size).fill(65));
        stats.madeBytes += size;
        left -= size;
        if (left === 0) controller.close();
        else if (bytes - left >= breaksAt) controller.error(new Error("broken on purpose"));
      },
      cancel() {
        stats.cancels++;
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(body, { headers: { ...headers, "Content-Type": "application/octet-stream" } });
}

async function waitForLeaving(connection: ConnectionInfo): Promise<Response> {
  for (let i = 0; i < 400 && !connection.gone(); i++) await later(5);
  if (connection.gone()) stats.gone++;
  return text("waited");
}

async function answer(request: Request, connection: ConnectionInfo): Promise<Response> {
  const question = request.url.indexOf("?");
  const path = request.url.slice(request.url.indexOf("/", 8), question < 0 ? undefined : question);
  const number = (name: string): number => Number(request.url.match(new RegExp(`[?&]${name}=(\\d+)`))?.[1] ?? 0);
  switch (path) {
    case "/whole":
      return whole(request);
    case "/read-slowly":
      return readSlowly(request, number("pause"));
    case "/download":
      return download(number("bytes"), number("breaks") || Number.POSITIVE_INFINITY);
    case "/wait":
      return waitForLeaving(connection);
    case "/slow":
      await later(number("ms"));
      return text(`slow ${number("ms")}`);
    case "/bytes":
      return new Response(
        Uint8Array.from({ length: number("count") }, (_, i) => i % 256),
        { headers },
      );
    case "/unicode":
      return text("grüße \u{1f600} \u0000");
    case "/none":
      return new Response(null, { status: 404, headers });
    case "/refuse":
      return new Response("no\n", { status: 400, headers });
    case "/throw":
      throw new Error("thrown on purpose");
    case "/stats":
      return json(stats);
    case "/close":
      setTimeout(close, 50, number("grace") || Number.POSITIVE_INFINITY);
      return text("closing");
    default:
      return json({
        method: request.method,
        url: request.url,
        type: request.headers.get("content-type"),
        remoteAddress: connection.remoteAddress,
      } satisfies Seen);
  }
}

const say = (line: string): number => writeSync(1, `${line}\n`);
const options = { host, headerBytesMax: 48 * 1024 };
const server = await serveHttp(
  // At once where it can be: the adapters have a faster way for it.
  (request, connection) =>
    request.url.endsWith("/none") ? new Response(null, { status: 404, headers }) : answer(request, connection),
  { ...options, port: 0 },
);
say(String(server.port));
await serveHttp(() => text(""), { ...options, port: server.port }).catch((error) => say(error.message));

async function close(graceMs: number): Promise<void> {
  const startMs = performance.now();
  await server.close(graceMs);
  say(`closed ${Math.round(performance.now() - startMs)}`);
}

import { lookup } from "node:dns/promises";
import http from "node:http";
import { type ConnectionInfo, listenOn, type ServeHttp } from "../../core/ports/mod.ts";

/** How often a closing server looks whether all requests were answered. */
const closingIntervalMs = 10;

type Server = Bun.Server<undefined>;

/**
 * Bun resolves `..` segments, turns `\` into `/` and bytes beyond ASCII into `%EF%BF%BD` before anyone sees the
 * request, and gives no way to the raw target; so here `/db/execute/../query` is `/db/query`. A request that comes
 * before the last one was answered (pipelining) makes it close the connection.
 */
export const serveHttp: ServeHttp = (fetch, options) => {
  // Bun's server reads its limit from there.
  Object.assign(http, { maxHeaderSize: options.headerBytesMax });
  return listenOn(
    options,
    async (name) => (await lookup(name, { order: "ipv4first" })).address,
    (hostname) => {
      const server: Server = Bun.serve({
        hostname,
        port: options.port,
        idleTimeout: 0,
        maxRequestBodySize: Number.MAX_SAFE_INTEGER,
        fetch: (request) => fetch(absolute(request), new Connection(request, server)),
        error: () => new Response(null, { status: 500 }),
      });
      return { port: server.port ?? options.port, close: (graceMs) => close(server, graceMs) };
    },
  );
};

/** Without a usable `Host`, Bun's URL is the bare target. */
function absolute(request: Request): Request {
  if (request.url.charCodeAt(0) === 47)
    Object.defineProperty(request, "url", { value: `http://localhost${request.url}` });
  return request;
}

/** `stop` alone would wait for connections that never send a request. */
async function close(server: Server, graceMs: number): Promise<void> {
  const deadlineMs = performance.now() + graceMs;
  server.stop();
  while (server.pendingRequests > 0 && performance.now() < deadlineMs) await Bun.sleep(closingIntervalMs);
  await server.stop(true);
}

class Connection implements ConnectionInfo {
  readonly #request: Request;
  readonly #server: Server;

  constructor(request: Request, server: Server) {
    this.#request = request;
    this.#server = server;
  }

  gone(): boolean {
    return this.#request.signal.aborted;
  }

  get remoteAddress(): string {
    return this.#server.requestIP(this.#request)?.address ?? "";
  }
}

import { lookup } from "node:dns/promises";
import { type ConnectionInfo, listenOn, type ServeHttp } from "../../core/ports/mod.ts";

type Server = Deno.HttpServer<Deno.NetAddr>;
type Info = Deno.ServeHandlerInfo<Deno.NetAddr>;

/** How often a closing server looks whether all requests were answered. */
const closingIntervalMs = 10;

/**
 * Deno's server has limits of its own that nothing moves: 64 KiB for a request's head, and a hundred headers. URLs
 * come as they were sent. The program is to run with `no-legacy-abort` (deno.json): without it, Deno would count an
 * answered request as aborted.
 */
export const serveHttp: ServeHttp = (fetch, options) =>
  listenOn(
    options,
    async (name) => (await lookup(name, { order: "ipv4first" })).address,
    (hostname) => {
      const force = new AbortController();
      let underWay = 0;
      let closing = false;
      const ended = (): void => {
        underWay--;
      };
      const handle = (request: Request, info: Info): Response | Promise<Response> => {
        if (closing) return refused();
        if (isHostless(request, stand)) return badRequest();
        underWay++;
        info.completed.then(ended, ended);
        return fetch(request, new Connection(request, info));
      };
      const server: Server = Deno.serve(
        {
          hostname,
          port: options.port,
          tcpBacklog: 4096,
          signal: force.signal,
          onListen: () => undefined,
          onError: () => new Response(null, { status: 500 }),
        },
        handle,
      );
      const { port } = server.addr;
      const stand = `http://localhost:${port}/`;
      // Deno's own shutdown takes their bodies away from requests under way; so they are waited for before it.
      const close = (graceMs: number): Promise<void> => {
        closing = true;
        const deadlineMs = performance.now() + graceMs;
        return new Promise((resolve) => {
          const look = setInterval(() => {
            const late = performance.now() >= deadlineMs;
            if (underWay > 0 && !late) return;
            clearInterval(look);
            if (late) force.abort();
            resolve(late ? server.finished : server.shutdown());
          }, closingIntervalMs);
        });
      };
      return { port, close };
    },
  );

/**
 * HTTP/1.1 without a `Host` is a 400 (http-api §1.1). Deno puts a stand-in into the URL, so only where that stands
 * the header has to be asked for. Deno doesn't tell HTTP/1.0 apart, which may come without.
 */
const isHostless = (request: Request, stand: string): boolean =>
  request.url.startsWith(stand) && !request.headers.get("host");

const badRequest = (): Response => new Response(null, { status: 400 });

/** While the server closes. */
const refused = (): Response => new Response(null, { status: 503, headers: { connection: "close" } });

class Connection implements ConnectionInfo {
  readonly #request: Request;
  readonly #info: Info;

  constructor(request: Request, info: Info) {
    this.#request = request;
    this.#info = info;
  }

  /** The first call only begins to watch, which costs as much as the whole request otherwise. */
  gone(): boolean {
    return this.#request.signal.aborted;
  }

  get remoteAddress(): string {
    return this.#info.remoteAddr.hostname;
  }
}

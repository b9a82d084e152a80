import type { Address } from "../config/mod.ts";
import type { HttpServer, ServeHttp } from "../ports/mod.ts";

const headerBytesMax = 1 << 20;

export interface Listening {
  readonly server: HttpServer;
  /** `127.0.0.1:4001`. */
  readonly boundAddress: string;
}

/**
 * Opens an address as Go does (operations §0): no host and the unspecified ones mean every interface, of both
 * families where there are both; `localhost` is IPv4. Rejects with a `listen …` error.
 */
export async function listen(
  serveHttp: ServeHttp,
  fetch: Parameters<ServeHttp>[0],
  { host, port, text }: Address,
): Promise<Listening> {
  if (port === null) throw new Error(`listen tcp: address ${text}: invalid port`);
  const hosts = host === "" || host === "0.0.0.0" || host === "::" ? ["::", "0.0.0.0"] : [host];
  let failure: unknown = null;
  for (const candidate of hosts.map((name) => (name === "localhost" ? "127.0.0.1" : name))) {
    try {
      const server = await serveHttp(fetch, { host: candidate, port, headerBytesMax });
      const shown = candidate.includes(":") ? `[${candidate}]` : candidate;
      return { server, boundAddress: `${shown}:${server.port}` };
    } catch (error) {
      // A machine without IPv6 still has the other family; whatever is wrong with that one is the news.
      failure = error;
      if (!/EAFNOSUPPORT|EADDRNOTAVAIL|not supported|not available/i.test(String(error))) break;
    }
  }
  throw failure;
}

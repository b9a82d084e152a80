/**
 * What the HTTP app may ask about the request's connection. Passed as Hono's `env` (c.env) by each runtime.
 */
export interface ConnectionInfo {
  /** True once the client has hung up. Cheap; polled by the host for requests that take long. */
  gone(): boolean;
  readonly remoteAddress: string;
}

export interface HttpServerOptions {
  readonly host: string;
  readonly port: number;
  /** Largest request line + headers, in bytes. */
  readonly headerBytesMax: number;
}

export interface HttpServer {
  readonly port: number;
  /** Stops accepting, lets requests under way finish up to `graceMs`, then closes all connections. */
  close(graceMs: number): Promise<void>;
}

/** Resolves once the port is open; rejects with a `listen …` error otherwise. */
export type ServeHttp = (
  fetch: (request: Request, connection: ConnectionInfo) => Response | Promise<Response>,
  options: HttpServerOptions,
) => Promise<HttpServer>;

/**
 * Opens a listener the same way on every runtime (operations §0): an empty host, `0.0.0.0` and `[::]` mean every
 * address of both families, `localhost` 127.0.0.1, and another name the one address that `lookup` gives, IPv4 first.
 * Rejects with `listen tcp HOST:PORT: …`.
 */
export async function listenOn<T>(
  { host, port }: HttpServerOptions,
  lookup: (name: string) => Promise<string>,
  listen: (address: string) => T | Promise<T>,
): Promise<T> {
  const name = host.replace(/^\[(.*)\]$/, "$1");
  try {
    if (name !== "" && name !== "0.0.0.0" && name !== "::") {
      return await listen(name === "localhost" ? "127.0.0.1" : await lookup(name));
    }
    try {
      return await listen("::");
    } catch (error) {
      // A machine without IPv6.
      if (!["EAFNOSUPPORT", "EADDRNOTAVAIL"].includes(codeOf(error))) throw error;
      return await listen("0.0.0.0");
    }
  } catch (error) {
    const reason = listenFaults[codeOf(error)] ?? (error instanceof Error ? error.message : String(error));
    throw new Error(`listen tcp ${host}:${port}: ${reason}`, { cause: error });
  }
}

const listenFaults: Readonly<Record<string, string>> = {
  EADDRINUSE: "bind: address already in use",
  EADDRNOTAVAIL: "bind: cannot assign requested address",
  EACCES: "bind: permission denied",
  ENOTFOUND: "no such host",
};

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";

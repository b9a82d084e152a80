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

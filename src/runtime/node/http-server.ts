import { lookup } from "node:dns/promises";
import { createServer, type IncomingMessage, type Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { type ConnectionInfo, type HttpServer, listenOn, type ServeHttp } from "../../core/ports/mod.ts";

/** Bodies of up to this size are taken in whole before the app sees the request, and sent in one piece with the head. */
const smallBytesMax = 16 * 1024;
/** What a client may take for its request's head. There is no limit for the body (http-api §1.1). */
const headersTimeoutMs = 60_000;
/** How often a closing server looks for connections that have become idle. */
const closingIntervalMs = 10;

type Fetch = Parameters<ServeHttp>[0];

export const serveHttp: ServeHttp = (fetch, options) => {
  const limits = {
    maxHeaderSize: options.headerBytesMax,
    headersTimeout: headersTimeoutMs,
    requestTimeout: 0,
    // No limit, and no timer to set for every response.
    keepAliveTimeout: 0,
    // Clients that vanished without a word are found out by the system.
    keepAlive: true,
  };
  let underWay = 0;
  const ended = (): void => {
    underWay--;
  };
  const listen = listener(fetch);
  const server = createServer({ ...limits, ServerResponse: PlainResponse }, (incoming: WholeMessage, outgoing) => {
    underWay++;
    outgoing.on("close", ended);
    listen(incoming, outgoing);
  });
  return listenOn(
    options,
    async (name) => (await lookup(name, { order: "ipv4first" })).address,
    (host) => open(server, host, options.port, () => underWay === 0),
  );
};

function open(server: PlainServer, host: string, port: number, isQuiet: () => boolean): Promise<HttpServer> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, backlog: 4096 }, () => {
      server.off("error", reject);
      // From here on, errors are connections that could not be accepted: they stay in the system's queue.
      server.on("error", () => undefined);
      const address = server.address() as AddressInfo;
      resolve({ port: address.port, close: (graceMs) => close(server, graceMs, isQuiet) });
    });
  });
}

function close(server: PlainServer, graceMs: number, isQuiet: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const deadlineMs = performance.now() + graceMs;
    const look = setInterval(() => {
      if (isQuiet() || performance.now() >= deadlineMs) server.closeAllConnections();
      else server.closeIdleConnections();
    }, closingIntervalMs);
    server.close(() => {
      clearInterval(look);
      resolve();
    });
  });
}

function listener(fetch: Fetch): (incoming: WholeMessage, outgoing: ServerResponse) => void {
  const listen = getRequestListener(
    (request, { incoming }) => {
      const raw = incoming.url ?? "/";
      // The adapter has resolved `..`, which the contract does not (http-api §1.1).
      if (!request.url.endsWith(raw)) Object.defineProperty(request, "url", { value: urlOf(raw) });
      return fetch(request, new Connection(incoming.socket));
    },
    { hostname: "localhost" },
  );
  return (incoming, outgoing) => {
    if (!(Number(incoming.headers["content-length"]) <= smallBytesMax)) {
      listen(incoming, outgoing);
      return;
    }
    const chunks: Buffer[] = [];
    incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
    incoming.on("end", () => {
      const [first] = chunks;
      incoming.rawBody = first !== undefined && chunks.length === 1 ? first : Buffer.concat(chunks);
      listen(incoming, outgoing);
    });
  };
}

const urlOf = (raw: string): string => (raw.startsWith("/") ? `http://localhost${raw}` : raw);

/** The adapter takes the body from here where it is, which saves its own reading of the stream. */
interface WholeMessage extends IncomingMessage {
  rawBody?: Buffer;
}

type PlainServer = Server<typeof IncomingMessage, typeof PlainResponse>;

class PlainResponse extends ServerResponse<WholeMessage> {
  #isStream = false;

  /** The adapter flushes the head of a stream before its first chunk. */
  override flushHeaders(): void {
    this.#isStream = true;
    super.flushHeaders();
  }

  override end(...rest: unknown[]): this {
    const [body] = rest;
    // A small body goes out joined to the head: one write, where Node would gather two.
    if (body instanceof Uint8Array && body.length <= smallBytesMax) {
      const text = Buffer.from(body.buffer, body.byteOffset, body.length).toString("latin1");
      return super.end(text, "latin1");
    }
    // Where a stream breaks, the adapter would append the error's text and end it well. The client has to see a cut.
    if (this.#isStream && body !== undefined) return this.destroy();
    return Reflect.apply(super.end, this, rest);
  }
}

class Connection implements ConnectionInfo {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  gone(): boolean {
    return this.#socket.destroyed;
  }

  get remoteAddress(): string {
    return this.#socket.remoteAddress ?? "";
  }
}

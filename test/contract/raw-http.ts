import { connect, type Socket } from "node:net";

/** A connection on which every byte is ours. */
export class RawConnection {
  readonly socket: Socket;
  /** Settles when the other side has closed. */
  readonly closed: Promise<void>;
  received = Buffer.alloc(0);
  receivedBytes = 0;
  #changed = (): void => undefined;
  #over = false;

  constructor(port: number, host = "127.0.0.1", { keep = true }: { readonly keep?: boolean } = {}) {
    this.socket = connect(port, host);
    this.socket.setNoDelay(true);
    this.socket.on("data", (bytes) => {
      this.receivedBytes += bytes.length;
      if (keep) this.received = Buffer.concat([this.received, bytes]);
      this.#changed();
    });
    this.socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.once("close", () => {
        this.#over = true;
        this.#changed();
        resolve();
      });
    });
  }

  send(text: string | Uint8Array): this {
    this.socket.write(typeof text === "string" ? Buffer.from(text, "latin1") : text);
    return this;
  }

  /** Waits until what was received satisfies the condition; false if the connection ended before. */
  async until(satisfied: (text: string) => boolean): Promise<boolean> {
    while (!satisfied(this.received.toString("latin1"))) {
      if (this.#over) return false;
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
    return true;
  }

  leave(how: "fin" | "reset"): void {
    if (how === "fin") this.socket.end();
    else this.socket.resetAndDestroy();
  }
}

export interface RawResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded where it was chunked. */
  readonly body: Buffer;
}

/** Splits what a connection received into responses; HEAD's have no body. */
export function readResponses(bytes: Buffer, methods: readonly string[] = []): readonly RawResponse[] {
  const responses: RawResponse[] = [];
  let at = 0;
  while (at < bytes.length) {
    const headEnd = bytes.indexOf("\r\n\r\n", at);
    if (headEnd < 0) break;
    const [first = "", ...lines] = bytes.subarray(at, headEnd).toString("latin1").split("\r\n");
    const headers = Object.fromEntries(
      lines.map((line) => [line.split(":")[0]?.toLowerCase(), line.replace(/^[^:]*: */, "")]),
    );
    const status = Number(first.split(" ")[1]);
    at = headEnd + 4;
    if (status === 100) continue;
    let body = Buffer.alloc(0);
    if (methods[responses.length] !== "HEAD") {
      if (headers["transfer-encoding"] === "chunked") {
        for (;;) {
          const lineEnd = bytes.indexOf("\r\n", at);
          const size = Number.parseInt(bytes.subarray(at, lineEnd).toString(), 16);
          if (lineEnd < 0 || Number.isNaN(size)) return responses;
          body = Buffer.concat([body, bytes.subarray(lineEnd + 2, lineEnd + 2 + size)]);
          at = lineEnd + 2 + size + 2;
          if (size === 0) break;
        }
      } else {
        const length = headers["content-length"] === undefined ? bytes.length - at : Number(headers["content-length"]);
        body = Buffer.from(bytes.subarray(at, at + length));
        at += length;
      }
    }
    responses.push({ status, headers, body });
  }
  return responses;
}

/** Sends bytes on a connection of their own that the server is asked to close, and reads all responses. */
export async function exchange(
  port: number,
  text: string | Uint8Array,
  methods?: readonly string[],
): Promise<readonly RawResponse[]> {
  const connection = new RawConnection(port).send(text);
  await connection.closed;
  return readResponses(connection.received, methods);
}

/** One request with `Connection: close`. */
export const requestText = (target: string, method = "GET", headers = "", body = ""): string =>
  `${method} ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n${body}`;

/** The one response to such a request; status 0 if the connection was cut without. */
export async function ask(port: number, target: string, method = "GET", headers = "", body = ""): Promise<RawResponse> {
  const [response] = await exchange(port, requestText(target, method, headers, body), [method]);
  return response ?? { status: 0, headers: {}, body: Buffer.alloc(0) };
}

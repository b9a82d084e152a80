import type { ConnectionInfo, ServeHttp } from "../../../src/core/ports/mod.ts";
import type { Dice } from "./dice.ts";
import type { Thread } from "./thread.ts";
import { Violation, type World } from "./world.ts";

type Fetch = Parameters<ServeHttp>[0];

export interface HttpRequest {
  readonly method: "GET" | "POST";
  /** Path and query. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A stream of chunks is sent without a length, chunk by chunk. */
  readonly body?: Uint8Array<ArrayBuffer> | readonly Uint8Array<ArrayBuffer>[];
  /** After that the client hangs up. */
  readonly patienceMs: number;
  /** Pause of the client after each chunk of the answer. */
  readonly pauseMs?: number;
}

export type HttpReply =
  | { readonly type: "answer"; readonly status: number; readonly body: Uint8Array<ArrayBuffer> }
  /** Nobody listened: nothing happened. */
  | { readonly type: "refused" }
  /** The connection ended before the whole answer was there. `heard`: its status had come. */
  | { readonly type: "broken"; readonly heard: number | null };

/** What the network between clients and a node does. */
export interface NetworkTempo {
  readonly delayMs: number;
}

interface Exchange {
  cut(): void;
}

/** The HTTP side of one process: the port `serveHttp`, and what clients reach through it. */
export class SimulatedHttp {
  readonly #world: World;
  readonly #main: Thread;
  readonly #dice: Dice;
  readonly #tempo: NetworkTempo;
  readonly #exchanges = new Set<Exchange>();
  #fetch: Fetch | null = null;
  #closing: (() => void) | null = null;

  constructor(world: World, main: Thread, dice: Dice, tempo: NetworkTempo) {
    this.#world = world;
    this.#main = main;
    this.#dice = dice;
    this.#tempo = tempo;
  }

  readonly serve: ServeHttp = (fetch, options) =>
    new Promise((resolve) => {
      this.#main.at(this.#world.nowMs + this.#delay(), () => {
        this.#fetch = fetch;
        resolve({ port: options.port, close: (graceMs) => this.#close(graceMs) });
      });
    });

  get isListening(): boolean {
    return this.#fetch !== null && !this.#main.isDead;
  }

  /** The process has ended, and with it every connection. */
  end(): void {
    this.#fetch = null;
    for (const exchange of [...this.#exchanges]) exchange.cut();
    this.#exchanges.clear();
  }

  /** A client's request; resolves at the client. */
  request(request: HttpRequest): Promise<HttpReply> {
    return new Promise((resolve) => {
      // Until it is there it never happened, whatever becomes of the process.
      const refuse = (): void => this.#atClient(() => resolve({ type: "refused" }));
      const arriving = { cut: refuse };
      this.#exchanges.add(arriving);
      this.#main.at(this.#world.nowMs + this.#delay(), () => {
        this.#exchanges.delete(arriving);
        if (this.#fetch === null) refuse();
        else this.#begin(this.#fetch, request, resolve);
      });
    });
  }

  #begin(fetch: Fetch, request: HttpRequest, resolve: (reply: HttpReply) => void): void {
    const world = this.#world;
    let isOver = false;
    let heard: number | null = null;
    let reader: ReadableStreamDefaultReader<Uint8Array> | null = null;
    const connection: ConnectionInfo = { gone: () => isOver, remoteAddress: "10.0.0.1" };
    const finish = (reply: HttpReply): void => {
      if (isOver) return;
      isOver = true;
      cancelPatience();
      this.#exchanges.delete(exchange);
      this.#atClient(() => resolve(reply));
      if (this.#exchanges.size === 0) this.#closing?.();
    };
    const cut = (): void => {
      const open = reader;
      finish({ type: "broken", heard });
      // The server sees that the connection is gone and lets go of the answer.
      if (open !== null) this.#main.at(world.nowMs, () => drop(open.cancel("gone")));
    };
    const exchange = { cut };
    this.#exchanges.add(exchange);
    const cancelPatience = world.after(request.patienceMs, cut);
    const answered = async (response: Response): Promise<void> => {
      heard = response.status;
      const chunks: Uint8Array[] = [];
      reader = response.body?.getReader() ?? null;
      try {
        while (reader !== null && !isOver) {
          const { done, value } = await reader.read();
          if (done) break;
          chunks.push(value);
          await this.#onMain(this.#delay() + (request.pauseMs ?? 0));
        }
      } catch {
        finish({ type: "broken", heard });
        return;
      }
      reader = null;
      finish({ type: "answer", status: response.status, body: new Uint8Array(Buffer.concat(chunks)) });
    };
    const failed = (error: unknown): void =>
      world.fail(
        new Violation("HTTP handlers never reject", error instanceof Error ? (error.stack ?? "") : `${error}`),
      );
    Promise.resolve(
      fetch(
        requestOf(
          request,
          () => this.#onMain(this.#delay()),
          () => isOver,
        ),
        connection,
      ),
    ).then(answered, failed);
  }

  async #close(graceMs: number): Promise<void> {
    this.#fetch = null;
    if (this.#exchanges.size > 0) {
      await new Promise<void>((resolve) => {
        this.#closing = resolve;
        this.#main.at(this.#world.nowMs + graceMs, resolve);
      });
    }
    for (const exchange of [...this.#exchanges]) exchange.cut();
    await this.#onMain(0);
  }

  #onMain(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#main.at(this.#world.nowMs + delayMs, resolve);
    });
  }

  #atClient(run: () => void): void {
    this.#world.after(this.#delay(), run);
  }

  #delay(): number {
    return this.#tempo.delayMs * this.#dice.random();
  }
}

/** `next` passes the time until a chunk is there. */
function requestOf(
  { method, target, headers, body }: HttpRequest,
  next: () => Promise<void>,
  isGone: () => boolean,
): Request {
  const url = `http://localhost:4001${target}`;
  if (body === undefined) return new Request(url, { method, headers: { ...headers } });
  if (body instanceof Uint8Array)
    return new Request(url, { method, headers: { ...headers, "content-length": `${body.length}` }, body });
  let at = 0;
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        await next();
        const chunk = body[at++];
        if (isGone()) controller.error(new Error("connection reset"));
        else if (chunk === undefined) controller.close();
        else controller.enqueue(chunk);
      },
    },
    { highWaterMark: 0 },
  );
  return new Request(url, { method, headers: { ...headers }, body: stream, duplex: "half" });
}

function drop(promise: Promise<unknown>): void {
  promise.catch(() => undefined);
}

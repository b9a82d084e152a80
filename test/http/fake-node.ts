import { type App, type Authorizer, createApp, type HttpConfig, type Service } from "../../src/core/http/mod.ts";
import { createMetrics } from "../../src/core/metrics/mod.ts";

/** What the app asked of the node, in order: the method's name and its first argument. */
export interface Call {
  readonly name: keyof Service;
  readonly argument: unknown;
}

export const encoder = new TextEncoder();
export const bytesOf = (text: string): Uint8Array<ArrayBuffer> => encoder.encode(text);

/** A stream of these chunks. */
export function streamOf(...chunks: readonly (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const left = [...chunks];
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = left.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(typeof chunk === "string" ? bytesOf(chunk) : chunk);
    },
  });
}

/** The whole of a stream as text. */
export const textOf = (stream: ReadableStream<Uint8Array>): Promise<string> => new Response(stream).text();

/** A node that answers what it is told to, and says what it was asked. */
export class FakeNode {
  readonly calls: Call[] = [];
  readonly failures: unknown[] = [];
  readonly metrics = createMetrics();
  readonly app: App;
  monotonicMs = 1000;

  constructor(answers: Partial<Service> = {}, config: Partial<HttpConfig> = {}) {
    const service: Service = {
      submit: async () => ({ type: "json", body: bytesOf('{"results":[]}'), servedBy: "here:4001" }),
      analyse: async () => ({ type: "json", body: bytesOf('{"results":[]}'), servedBy: null }),
      backup: async () => ({ type: "stream", body: streamOf("SQLite ", "format 3"), servedBy: "here:4001" }),
      loadFile: async () => ({ type: "done", servedBy: "here:4001" }),
      boot: async () => ({ type: "done" }),
      remove: async () => ({ type: "done", servedBy: "here:4001" }),
      stepdown: async () => ({ type: "done", servedBy: "here:4001" }),
      snapshot: async () => ({ type: "taken" }),
      reap: async () => ({ type: "reaped", snapshots: 3, wals: 2 }),
      nodes: async () => ({ type: "nodes", nodes: [] }),
      leader: async () => ({ type: "no-leader" }),
      readiness: async () => ({ type: "ready" }),
      status: async () => ({ type: "status", report: {} }),
      processVars: () => ({ commandLine: ["quolite", "-fk"], memory: { heapUsed: 1 } }),
      ...answers,
    };
    const seen = new Proxy(service, {
      get:
        (target, name: keyof Service) =>
        (argument: unknown, ...rest: unknown[]) => {
          this.calls.push({ name, argument });
          return Reflect.apply(target[name], target, [argument, ...rest]);
        },
    });
    this.app = createApp(seen, {
      versionHeader: "v10.3.0",
      allowOrigin: null,
      authorizer: null,
      bodyBytesMax: 1_000_000,
      clock: { nowMs: () => 0, monotonicMs: () => this.monotonicMs },
      metrics: this.metrics,
      failed: (error) => this.failures.push(error),
      ...config,
    });
  }

  /** Sends a request to a path; a body makes it a stream's or a text's as it is. */
  async send(method: string, path: string, init: RequestInit = {}): Promise<Response> {
    const streaming = init.body instanceof ReadableStream ? ({ duplex: "half" } as const) : {};
    const request = new Request(`http://here:4001${path}`, { method, ...init, ...streaming });
    return await this.app.fetch(request, { gone: () => false, remoteAddress: "127.0.0.1" });
  }

  get(path: string): Promise<Response> {
    return this.send("GET", path);
  }

  post(path: string, body: RequestInit["body"] = "[]", headers: Record<string, string> = {}): Promise<Response> {
    return this.send("POST", path, { body: body ?? null, headers });
  }

  /** The argument of the one call there was. */
  get asked(): unknown {
    if (this.calls.length !== 1) throw new Error(`${this.calls.length} calls`);
    return this.calls[0]?.argument;
  }
}

/** Lets a request in whose Authorization header lists every permission that it takes. */
export const listAuthorizer: Authorizer = (authorization, permissions) =>
  permissions.every((permission) => authorization?.split(" ").includes(permission)) ? "allow" : "deny";

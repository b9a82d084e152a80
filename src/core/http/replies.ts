import type { HttpConfig } from "./config.ts";
import type { Refusal } from "./service.ts";

export const contentTypes = {
  json: "application/json; charset=utf-8",
  text: "text/plain; charset=utf-8",
  html: "text/html; charset=utf-8",
  css: "text/css; charset=utf-8",
  sql: "application/sql",
  binary: "application/octet-stream",
} as const;
export type ContentType = (typeof contentTypes)[keyof typeof contentTypes];

type Headers = Readonly<Record<string, string>>;
export type Body = string | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

/** How many served-by addresses keep a header set; in a cluster there are as many as nodes. */
const servedByMax = 64;

/**
 * Builds every response. Header sets are made once and handed to the runtime as plain objects: Node's adapter then
 * writes them as they are, without a `Headers` object per response.
 */
export class Replies {
  readonly #metrics: HttpConfig["metrics"];
  readonly #bare: Headers;
  readonly #textError: Headers;
  readonly #typed: ReadonlyMap<ContentType, Headers>;
  readonly #served = new Map<string, Headers>();

  constructor(config: HttpConfig) {
    this.#metrics = config.metrics;
    this.#bare = standingHeaders(config);
    this.#textError = { ...this.#bare, "Content-Type": contentTypes.text, "X-Content-Type-Options": "nosniff" };
    this.#typed = new Map(Object.values(contentTypes).map((type) => [type, { ...this.#bare, "Content-Type": type }]));
  }

  /** "empty N" of §1.4; a content type that the route has set already stays. */
  empty(status: number, type: ContentType | null = null): Response {
    return new Response(null, { status, headers: this.#withType(type) });
  }

  /** "text error N": message and newline (§1.4). */
  textError(status: number, message: string, servedBy: string | null = null): Response {
    const headers = servedBy === null ? this.#textError : { ...this.#textError, "X-Rqlite-Served-By": servedBy };
    return new Response(`${message}\n`, { status, headers });
  }

  /** A body as it is, with 200 unless said otherwise. */
  body(body: Body, type: ContentType, servedBy: string | null = null, status = 200): Response {
    const headers = servedBy === null ? this.#withType(type) : this.#withServedBy(type, servedBy);
    return new Response(body, { status, headers });
  }

  /** Empty 200 of a forwardable operation. */
  emptyServed(servedBy: string | null): Response {
    const headers = servedBy === null ? this.#bare : { ...this.#bare, "X-Rqlite-Served-By": servedBy };
    return new Response(null, { status: 200, headers });
  }

  /** A redirect; with `html`, the stub that browsers of old showed. */
  redirect(status: 301 | 302, location: string, type: ContentType | null, html: string | null = null): Response {
    return new Response(html, { status, headers: { ...this.#withType(type), Location: location } });
  }

  /**
   * What most routes answer to a refusal. `here` is this request's path and query as it came, for a redirect;
   * `notOpen` what the route says while the store is not open (§16.3).
   */
  refusal(
    refusal: Refusal,
    here: string,
    type: ContentType | null,
    notOpen: { status: number; message: string },
  ): Response {
    switch (refusal.type) {
      case "text":
        return this.textError(refusal.status, refusal.message, refusal.servedBy ?? null);
      case "elsewhere":
        // 500, not 503: §11.2.
        if (refusal.leaderUrl === null) return this.textError(500, "leader not found");
        return this.redirect(301, refusal.leaderUrl + here, type);
      case "no-leader":
        this.#metrics.http.leader_not_found++;
        return this.textError(503, "leader not found");
      case "not-open":
        return this.textError(notOpen.status, notOpen.message);
    }
  }

  #withType(type: ContentType | null): Headers {
    return (type === null ? undefined : this.#typed.get(type)) ?? this.#bare;
  }

  #withServedBy(type: ContentType, servedBy: string): Headers {
    const key = type + servedBy;
    const known = this.#served.get(key);
    if (known !== undefined) return known;
    if (this.#served.size >= servedByMax) this.#served.clear();
    const headers = { ...this.#withType(type), "X-Rqlite-Served-By": servedBy };
    this.#served.set(key, headers);
    return headers;
  }
}

/** The headers of every response (§1.3). */
function standingHeaders(config: HttpConfig): Headers {
  const origin = config.allowOrigin ?? "";
  const auth = config.authorizer !== null;
  return {
    "X-Rqlite-Version": config.versionHeader === "" ? "unknown" : config.versionHeader,
    ...(origin === "" ? {} : { "Access-Control-Allow-Origin": origin }),
    "Access-Control-Allow-Methods": "OPTIONS, GET, POST",
    "Access-Control-Allow-Headers": auth ? "Content-Type, Authorization" : "Content-Type",
    ...(auth ? { "Access-Control-Allow-Credentials": "true", "WWW-Authenticate": 'Basic realm="rqlite"' } : {}),
  };
}

import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Child, runtimes } from "./child.ts";
import type { Seen, Stats } from "./http-fixture.ts";
import { ask, exchange, RawConnection, type RawResponse, readResponses, requestText } from "./raw-http.ts";

const later = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));
const seen = ({ body }: RawResponse): Seen => JSON.parse(body.toString());
const mebibyte = 1024 * 1024;

function sum(bytes: Uint8Array): number {
  let total = 0;
  for (let i = 0; i < bytes.length; i++) total = (total * 31 + (bytes[i] ?? 0)) >>> 0;
  return total;
}

/** In chunks of all sizes, as a chunked body is sent. */
function chunked(bytes: Uint8Array): Buffer {
  const parts: Uint8Array[] = [];
  for (let at = 0, size = 1; at < bytes.length; at += size, size = Math.min(size * 3, 100_000)) {
    const part = bytes.subarray(at, at + size);
    parts.push(Buffer.from(`${part.length.toString(16)};an=extension\r\n`), part, Buffer.from("\r\n"));
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")]);
}

/** Posts pieces one by one as fast as the server takes them; resolves to the answer. */
function upload(port: number, path: string, pieces: Iterable<Uint8Array>): Promise<string> {
  return new Promise((resolve, reject) => {
    const posted = request({ port, path, method: "POST", host: "127.0.0.1" }, (response) => {
      let text = "";
      response.on("data", (bytes: Buffer) => {
        text += bytes.toString();
      });
      response.on("end", () => resolve(text));
    });
    posted.on("error", reject);
    const iterator = pieces[Symbol.iterator]();
    const more = (): void => {
      for (;;) {
        const { done, value } = iterator.next();
        if (done === true) {
          posted.end();
          return;
        }
        if (!posted.write(value)) break;
      }
      posted.once("drain", more);
    };
    more();
  });
}

describe.each(runtimes)("the HTTP server on %s", (runtime) => {
  let child: Child;
  let port = 0;
  beforeAll(async () => {
    child = new Child(runtime, "http-fixture.ts", [runtime, "localhost"]);
    port = Number(await child.line(0));
  });
  afterAll(() => child.end());

  const stats = async (): Promise<Stats> => JSON.parse((await ask(port, "/stats")).body.toString());
  /** Waits until the counters satisfy the condition; returns the last. */
  const until = async (satisfied: (now: Stats) => boolean): Promise<Stats> => {
    for (let i = 0; ; i++) {
      const now = await stats();
      if (satisfied(now) || i === 200) return now;
      await later(10);
    }
  };

  test("a port that is taken", async () => {
    expect(await child.line(1)).toBe(`listen tcp localhost:${port}: bind: address already in use`);
  });

  // The second column is what Bun makes of it (see its adapter).
  test.each([
    ["/db/execute/../query", "/db/query"],
    ["/db/./query", "/db/query"],
    ["/db/%2e%2E/query", "/query"],
    ["//db/query"],
    ["/db/query/"],
    ["/db%2Fquery"],
    ["/db/query?q=a;b&c=../d"],
    ["/db/query?q=SELECT%20'%zz'", "/db/query?q=SELECT%20%27%zz%27"],
    ["/%zz%"],
    ["/%00%ff"],
    ["/db/query#x?y"],
    ["/?"],
  ])("the path %s reaches the app as it is", async (target, onBun = target) => {
    const url = (await seen(await ask(port, target))).url;
    expect(url.slice(url.indexOf("/", 8))).toBe(runtime === "bun" ? onBun : target);
  });

  test.each(["/db/\xe9", "/db/query?q=\xff", "/a b", "/db\\query", "*", ""])(
    "the bad target %j harms nobody",
    async (target) => {
      const [response] = await exchange(port, requestText(target));
      expect([undefined, 200, 400, 505]).toContain(response?.status);
      expect((await ask(port, "/after")).status).toBe(200);
    },
  );

  test("an absolute target's path counts, its host does not", async () => {
    expect(new URL(seen(await ask(port, "http://elsewhere/db/query?a")).url).pathname).toBe("/db/query");
  });

  test("without Host: 400 on HTTP/1.1, an answer on HTTP/1.0", async () => {
    const [newer] = await exchange(port, "GET /x?y HTTP/1.1\r\nConnection: close\r\n\r\n");
    expect(newer?.status).toBe(400);
    const [older] = await exchange(port, "GET /x?y HTTP/1.0\r\n\r\n");
    // Deno doesn't tell the versions apart.
    expect(older?.status).toBe(runtime === "deno" ? 400 : 200);
    if (older?.status === 200) expect(seen(older).url).toMatch(/^http:\/\/[^/]+\/x\?y$/);
  });

  test.each(["example.com:4001", "EXAMPLE.com", "[::1]:4001", "a_b-c.d"])("Host: %s is not looked at", async (host) => {
    const [response] = await exchange(port, `GET /db/query HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(seen(response as RawResponse).url).toMatch(/\/db\/query$/);
  });

  test("methods, content type and the client's address reach the app", async () => {
    for (const method of ["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
      expect(seen(await ask(port, "/x", method, "Content-Type: a/b\r\n"))).toMatchObject({
        method,
        type: "a/b",
        remoteAddress: "127.0.0.1",
      });
    }
  });

  test("HEAD is the app's own affair", async () => {
    const response = await ask(port, "/none", "HEAD");
    expect(response.status).toBe(404);
    const found = await ask(port, "/x", "HEAD");
    expect(found.status).toBe(200);
    expect(found.body.length).toBe(0);
  });

  test("an answer has the app's headers, a date, a length, and nothing else", async () => {
    for (const [target, extra] of [
      ["/none", []],
      ["/unicode", ["content-type"]],
      ["/bytes?count=9", ["content-type"]],
    ] as const) {
      const { headers } = await ask(port, target);
      const names = Object.keys(headers)
        .filter((name) => !(extra as readonly string[]).includes(name))
        .sort();
      const length = headers["transfer-encoding"] === undefined ? "content-length" : "transfer-encoding";
      const close = headers.connection === undefined ? [] : ["connection"];
      expect(names).toEqual(["access-control-allow-methods", ...close, "date", "x-rqlite-version", length].sort());
      expect(headers["x-rqlite-version"]).toBe("v1");
    }
  });

  test("an app that throws is a 500, and the server lives", async () => {
    expect((await ask(port, "/throw")).status).toBe(500);
    expect((await ask(port, "/x")).status).toBe(200);
  });

  test("bodies come out as they are", async () => {
    for (const count of [0, 1, 256, 16_384, 16_385, 3 * mebibyte]) {
      const { body } = await ask(port, `/bytes?count=${count}`);
      expect(body.length).toBe(count);
      expect(body.every((byte, at) => byte === at % 256)).toBe(true);
    }
    expect((await ask(port, "/unicode")).body.toString()).toBe("grüße \u{1f600} \u0000");
  });

  test("bodies go in as they are, of a known length and chunked", async () => {
    for (const count of [0, 1, 1000, 16_384, 16_385, 70_000, 10 * mebibyte]) {
      const bytes = Uint8Array.from({ length: count }, (_, i) => (i * 7) % 256);
      const expected = `{"length":${count},"sum":${sum(bytes)}}`;
      const head = requestText("/whole", "POST", `Content-Length: ${count}\r\n`);
      const [known] = await exchange(port, Buffer.concat([Buffer.from(head), bytes]));
      expect(known?.body.toString()).toBe(expected);
      const chunkedHead = requestText("/whole", "POST", "Transfer-Encoding: chunked\r\n");
      const [open] = await exchange(port, Buffer.concat([Buffer.from(chunkedHead), chunked(bytes)]));
      expect(open?.body.toString()).toBe(expected);
    }
  });

  test("a body that comes in drops, and a client that asks first", async () => {
    const connection = new RawConnection(port);
    connection.send("POST /whole HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Le");
    await later(20);
    connection.send("ngth: 6\r\n\r\n");
    expect(await connection.until((text) => text.startsWith("HTTP/1.1 100 Continue\r\n"))).toBe(true);
    for (const byte of "abcdef") {
      await later(5);
      connection.send(byte);
    }
    await connection.until((text) => text.includes("}"));
    expect(connection.received.toString()).toContain(`{"length":6,"sum":${sum(Buffer.from("abcdef"))}}`);
    connection.leave("fin");
  });

  // Bun closes the connection instead.
  test.skipIf(runtime === "bun")("pipelined requests are answered in order", async () => {
    const lines = (target: string, body: string): string =>
      `POST ${target} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const connection = new RawConnection(port);
    connection.send(lines("/slow?ms=60", "a") + lines("/whole", "bc") + lines("/slow?ms=5", ""));
    await connection.until((text) => text.includes("slow 5"));
    const bodies = readResponses(connection.received).map(({ body }) => body.toString());
    expect(bodies).toEqual(["slow 60", `{"length":2,"sum":${sum(Buffer.from("bc"))}}`, "slow 5"]);
    connection.leave("fin");
  });

  test("a connection is kept, also when idle for a while", async () => {
    const connection = new RawConnection(port);
    for (let i = 1; i <= 3; i++) {
      connection.send(`GET /slow?ms=${i} HTTP/1.1\r\nHost: x\r\n\r\n`);
      expect(await connection.until((text) => text.includes(`slow ${i}`))).toBe(true);
      await later(20);
    }
    connection.leave("fin");
  });

  test("heads have a limit; beyond it the request is refused and nobody else notices", async () => {
    expect((await ask(port, `/long?q=${"a".repeat(40_000)}`)).status).toBe(200);
    const beyond = await ask(port, `/long?q=${"a".repeat(90_000)}`);
    // Deno cuts the connection, which may overtake its answer.
    expect(runtime === "deno" ? [0, 400, 431] : [431]).toContain(beyond.status);
    expect((await ask(port, "/x", "GET", `X-Long: ${"b".repeat(90_000)}\r\n`)).status).not.toBe(200);
    expect((await ask(port, "/x")).status).toBe(200);
  });

  test("many connections at once", async () => {
    const targets = Array.from({ length: 500 }, (_, i) => `/db/query?number=${i}`);
    const responses = await Promise.all(
      targets.map((target) => ask(port, target, "POST", "Content-Length: 3\r\n", "[1]")),
    );
    for (const [i, response] of responses.entries()) expect(seen(response).url.endsWith(targets[i] ?? "")).toBe(true);
  });

  test("an upload is taken no faster than it is read", async () => {
    const before = await stats();
    const connection = new RawConnection(port);
    const piece = Buffer.alloc(mebibyte, 66);
    connection.send("POST /read-slowly?pause=700 HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n");
    for (let i = 0; i < 256; i++) connection.send(piece);
    await until((now) => now.readBytes > before.readBytes);
    await later(300);
    const waiting = connection.socket.writableLength;
    expect(waiting, "most of it still waits at the client").toBeGreaterThan(128 * mebibyte);
    connection.leave("reset");
    expect((await until((now) => now.readErrors > before.readErrors)).readErrors).toBe(before.readErrors + 1);
  });

  test("an upload may be of any size", async () => {
    const piece = Buffer.alloc(mebibyte, 67);
    const pieces = function* (): Iterable<Uint8Array> {
      for (let i = 0; i < 200; i++) yield piece;
    };
    expect(await upload(port, "/read-slowly?pause=0", pieces())).toBe(`{"length":${200 * mebibyte}}`);
  });

  test("an app may answer without reading the body", async () => {
    const connection = new RawConnection(port);
    connection.send("POST /refuse HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n").send(Buffer.alloc(400_000));
    expect(await connection.until((text) => text.includes("no\n"))).toBe(true);
    connection.leave("fin");
    expect((await ask(port, "/x")).status).toBe(200);
  });

  test("a download is made no faster than it is taken, and stops when the client leaves", async () => {
    const before = await stats();
    const connection = new RawConnection(port, "127.0.0.1", { keep: false });
    connection.send(`GET /download?bytes=${1024 * mebibyte} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await until(() => connection.receivedBytes > mebibyte);
    connection.socket.pause();
    await later(300);
    const paused = await stats();
    await later(100);
    const still = await stats();
    expect(still.madeBytes - paused.madeBytes, "nothing is made while nothing is taken").toBe(0);
    expect(still.madeBytes - before.madeBytes).toBeLessThan(128 * mebibyte);
    connection.leave("reset");
    expect((await until((now) => now.cancels > before.cancels)).cancels).toBe(before.cancels + 1);
  });

  test("a download arrives whole; one that breaks is cut", async () => {
    const whole = await ask(port, `/download?bytes=${8 * mebibyte + 1}`);
    expect(whole.body.length).toBe(8 * mebibyte + 1);
    expect(whole.headers["content-type"]).toBe("application/octet-stream");
    const connection = new RawConnection(port);
    connection.send(requestText(`/download?bytes=${8 * mebibyte}&breaks=${mebibyte}`));
    await connection.closed;
    expect(connection.received.toString("latin1")).toMatch(/^HTTP\/1\.1 200 /);
    expect(connection.received.subarray(-5).toString(), "no end of the chunks").not.toBe("0\r\n\r\n");
    expect((await ask(port, "/x")).status).toBe(200);
  });

  test.each(["fin", "reset"] as const)("a client that leaves (%s) is noticed", async (how) => {
    const before = await stats();
    const connection = new RawConnection(port);
    connection.send("POST /wait HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n[]");
    await later(50);
    connection.leave(how);
    expect((await until((now) => now.gone > before.gone)).gone).toBe(before.gone + 1);
  });

  test("stdout is not the server's", () => {
    expect(child.out.split("\n").length).toBe(3);
  });
});

describe.each(runtimes)("closing the HTTP server on %s", (runtime) => {
  const start = async (host: string): Promise<{ readonly child: Child; readonly port: number }> => {
    const child = new Child(runtime, "http-fixture.ts", [runtime, host]);
    return { child, port: Number(await child.line(0)) };
  };

  test.each(["", "0.0.0.0", "[::]"])("a server on %j is reached by IPv4 and IPv6", async (host) => {
    const { child, port } = await start(host);
    for (const address of ["127.0.0.1", "::1"]) {
      const connection = new RawConnection(port, address).send(requestText("/x"));
      await connection.closed;
      expect(readResponses(connection.received)[0]?.status, address).toBe(200);
    }
    child.end();
  });

  test("what is under way is finished, what is idle is closed, nothing new is taken", async () => {
    const { child, port } = await start("localhost");
    const idle = new RawConnection(port).send("GET /x HTTP/1.1\r\nHost: x\r\n\r\n");
    await idle.until((text) => text.includes("}"));
    const silent = new RawConnection(port);
    const half = new RawConnection(port).send("GET /x HTTP/1.1\r\nHo");
    const slow = new RawConnection(port).send("GET /slow?ms=600 HTTP/1.1\r\nHost: x\r\n\r\n");
    const download = new RawConnection(port).send(`GET /download?bytes=${mebibyte} HTTP/1.1\r\nHost: x\r\n\r\n`);
    const sending = new RawConnection(port).send("POST /whole HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n");
    download.socket.pause();
    await later(100);
    await ask(port, "/close");
    await later(150);
    // Deno can't stop accepting without dropping what is under way.
    expect((await ask(port, "/x")).status).toBe(runtime === "deno" ? 503 : 0);
    sending.send(Buffer.alloc(20_000));
    download.socket.resume();
    await Promise.all([idle, half, slow, download, sending].map(({ closed }) => closed));
    expect(slow.received.toString()).toContain("slow 600");
    expect(sending.received.toString()).toContain(`{"length":20000`);
    expect(readResponses(download.received)[0]?.body.length).toBe(mebibyte);
    const took = Number((await child.line(2)).split(" ")[1]);
    expect(took).toBeGreaterThan(200);
    expect(took).toBeLessThan(5000);
    child.end();
    silent.leave("reset");
  });

  test("past the grace, connections are cut", async () => {
    const { child, port } = await start("localhost");
    const slow = new RawConnection(port).send("GET /slow?ms=60000 HTTP/1.1\r\nHost: x\r\n\r\n");
    await later(100);
    await ask(port, "/close?grace=200");
    await slow.closed;
    expect(slow.received.length).toBe(0);
    expect(Number((await child.line(2)).split(" ")[1])).toBeLessThan(3000);
    child.end();
  });
});

import { describe, expect, test } from "vitest";
import type { Refusal, StatementReply } from "../../src/core/http/mod.ts";
import { bytesOf, FakeNode, streamOf } from "./fake-node.ts";

const json = "application/json; charset=utf-8";
const text = "text/plain; charset=utf-8";

const answering = (reply: StatementReply): FakeNode =>
  new FakeNode({ submit: async () => reply, analyse: async () => reply });

/** Statement endpoints, and the content type of their answers. */
const endpoints = [
  ["execute", "/db/execute", json],
  ["query", "/db/query", json],
  ["request", "/db/request", json],
  ["load", "/db/load", text],
] as const;

describe("the body goes to the node as it came", () => {
  const bodies = ["", "[]", '["SELECT 1"] junk', "\ufeff[]", "SELECT '\u0000é😀'"];
  test.each(endpoints)("%s", async (endpoint, path, type) => {
    for (const body of bodies) {
      const node = new FakeNode();
      const response = await node.post(path, body);
      expect(node.calls.map(({ name }) => name)).toEqual(["submit"]);
      expect(node.asked).toMatchObject({ endpoint, body: bytesOf(body) });
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe(type);
      expect(response.headers.get("x-rqlite-served-by")).toBe("here:4001");
      expect(await response.text()).toBe('{"results":[]}');
    }
  });
  test("chunked too, every byte of it", async () => {
    const node = new FakeNode();
    const every = Uint8Array.from({ length: 256 }, (_, i) => i);
    await node.post("/db/execute", streamOf(every.subarray(0, 100), new Uint8Array(0), every.subarray(100)));
    expect(node.asked).toMatchObject({ body: every });
  });
});

describe("JSON or one SQL text (http-api §4.1)", () => {
  test.each([
    ["/db/execute", "text/plain", "text"],
    ["/db/execute", "text/plain; charset=utf-8", "text"],
    ["/db/execute", "text/plainly", "text"],
    ["/db/execute", "Text/Plain", "json"],
    ["/db/execute", "application/json", "json"],
    ["/db/execute", "application/x-www-form-urlencoded", "json"],
    ["/db/query", "text/plain", "text"],
    ["/db/request", "text/plain", "json"],
    ["/db/load", "application/json", "text"],
    ["/db/sql", "text/plain", "json"],
  ])("%s of %s", async (path, type, format) => {
    const node = new FakeNode();
    await node.post(path, "[]", { "Content-Type": type });
    expect(node.asked).toMatchObject({ format });
  });
});

describe("GET", () => {
  test("runs q as one text", async () => {
    const node = new FakeNode();
    await node.get("/db/query?q=SELECT+%ff%20");
    expect(node.asked).toMatchObject({ endpoint: "query", format: "text" });
    expect(node.asked).toMatchObject({ body: Uint8Array.from([...bytesOf("SELECT "), 0xff, 0x20]) });
  });
  test("without q is one empty statement", async () => {
    const node = new FakeNode();
    expect((await node.get("/db/query")).status).toBe(200);
    expect(node.asked).toMatchObject({ endpoint: "query", format: "text", body: new Uint8Array(0) });
  });
  test("hands out a buffer of its own each time, since it may be transferred", async () => {
    const buffers: ArrayBuffer[] = [];
    const node = new FakeNode({
      submit: async ({ body }) => {
        buffers.push(structuredClone(body.buffer, { transfer: [body.buffer] }));
        return { type: "error", message: "x" };
      },
    });
    await node.get("/db/query?q=SELECT");
    await node.get("/db/query?q=SELECT");
    expect(buffers.map((buffer) => buffer.byteLength)).toEqual([6, 6]);
  });
  test("of /db/sql needs it", async () => {
    const node = new FakeNode();
    const response = await node.get("/db/sql");
    expect(response.status).toBe(400);
    expect(await response.text()).toBe("query not specified\n");
    expect(node.calls).toEqual([]);
    await node.get("/db/sql?q=x&pretty&timings");
    expect(node.asked).toEqual({ format: "text", body: bytesOf("x"), pretty: true, timings: true });
  });
});

describe("what the node says", () => {
  test("a stream passes as it comes", async () => {
    const node = answering({ type: "stream", body: streamOf('{"results":', "[]}"), servedBy: "r:4002" });
    const response = await node.post("/db/query");
    expect(await response.text()).toBe('{"results":[]}');
    expect(response.headers.get("x-rqlite-served-by")).toBe("r:4002");
  });
  test("a client that goes away cancels it", async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(bytesOf("x")),
      cancel: () => {
        cancelled = true;
      },
    });
    const response = await answering({ type: "stream", body, servedBy: null }).post("/db/query");
    await response.body?.cancel();
    expect(cancelled).toBe(true);
  });
  test("no address, no header", async () => {
    const response = await answering({ type: "json", body: bytesOf("{}"), servedBy: null }).post("/db/execute");
    expect(response.headers.has("x-rqlite-served-by")).toBe(false);
  });

  test.each(endpoints)("%s: a failure of the whole request is 200 with an error", async (_endpoint, path, type) => {
    const response = await answering({ type: "error", message: "stale <read>" }).post(path, "x");
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(type);
    expect(response.headers.has("x-rqlite-served-by")).toBe(false);
    expect(await response.text()).toBe('{"results":[],"error":"stale \\u003cread\\u003e"}');
  });
  test.each(endpoints)("%s: not open yet is 200 with an error", async (_endpoint, path) => {
    const response = await answering({ type: "not-open" }).post(path, "x");
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('{"results":[],"error":"store not open"}');
  });
  test("with timings it says how long it took, pretty it is indented", async () => {
    const node: FakeNode = new FakeNode({
      submit: async () => {
        node.monotonicMs += 250;
        return { type: "error", message: "x" };
      },
    });
    expect(await (await node.post("/db/query?timings")).text()).toBe('{"results":[],"error":"x","time":0.25}');
    expect(await (await node.post("/db/query?timings&pretty")).text()).toBe(
      '{\n    "results": [],\n    "error": "x",\n    "time": 0.25\n}',
    );
  });

  const refusals: readonly [string, Refusal, number, string][] = [
    ["a bad body", { type: "text", status: 400, message: "no statements" }, 400, "no statements\n"],
    [
      "no rights there",
      { type: "text", status: 401, message: "remote query not authorized" },
      401,
      "remote query not authorized\n",
    ],
    ["infinity", { type: "text", status: 500, message: "json: +Inf", servedBy: "here:4001" }, 500, "json: +Inf\n"],
    ["no leader", { type: "no-leader" }, 503, "leader not found\n"],
    ["redirect to nobody", { type: "elsewhere", leaderUrl: null }, 500, "leader not found\n"],
  ];
  describe.each(endpoints)("%s", (_endpoint, path) => {
    test.each(refusals)("%s", async (_name, refusal, status, body) => {
      const node = answering(refusal);
      const response = await node.post(path, "x");
      expect(response.status).toBe(status);
      expect(response.headers.get("content-type")).toBe(text);
      expect(response.headers.get("x-content-type-options")).toBe("nosniff");
      expect(await response.text()).toBe(body);
      const servedBy = refusal.type === "text" ? (refusal.servedBy ?? null) : null;
      expect(response.headers.get("x-rqlite-served-by")).toBe(servedBy);
      expect(node.metrics.http.leader_not_found).toBe(refusal.type === "no-leader" ? 1 : 0);
    });
  });
});

describe("redirect (http-api §11.2)", () => {
  test.each([
    ["/db/execute?redirect&timings", "http://lead:4001/db/execute?redirect&timings"],
    ["/db/execute?redirect=%20+x", "http://lead:4001/db/execute?redirect=%20+x"],
    ["/db%2Fexecute%20%E2%82%AC?redirect", "http://lead:4001/db/execute%20%E2%82%AC?redirect"],
    ["/db/execute%0d%0aX:y?redirect", "http://lead:4001/db/execute%0D%0AX:y?redirect"],
    ["/db/execute%ff?redirect", "http://lead:4001/db/execute%EF%BF%BD?redirect"],
  ])("%s", async (path, location) => {
    const response = await answering({ type: "elsewhere", leaderUrl: "http://lead:4001" }).post(path);
    expect(response.status).toBe(301);
    expect(response.headers.get("location")).toBe(location);
    expect(await response.text()).toBe("");
  });
});

describe("a body that can't be had", () => {
  const broken = (): ReadableStream<Uint8Array> =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytesOf("["));
      },
      pull(controller) {
        controller.error(new Error("gone"));
      },
    });
  test.each([...endpoints.map(([, path]) => path), "/db/sql"])("%s", async (path) => {
    const small = new FakeNode({}, { bodyBytesMax: 16 });
    const large = "x".repeat(17);
    for (const body of [large, streamOf("x", large.slice(1))]) {
      const response = await small.post(path, body, typeof body === "string" ? { "Content-Length": "17" } : {});
      expect(response.status).toBe(400);
      expect(await response.text()).toBe("request body is larger than 16 bytes\n");
    }
    expect((await small.post(path, "x".repeat(16))).status).toBe(200);
    const left = await small.post(path, broken());
    expect(left.status).toBe(400);
    expect(await left.text()).toBe("unexpected EOF\n");
    expect(small.calls).toHaveLength(1);
  });
});

test("the queue isn't there, and says so", async () => {
  const node = new FakeNode();
  const response = await node.post("/db/execute?queue&wait");
  expect(response.status).toBe(503);
  expect(await response.text()).toBe("queued writes are not available yet\n");
  expect(node.calls).toEqual([]);
});

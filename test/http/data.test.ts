import { describe, expect, test } from "vitest";
import type { Refusal } from "../../src/core/http/mod.ts";
import { bytesOf, FakeNode, streamOf, textOf } from "./fake-node.ts";

const file = `SQLite format 3\0${"p".repeat(1000)}`;
const broken = (...chunks: readonly string[]): ReadableStream<Uint8Array> => {
  const left = [...chunks];
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = left.shift();
      if (chunk === undefined) controller.error(new Error("gone"));
      else controller.enqueue(bytesOf(chunk));
    },
  });
};

describe("backup", () => {
  test.each([
    ["", { format: "binary", vacuum: false, tables: [], noleader: false }, "application/octet-stream"],
    ["?fmt=SQL&tables=a,b", { format: "sql", vacuum: false, tables: ["a", "b"], noleader: false }, "application/sql"],
    [
      "?fmt=delete&noleader",
      { format: "delete", vacuum: false, tables: [], noleader: true },
      "application/octet-stream",
    ],
    ["?vacuum&fmt=x", { format: "binary", vacuum: true, tables: [], noleader: false }, "application/octet-stream"],
  ])("%s", async (query, call, type) => {
    const node = new FakeNode();
    const response = await node.get(`/db/backup${query}`);
    expect(node.asked).toEqual({ ...call, timeoutMs: 30_000, retries: 0, redirect: false });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(type);
    expect(response.headers.has("content-disposition")).toBe(false);
    expect(response.headers.get("x-rqlite-served-by")).toBe("here:4001");
    expect(await response.text()).toBe("SQLite format 3");
  });
  test("compressed, in pieces, and with nothing said about it in the headers", async () => {
    const response = await new FakeNode().get("/db/backup?compress");
    expect(response.headers.has("content-encoding")).toBe(false);
    expect(response.headers.get("content-type")).toBe("application/octet-stream");
    expect(response.body).not.toBeNull();
    if (response.body === null) return;
    const { readable, writable } = new DecompressionStream("gzip");
    expect(await textOf(response.body.pipeThrough({ readable, writable }))).toBe("SQLite format 3");
  });
  test.each(["", "?compress"])("a client that goes away stops it (%s)", async (query) => {
    let cancelled: () => void = () => undefined;
    const cancellation = new Promise<void>((resolve) => {
      cancelled = resolve;
    });
    const noise = Uint8Array.from({ length: 65_536 }, (_, i) => (i * i * 7919) >> 3);
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled++;
        controller.enqueue(noise.slice());
      },
      cancel: () => cancelled(),
    });
    const node = new FakeNode({ backup: async () => ({ type: "stream", body, servedBy: null }) });
    const reader = (await node.get(`/db/backup${query}`)).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await cancellation;
    expect(pulled).toBeLessThan(20);
  });
  test.each(["fmt=sql&vacuum", "vacuum&fmt=DELETE"])("%s makes no sense", async (query) => {
    const node = new FakeNode();
    const response = await node.get(`/db/backup?${query}`);
    expect(response.status).toBe(400);
    expect(await response.text()).toBe("invalid backup format\n");
    expect(node.calls).toEqual([]);
  });
  test.each<[Refusal, number, string]>([
    [{ type: "not-open" }, 500, "store not open\n"],
    [{ type: "no-leader" }, 503, "leader not found\n"],
    [{ type: "text", status: 500, message: "disk" }, 500, "disk\n"],
    [{ type: "elsewhere", leaderUrl: null }, 500, "leader not found\n"],
  ])("refused: %j", async (refusal, status, text) => {
    const response = await new FakeNode({ backup: async () => refusal }).get("/db/backup");
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(text);
  });
});

describe("load decides by content", () => {
  test.each<[string, string, "loadFile" | "submit"]>([
    ["a file", file, "loadFile"],
    ["fourteen bytes", "SQLite format ", "loadFile"],
    ["thirteen bytes", "SQLite format", "submit"],
    ["other case", "sqlite format 3", "submit"],
    ["SQL", "SELECT 1", "submit"],
    ["nothing", "", "submit"],
  ])("%s", async (_name, body, method) => {
    const taken: string[] = [];
    const node = new FakeNode({
      loadFile: async (_call, stream) => {
        taken.push(await textOf(stream));
        return { type: "done", servedBy: "here:4001" };
      },
    });
    for (const form of [body, streamOf(...body)]) {
      node.calls.length = 0;
      const response = await node.post("/db/load?timings", form, { "Content-Type": "application/json" });
      expect(node.calls.map(({ name }) => name)).toEqual([method]);
      if (method === "submit")
        expect(node.asked).toMatchObject({ endpoint: "load", format: "text", body: bytesOf(body) });
      else expect(taken.pop()).toBe(body);
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
      expect(response.headers.get("x-rqlite-served-by")).toBe("here:4001");
      expect(await response.text()).toBe('{"results":[]}');
    }
  });
  test("a file larger than memory's bound streams", async () => {
    let length = 0;
    const node = new FakeNode(
      {
        loadFile: async (_call, stream) => {
          length = (await textOf(stream)).length;
          return { type: "done", servedBy: null };
        },
      },
      { bodyBytesMax: 16 },
    );
    expect((await node.post("/db/load", file)).status).toBe(200);
    expect(length).toBe(file.length);
  });
  test("with the real time", async () => {
    const node: FakeNode = new FakeNode({
      loadFile: async () => {
        node.monotonicMs += 2000;
        return { type: "done", servedBy: null };
      },
    });
    expect(await (await node.post("/db/load?timings", file)).text()).toBe('{"results":[],"time":2}');
  });
  test.each<[Refusal, number, string]>([
    [{ type: "no-leader" }, 500, "store not ready\n"],
    [{ type: "not-open" }, 500, "store not open\n"],
    [{ type: "text", status: 500, message: "bad file" }, 500, "bad file\n"],
    [{ type: "elsewhere", leaderUrl: null }, 500, "leader not found\n"],
  ])("a file refused: %j", async (refusal, status, text) => {
    const node = new FakeNode({ loadFile: async () => refusal });
    const response = await node.post("/db/load", file);
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(text);
  });
  test("a file that breaks off is told to the one who reads it", async () => {
    const heard: unknown[] = [];
    const node = new FakeNode({
      loadFile: async (_call, stream) => {
        await textOf(stream).catch((error: unknown) => heard.push(error));
        return { type: "text", status: 500, message: "unexpected EOF" };
      },
    });
    expect((await node.post("/db/load", broken(file))).status).toBe(500);
    expect(heard).toHaveLength(1);
  });
});

describe("boot", () => {
  test("streams the file", async () => {
    let taken = "";
    const node = new FakeNode(
      {
        boot: async (stream) => {
          taken = await textOf(stream);
          return { type: "done" };
        },
      },
      { bodyBytesMax: 16 },
    );
    for (const body of [file, streamOf(...file)]) {
      const response = await node.post("/boot", body, { "Content-Type": "text/html" });
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBeNull();
      expect(await response.text()).toBe("");
      expect(taken).toBe(file);
    }
  });
  test.each([
    ["", 503, "EOF\n"],
    [`SQLite format 3\0${"p".repeat(15)}`, 503, "EOF\n"],
    ["x".repeat(31), 503, "EOF\n"],
    ["x".repeat(32), 400, "invalid SQLite data\n"],
  ])("%j", async (body, status, text) => {
    const node = new FakeNode();
    const response = await node.post("/boot", body);
    expect(response.status).toBe(status);
    expect(await response.text()).toBe(text);
    expect(node.calls).toEqual([]);
  });
  test("a client that breaks off early", async () => {
    const response = await new FakeNode().post("/boot", broken("SQLite"));
    expect(response.status).toBe(503);
    expect(await response.text()).toBe("unexpected EOF\n");
  });
  test.each<[Refusal, string]>([
    [{ type: "no-leader" }, "not leader\n"],
    [{ type: "not-open" }, "store not open\n"],
    [{ type: "text", status: 503, message: "not single-node" }, "not single-node\n"],
  ])("refused: %j", async (refusal, text) => {
    const response = await new FakeNode({ boot: async () => refusal }).post("/boot", file);
    expect(response.status).toBe(503);
    expect(await response.text()).toBe(text);
  });
});

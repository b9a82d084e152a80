import { describe, expect, test } from "vitest";
import type { PlainObject, PlainValue } from "../../src/core/http/mod.ts";
import { counterNames } from "../../src/core/metrics/counters.ts";
import { FakeNode } from "./fake-node.ts";

const json = "application/json; charset=utf-8";

describe("status", () => {
  const report: PlainObject = {
    store: {
      open: {},
      leader: new Map<string, PlainValue>([
        ["node_id", "n1"],
        ["addr", "r:1"],
      ]),
      nodes: [
        new Map<string, PlainValue>([
          ["id", "n1"],
          ["addr", "r:1"],
        ]),
      ],
      fsm_index: 9_007_199_254_740_993n,
      dir: "/a&b",
    },
    node: { uptime: "1m2.5s" },
    extensions: { names: [] },
    nothing: null,
  };
  const node = (): FakeNode => new FakeNode({ status: async () => ({ type: "status", report }) });
  const get = async (path: string): Promise<string> => {
    const response = await node().get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(json);
    return response.text();
  };

  test("whole: objects sorted, structs as they are", async () => {
    expect(await get("/status")).toBe(
      '{"extensions":{"names":[]},"node":{"uptime":"1m2.5s"},"nothing":null,"store":{"dir":"/a\\u0026b",' +
        '"fsm_index":9007199254740993,"leader":{"node_id":"n1","addr":"r:1"},"nodes":[{"id":"n1","addr":"r:1"}],"open":{}}}',
    );
    expect(await get("/status?pretty&key=")).toMatch(/^\{\n {4}"extensions": \{\n {8}"names": \[\]\n {4}\},\n/);
  });
  test.each([
    ["node", '{"uptime":"1m2.5s"}'],
    ["extensions", '{"names":[]}'],
    ["node.uptime", '"1m2.5s"'],
    ["node.uptime.more", '"1m2.5s"'],
    ["store.leader", '{"addr":"r:1","node_id":"n1"}'],
    ["store.leader.node_id", '"n1"'],
    ["store.nodes", '[{"addr":"r:1","id":"n1"}]'],
    ["store.nodes.0.id", '[{"addr":"r:1","id":"n1"}]'],
    ["store.fsm_index", "9007199254740992"],
    ["store.open", "{}"],
    ["nothing", "null"],
    ["nothing.at.all", "null"],
    ["nowhere", "{}"],
    ["store.nowhere", "{}"],
    ["store.", "{}"],
    [".store", "{}"],
    ["Store", "{}"],
    ["toString", "{}"],
    ["__proto__", "{}"],
  ])("key=%s", async (key, text) => {
    expect(await get(`/status?pretty&key=${key}`)).toBe(text);
  });
  test("fails", async () => {
    const failing = new FakeNode({ status: async () => ({ type: "text", status: 500, message: "store stats: x" }) });
    const response = await failing.get("/status");
    expect(response.status).toBe(500);
    expect(await response.text()).toBe("store stats: x\n");
  });
});

describe("debug/vars", () => {
  test("has every counter from the start, in expvar's text form", async () => {
    const response = await new FakeNode().get("/debug/vars");
    expect(response.headers.get("content-type")).toBe(json);
    const body = await response.text();
    const lines = body.split("\n");
    expect([lines[0], ...lines.slice(-2)]).toEqual(["{", "}", ""]);
    expect(lines[1]).toMatch(
      /^"cdc.service": \{"batcher_events_write": 0, "batcher_reads": 0, .*"snapshot_sync": 0\},$/,
    );
    expect(lines.slice(1, -2).map((line) => /^"([^"]+)": /.exec(line)?.[1])).toEqual(
      ["cmdline", "memstats", ...Object.keys(counterNames)].sort(),
    );
    const parsed: unknown = JSON.parse(body);
    expect(parsed).toMatchObject({ cmdline: ["quolite", "-fk"], memstats: { heapUsed: 1 } });
    // The request itself passed a permission check.
    for (const [name] of Object.entries(counterNames)) {
      const bumped = name === "http" ? { auth_ok: 1 } : {};
      expect(parsed).toMatchObject({ [name]: { ...counters(name), ...bumped } });
    }
  });
  const counters = (map: string): Record<string, number> =>
    Object.fromEntries(
      (Object.entries(counterNames).find(([name]) => name === map)?.[1] ?? []).map((name) => [name, 0]),
    );

  test.each([
    ["cmdline", '{\n"cmdline": ["quolite","-fk"]\n}\n'],
    ["queue", '{\n"queue": {"num_flush": 0, "num_timeout": 0, "objects_rx": 0, "objects_tx": 0}\n}\n'],
    ["unknown", "{\n\n}\n"],
    ["queue.num_flush", "{\n\n}\n"],
  ])("key=%s", async (key, body) => {
    expect(await (await new FakeNode().get(`/debug/vars?key=${key}`)).text()).toBe(body);
  });
});

describe("console", () => {
  test("is one page with its style", async () => {
    const page = await new FakeNode().get("/console/");
    expect(page.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(page.headers.has("last-modified")).toBe(false);
    expect(await page.text()).toContain("rqlite");
    const style = await new FakeNode().get("/console/static/css/style.css");
    expect(style.headers.get("content-type")).toBe("text/css; charset=utf-8");
    const head = await new FakeNode().send("HEAD", "/console/");
    expect([head.status, head.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  });
  test.each(["/console/nothing", "/consoleX", "/console/static/css", "/console/../etc/passwd%00"])(
    "%s isn't there",
    async (path) => {
      const response = await new FakeNode().get(path);
      expect(response.status).toBe(404);
    },
  );
  test("says so like a file server", async () => {
    const response = await new FakeNode().get("/consoleX");
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(await response.text()).toBe("404 page not found\n");
  });
  test.each([
    ["GET", "/", 302, "/console/", '<a href="/console/">Found</a>.\n\n', "text/html; charset=utf-8"],
    ["HEAD", "/", 302, "/console/", "", "text/html; charset=utf-8"],
    ["POST", "/", 302, "/console/", "", null],
    ["GET", "/console", 301, "/console/", '<a href="/console/">Moved Permanently</a>.\n\n', "text/html; charset=utf-8"],
    ["DELETE", "/console", 301, "/console/", "", null],
    ["GET", "/console/index.html", 301, "./", "", null],
    ["GET", "/console/index.html?a=b", 301, "./?a=b", "", null],
  ])("%s %s leads on", async (method, path, status, location, body, type) => {
    const response = await new FakeNode().send(method, path);
    expect(response.status).toBe(status);
    expect(response.headers.get("location")).toBe(location);
    expect(response.headers.get("content-type")).toBe(type);
    expect(await response.text()).toBe(body);
  });
});

test("licenses", async () => {
  const response = await new FakeNode().get("/licenses");
  expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  const body = await response.text();
  expect(body).toContain("MIT License");
});

test("there is no Go profiler", async () => {
  const response = await new FakeNode().get("/debug/pprof/heap");
  expect(response.status).toBe(404);
});

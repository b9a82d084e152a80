import { describe, expect, test } from "vitest";
import type { NodeReport, Readiness, Refusal } from "../../src/core/http/mod.ts";
import { FakeNode } from "./fake-node.ts";

const json = "application/json; charset=utf-8";
const text = "text/plain; charset=utf-8";

const alive: NodeReport = {
  id: "n1",
  addr: "localhost:4002",
  voter: true,
  leader: true,
  probe: { reachable: true, apiUrl: "http://localhost:4001", version: "v10.3.0", roundTripNs: 31_200n },
};
const dead: NodeReport = {
  id: "n0",
  addr: "localhost:4012",
  voter: false,
  leader: false,
  probe: { reachable: false, error: "timeout waiting for node to respond" },
};
const aliveText =
  '{"id":"n1","api_addr":"http://localhost:4001","addr":"localhost:4002","version":"v10.3.0","voter":true,"reachable":true,"leader":true,"time":0.0000312,"time_s":"31.2µs"}';
const deadText =
  '{"id":"n0","addr":"localhost:4012","version":"","voter":false,"reachable":false,"leader":false,"error":"timeout waiting for node to respond"}';

const refuse = (refusal: Refusal): FakeNode =>
  new FakeNode({
    nodes: async () => refusal,
    leader: async () => refusal,
    stepdown: async () => refusal,
    remove: async () => refusal,
    snapshot: async () => refusal,
    reap: async () => refusal,
  });

async function expectText(response: Response, status: number, body: string): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toBe(text);
  expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  expect(await response.text()).toBe(body);
}

describe("nodes", () => {
  const listing = (...nodes: readonly NodeReport[]): FakeNode =>
    new FakeNode({ nodes: async () => ({ type: "nodes", nodes }) });
  test.each([
    ["/nodes", [], "{}"],
    ["/nodes?ver=2", [], '{"nodes":[]}'],
    ["/nodes?pretty", [], "{}"],
    ["/nodes", [alive, dead], `{"n0":${deadText},"n1":${aliveText}}`],
    ["/nodes?ver=2", [alive, dead], `{"nodes":[${deadText},${aliveText}]}`],
    ["/nodes?ver=3", [alive], `{"n1":${aliveText}}`],
  ])("%s", async (path, nodes, body) => {
    const response = await listing(...nodes).get(path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(json);
    expect(await response.text()).toBe(body);
  });
  test("IDs come in the order of their bytes, digits not first", async () => {
    const ids = ["é", "b", "B", "10", "9", "😀", "\uffee"];
    const nodes = ids.map((id) => ({ ...alive, id }));
    const shown = [...(await (await listing(...nodes).get("/nodes")).text()).matchAll(/"id":"([^"]*)"/g)];
    expect(shown.map(([, id]) => id)).toEqual(["10", "9", "B", "b", "é", "\uffee", "😀"]);
  });
  test("a node without version is unknown, empty names are left out", async () => {
    const bare: NodeReport = {
      ...alive,
      id: "",
      addr: "",
      probe: { reachable: true, apiUrl: "http://a", version: "", roundTripNs: 0n },
    };
    expect(await (await listing(bare).get("/nodes?ver=2")).text()).toBe(
      '{"nodes":[{"api_addr":"http://a","version":"unknown","voter":true,"reachable":true,"leader":true,"time":0,"time_s":"0s"}]}',
    );
  });
  test("are asked for as told", async () => {
    const node = new FakeNode();
    await node.get("/nodes?nonvoters&timeout=2s&retries=3");
    expect(node.asked).toEqual({ nonvoters: true, timeoutMs: 2000, retries: 3 });
  });
  test("errors", async () => {
    await expectText(await refuse({ type: "not-open" }).get("/nodes"), 503, "store nodes: store not open\n");
    await expectText(
      await refuse({ type: "text", status: 500, message: "leader: x" }).get("/nodes"),
      500,
      "leader: x\n",
    );
  });
});

describe("leader", () => {
  test("is shown", async () => {
    const node = new FakeNode({ leader: async () => ({ type: "leader", node: alive }) });
    const response = await node.get("/leader?timeout=1s&retries=2");
    expect(node.asked).toEqual({ timeoutMs: 1000, retries: 2 });
    expect(response.headers.get("content-type")).toBe(json);
    expect(await response.text()).toBe(aliveText);
    expect(await (await node.get("/leader?pretty")).text()).toMatch(/^\{\n {4}"id": "n1",\n/);
  });
  test("is not there", async () => {
    const node = refuse({ type: "no-leader" });
    await expectText(await node.get("/leader"), 503, "leader not found\n");
    expect(node.metrics.http.leader_not_found).toBe(1);
    await expectText(await refuse({ type: "not-open" }).get("/leader"), 503, "leader not found\n");
  });

  const typed = { "Content-Type": "application/json" };
  test.each<[string, string, Record<string, string>, string | null]>([
    ["an ID", '{"id":"n2"}', typed, "n2"],
    ["no ID", "{}", typed, null],
    ["null as ID", '{"id":null}', typed, null],
    ["an empty ID", '{"id":""}', typed, null],
    ["null", "null", typed, null],
    ["other members", '{"x":1,"id":"n2"}', typed, "n2"],
    ["another type", '{"id":"n2"}', { "Content-Type": "application/json; charset=utf-8" }, null],
    ["no JSON of another type", "junk", { "Content-Type": "text/plain" }, null],
  ])("steps down for %s", async (_name, body, headers, target) => {
    const node = new FakeNode();
    const response = await node.post("/leader?wait&redirect&timeout=1s", body, {
      ...headers,
      "Content-Length": String(body.length),
    });
    expect(node.asked).toEqual({ target, wait: true, timeoutMs: 1000, retries: 0, redirect: true });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBeNull();
    expect(response.headers.get("x-rqlite-served-by")).toBe("here:4001");
    expect(await response.text()).toBe("");
  });
  test.each(["junk", '{"id":1}', "[]", "1", '{"id":"n1"', '"n1"'])("%s is no target", async (body) => {
    const node = new FakeNode();
    const response = await node.post("/leader", body, { ...typed, "Content-Length": String(body.length) });
    expect(response.status).toBe(400);
    expect(await response.text()).toMatch(/^invalid JSON: .+\n$/);
    expect(node.calls).toEqual([]);
  });
  test("a body of no length is not read", async () => {
    const node = new FakeNode();
    expect((await node.post("/leader", "", typed)).status).toBe(200);
    expect(node.asked).toMatchObject({ target: null, wait: false });
  });
  test("stepping down fails", async () => {
    const unknown: Refusal = { type: "text", status: 500, message: "cannot find peer" };
    await expectText(await refuse(unknown).post("/leader"), 500, "stepdown: cannot find peer\n");
    await expectText(await refuse({ type: "not-open" }).post("/leader"), 503, "stepdown: store not open\n");
    await expectText(await refuse({ type: "no-leader" }).post("/leader"), 503, "leader not found\n");
    const denied: Refusal = { type: "text", status: 401, message: "remote stepdown not authorized" };
    await expectText(await refuse(denied).post("/leader"), 401, "remote stepdown not authorized\n");
  });
});

describe("readyz", () => {
  test.each<[string, Readiness, number, readonly string[]]>([
    ["", { type: "ready" }, 200, ["node ok", "leader ok", "store ok", "db ok"]],
    ["?sync", { type: "ready" }, 200, ["node ok", "leader ok", "store ok", "sync ok", "db ok"]],
    ["", { type: "no-leader" }, 503, ["node ok", "leader does not exist"]],
    ["", { type: "leader-not-contactable", reason: "refused" }, 503, ["node ok", "leader not contactable: refused"]],
    ["", { type: "store-not-ready" }, 503, ["node ok", "leader ok", "store not ready"]],
    [
      "?sync",
      { type: "sync-timeout" },
      503,
      ["node ok", "leader ok", "store ok", "sync timeout waiting for commit index"],
    ],
    [
      "",
      { type: "db-not-ok", error: "e", rows: "[]" },
      503,
      ["node ok", "leader ok", "store ok", "db not ok: (e, [])"],
    ],
    [
      "?sync",
      { type: "db-not-ok", error: "e", rows: "[]" },
      503,
      ["node ok", "leader ok", "store ok", "sync ok", "db not ok: (e, [])"],
    ],
  ])("%s %j", async (query, readiness, status, lines) => {
    const node = new FakeNode({ readiness: async () => readiness });
    const response = await node.get(`/readyz${query}`);
    expect(node.asked).toEqual({ sync: query === "?sync", timeoutMs: 30_000, retries: 0 });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe(text);
    expect(await response.text()).toBe(lines.map((line) => `[+]${line}`).join("\n"));
  });
  test("noleader asks nobody", async () => {
    const node = new FakeNode();
    const response = await node.get("/readyz?noleader&sync");
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("[+]node ok");
    expect(node.calls).toEqual([]);
  });
  test("other trouble", async () => {
    const node = new FakeNode({ readiness: async () => ({ type: "text", message: "leader address: x" }) });
    await expectText(await node.get("/readyz"), 500, "leader address: x\n");
  });
});

describe("remove", () => {
  const remove = (node: FakeNode, body: string): Promise<Response> =>
    node.send("DELETE", "/remove?retries=1", { body });
  test.each([
    ['{"id":"n2"}', "n2"],
    [' { "id" : null } ', ""],
    ['{"id":""}', ""],
  ])("%s", async (body, id) => {
    const node = new FakeNode();
    const response = await remove(node, body);
    expect(node.asked).toEqual({ id, timeoutMs: 30_000, retries: 1, redirect: false });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-rqlite-served-by")).toBe("here:4001");
    expect(await response.text()).toBe("");
  });
  test.each(["", "junk", "{}", "null", "[]", '"n2"', '{"id":1}', '{"ID":"n2"}', '{"id":"n2","x":1}', '{"id":{}}'])(
    "%s is empty 400",
    async (body) => {
      const node = new FakeNode();
      const response = await remove(node, body);
      expect(response.status).toBe(400);
      expect(response.headers.get("content-type")).toBeNull();
      expect(await response.text()).toBe("");
      expect(node.calls).toEqual([]);
    },
  );
  test("without a body is empty 400", async () => {
    expect((await new FakeNode().send("DELETE", "/remove")).status).toBe(400);
  });
  test("fails", async () => {
    const body = '{"id":"n2"}';
    await expectText(await remove(refuse({ type: "not-open" }), body), 500, "store not open\n");
    await expectText(await remove(refuse({ type: "no-leader" }), body), 503, "leader not found\n");
    const last: Refusal = { type: "text", status: 500, message: "need at least one voter in configuration: {[]}" };
    await expectText(await remove(refuse(last), body), 500, `${last.message}\n`);
    const elsewhere = await remove(refuse({ type: "elsewhere", leaderUrl: "https://l:1" }), body);
    expect([elsewhere.status, elsewhere.headers.get("location")]).toEqual([301, "https://l:1/remove?retries=1"]);
  });
});

describe("snapshot and reap", () => {
  test("taken, or nothing new", async () => {
    const node = new FakeNode();
    expect((await node.post("/snapshot?trailing_logs=7")).status).toBe(200);
    expect(node.asked).toBe(7);
    const idle = new FakeNode({ snapshot: async () => ({ type: "nothing-new" }) });
    const response = await idle.post("/snapshot");
    expect(response.status).toBe(204);
    expect(await response.text()).toBe("");
  });
  test("reaped: one line, never pretty", async () => {
    const response = await new FakeNode().post("/reap?pretty");
    expect(response.headers.get("content-type")).toBe(json);
    expect(await response.text()).toBe('{"snapshots_reaped":3,"wals_checkpointed":2}\n');
  });
  test.each(["/snapshot", "/reap"])("%s fails", async (path) => {
    await expectText(await refuse({ type: "not-open" }).post(path), 503, "store not open\n");
    await expectText(await refuse({ type: "text", status: 500, message: "busy" }).post(path), 500, "busy\n");
  });
});

import { describe, expect, test } from "vitest";
import { FakeNode, listAuthorizer, streamOf } from "./fake-node.ts";

const json = "application/json; charset=utf-8";
const text = "text/plain; charset=utf-8";

interface Row {
  readonly path: string;
  /** Of these seven, the ones that get through; the others are 405. */
  readonly methods: readonly string[];
  readonly permissions: readonly string[];
  /** Content type of a 401 or 405. */
  readonly earlyType: string | null;
  readonly counter?: string;
  /** Status of a good request. */
  readonly status?: number;
}

const everyMethod = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"];

/** The table of http-api §1.5, and some neighbours that its prefixes take in. */
const rows: readonly Row[] = [
  { path: "/", methods: everyMethod, permissions: [], earlyType: null, status: 302 },
  { path: "/console", methods: everyMethod, permissions: [], earlyType: null, status: 301 },
  { path: "/console/", methods: ["GET", "HEAD"], permissions: ["ui"], earlyType: null, counter: "ui" },
  { path: "/consoleX", methods: ["GET", "HEAD"], permissions: ["ui"], earlyType: null, counter: "ui", status: 404 },
  { path: "/db/execute", methods: ["POST"], permissions: ["execute"], earlyType: json, counter: "executions" },
  { path: "/db/query", methods: ["GET", "POST"], permissions: ["query"], earlyType: json, counter: "queries" },
  { path: "/db/queryfoo", methods: ["GET", "POST"], permissions: ["query"], earlyType: json, counter: "queries" },
  { path: "/db%2Fquery", methods: ["GET", "POST"], permissions: ["query"], earlyType: json, counter: "queries" },
  { path: "/db/request", methods: ["POST"], permissions: ["query", "execute"], earlyType: json, counter: "requests" },
  { path: "/db/backup", methods: ["GET"], permissions: ["backup"], earlyType: null, counter: "backups" },
  { path: "/db/load", methods: ["POST"], permissions: ["load"], earlyType: null, counter: "loads" },
  { path: "/db/sql?q=x", methods: ["GET", "POST"], permissions: ["query"], earlyType: json, counter: "sql_analyze" },
  { path: "/boot", methods: ["POST"], permissions: ["load"], earlyType: null, counter: "boot" },
  { path: "/snapshot", methods: ["POST"], permissions: ["snapshot"], earlyType: null, counter: "user_snapshots" },
  { path: "/reap", methods: ["POST"], permissions: ["snapshot"], earlyType: null, counter: "user_reaps" },
  { path: "/remove", methods: ["DELETE"], permissions: ["remove"], earlyType: null },
  { path: "/removeit", methods: ["DELETE"], permissions: ["remove"], earlyType: null },
  { path: "/status", methods: ["GET"], permissions: ["status"], earlyType: json, counter: "num_status" },
  { path: "/statusXYZ", methods: ["GET"], permissions: ["status"], earlyType: json, counter: "num_status" },
  { path: "/nodes", methods: ["GET"], permissions: ["status"], earlyType: json },
  { path: "/leader", methods: ["GET", "POST"], permissions: ["leader-ops"], earlyType: json },
  { path: "/readyz", methods: ["GET"], permissions: ["ready"], earlyType: null, counter: "num_readyz" },
  { path: "/licenses", methods: ["GET"], permissions: ["status"], earlyType: text },
  { path: "/debug/vars", methods: everyMethod, permissions: ["status"], earlyType: json },
  { path: "/debug/pprof/cmdline", methods: everyMethod, permissions: ["status"], earlyType: null, status: 404 },
];

/** Paths that look like a route and are none: exact ones with something behind, other cases, the old endpoints. */
const nowhere = [
  "/boot/",
  "/bootX",
  "/snapshot/",
  "/reapX",
  "/leaderX",
  "/licenses/",
  "/debug/varsX",
  "/debug",
  "/DB/query",
  "/db",
  "/db/",
  "/db/unknown",
  "//db/query",
  "/join",
  "/notify",
  "/x/db/query",
];

/** A body that every route takes: for boot and load it is a database file. */
function send(node: FakeNode, method: string, path: string, permissions: readonly string[]): Promise<Response> {
  const isFile = path.startsWith("/boot") || path.startsWith("/db/load");
  const body = isFile ? `SQLite format 3\0${"x".repeat(100)}` : path.startsWith("/remove") ? '{"id":"n1"}' : "[]";
  return node.send(method, path, {
    headers: { Authorization: permissions.join(" ") },
    ...(method === "GET" || method === "HEAD" ? {} : { body }),
  });
}

const leading = {
  leader: async () =>
    ({
      type: "leader",
      node: { id: "n1", addr: "r:1", voter: true, leader: true, probe: { reachable: false, error: "down" } },
    }) as const,
};

describe.each(rows)("$path", ({ path, methods, permissions, earlyType, counter, status = 200 }) => {
  test.each(everyMethod)("%s", async (method) => {
    const node = new FakeNode(leading);
    const response = await send(node, method, path, []);
    expect(response.headers.get("allow")).toBeNull();
    if (methods.includes(method)) {
      expect(response.status).toBe(status);
    } else {
      expect(response.status).toBe(405);
      expect(response.headers.get("content-type")).toBe(earlyType);
      expect(await response.text()).toBe("");
      expect(node.calls).toEqual([]);
    }
    if (method === "HEAD") expect(await response.text()).toBe("");
  });

  test("needs its permissions, before the method is looked at", async () => {
    const all = new FakeNode(leading, { authorizer: listAuthorizer });
    const method = methods[0] ?? "GET";
    expect((await send(all, method, path, permissions)).status).toBe(status);
    expect(all.metrics.http.auth_ok).toBe(permissions.length > 0 ? 1 : 0);
    expect(all.metrics.http.auth_fail).toBe(0);
    for (const held of [[], ...permissions.map((missing) => permissions.filter((other) => other !== missing))]) {
      if (permissions.length === 0) break;
      for (const any of [method, "PUT"]) {
        const node = new FakeNode(leading, { authorizer: listAuthorizer });
        const response = await send(node, any, path, held);
        expect(response.status).toBe(401);
        expect(response.headers.get("content-type")).toBe(earlyType);
        expect(await response.text()).toBe("");
        expect(node.calls).toEqual([]);
        expect(node.metrics.http.auth_fail).toBe(1);
        expect(node.metrics.http.auth_ok).toBe(0);
      }
    }
  });

  test("is counted once, also when it is refused", async () => {
    for (const [authorizer, method] of [
      [null, methods[0] ?? "GET"],
      [null, "PUT"],
      [listAuthorizer, "PUT"],
    ] as const) {
      const node = new FakeNode(leading, { authorizer });
      await send(node, method, path, []);
      const { auth_ok, auth_fail, leader_not_found, ...counters } = node.metrics.http;
      const bumped = Object.entries(counters).filter(([, count]) => count !== 0);
      expect(bumped).toEqual(counter === undefined ? [] : [[counter, 1]]);
    }
  });

  test("answers OPTIONS with nothing, to everyone", async () => {
    const node = new FakeNode(leading, { authorizer: listAuthorizer });
    const response = await node.send("OPTIONS", `${path}${path.includes("?") ? "&" : "?"}timeout=bad;`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBeNull();
    expect(await response.text()).toBe("");
    expect(node.metrics.http.auth_fail + node.metrics.http.auth_ok).toBe(0);
  });

  test("checks the query string before anything else", async () => {
    const node = new FakeNode(leading, { authorizer: listAuthorizer });
    const response = await send(node, "PUT", `${path}${path.includes("?") ? "&" : "?"}timeout=5`, []);
    expect(response.status).toBe(400);
    expect(await response.text()).toBe("timeout is not a valid duration\n");
    expect(node.metrics.http.auth_fail).toBe(0);
  });
});

describe("no such path", () => {
  test.each(nowhere)("%s", async (path) => {
    for (const method of everyMethod) {
      const node = new FakeNode({}, { authorizer: listAuthorizer });
      const response = await send(node, method, path, []);
      expect(response.status).toBe(404);
      expect(response.headers.get("content-type")).toBeNull();
      expect(await response.text()).toBe("");
    }
  });
  test("but its query string is checked", async () => {
    const response = await new FakeNode().get("/nowhere?retries=x");
    expect(response.status).toBe(400);
    expect(await response.text()).toBe("retries is not a valid integer\n");
    expect((await new FakeNode().send("OPTIONS", "/nowhere?retries=x")).status).toBe(200);
  });
});

describe("headers of every response", () => {
  const paths = ["/db/query?q=x", "/nowhere", "/db/query?q=", "/console/", "/", "/readyz"];
  const standing = (response: Response): Record<string, string> =>
    Object.fromEntries(
      [...response.headers].filter(([name]) => /^(?:x-rqlite-version|access-control-.*|www-authenticate)$/.test(name)),
    );

  test.each(paths)("%s", async (path) => {
    for (const method of ["GET", "OPTIONS", "PUT"]) {
      expect(standing(await new FakeNode().send(method, path))).toEqual({
        "x-rqlite-version": "v10.3.0",
        "access-control-allow-methods": "OPTIONS, GET, POST",
        "access-control-allow-headers": "Content-Type",
      });
      const secured = new FakeNode({}, { authorizer: () => "allow", allowOrigin: "https://a.b" });
      expect(standing(await secured.send(method, path))).toEqual({
        "x-rqlite-version": "v10.3.0",
        "access-control-allow-origin": "https://a.b",
        "access-control-allow-methods": "OPTIONS, GET, POST",
        "access-control-allow-headers": "Content-Type, Authorization",
        "access-control-allow-credentials": "true",
        "www-authenticate": 'Basic realm="rqlite"',
      });
    }
  });
  test("an unknown version is said to be so, an empty origin is none", async () => {
    const response = await new FakeNode({}, { versionHeader: "", allowOrigin: "" }).get("/nowhere");
    expect(response.headers.get("x-rqlite-version")).toBe("unknown");
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });
});

describe("a handler that fails", () => {
  test.each([
    ["an Error", () => Promise.reject(new Error("boom"))],
    ["something else", () => Promise.reject("boom")],
    [
      "at once",
      () => {
        throw new Error("boom");
      },
    ],
  ])("with %s gives 500, and the host hears of it", async (_name, submit) => {
    const node = new FakeNode({ submit });
    const response = await node.post("/db/execute", '["x"]');
    expect(response.status).toBe(500);
    expect(response.headers.get("content-type")).toBe(text);
    expect(await response.text()).toBe("internal error\n");
    expect(node.failures).toHaveLength(1);
  });
});

test("a body is not waited for when the answer is clear without it", async () => {
  const endless = () => new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
  const node = new FakeNode({}, { authorizer: listAuthorizer });
  for (const [path, status] of [
    ["/db/execute", 401],
    ["/nowhere", 404],
    ["/db/execute?timeout=x", 400],
  ] as const) {
    expect((await node.send("POST", path, { body: endless() })).status).toBe(status);
  }
  expect((await new FakeNode().send("PUT", "/db/execute", { body: endless() })).status).toBe(405);
  expect((await new FakeNode().send("POST", "/db/execute?queue", { body: streamOf("[]") })).status).toBe(503);
});

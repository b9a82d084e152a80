/**
 * The ceiling of the HTTP stack: the same server adapter and the same router as the node's, with a handler that reads
 * the body and answers 60 bytes. `node|bun|deno scripts/do-nothing-server.ts --runtime NAME --port PORT`
 */
import { parseArgs } from "node:util";
import { Hono } from "hono";
import type { ServeHttp } from "../src/core/ports/mod.ts";

const { values } = parseArgs({
  options: { runtime: { type: "string", default: "node" }, port: { type: "string", default: "4001" } },
});
const adapter: { readonly serveHttp: ServeHttp } = await import(`../src/runtime/${values.runtime}/http-server.ts`);

const answer = new TextEncoder().encode(`{"results":[{"last_insert_id":1234567,"rows_affected":1}]}  `);
const headers = { "content-type": "application/json; charset=utf-8", "content-length": String(answer.length) };
const app = new Hono();
app.get("/readyz", (context) => context.text("ready"));
app.post("/db/execute", async (context) => {
  await context.req.arrayBuffer();
  return new Response(answer, { headers });
});

await adapter.serveHttp((request) => app.fetch(request), {
  host: "127.0.0.1",
  port: Number(values.port),
  headerBytesMax: 64 * 1024,
});

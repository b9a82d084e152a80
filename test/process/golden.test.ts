import { describe, expect, test } from "vitest";
import { type GoldenCase, goldenCases, staleCounterCases } from "./golden-cases.ts";
import { startNode } from "./node-fixture.ts";

function send(url: string, { path, body }: GoldenCase): Promise<Response> {
  if (body === null) return fetch(url + path);
  const [type, text] = typeof body === "string" ? ["text/plain", body] : ["application/json", JSON.stringify(body)];
  return fetch(url + path, { method: "POST", headers: { "content-type": type }, body: text });
}

describe.each(["node", "bun", "deno"] as const)("golden cases on %s", (runtime) => {
  test.each([
    ["in order", goldenCases],
    ["stale counters", staleCounterCases],
  ])("%s", async (_name, cases) => {
    const server = await startNode(runtime);
    for (const golden of cases) {
      const response = await send(server.url, golden);
      const text = await response.text();
      expect.soft(response.status, `case ${golden.name}: ${text}`).toBe(golden.status ?? 200);
      if (typeof golden.answer === "string") expect.soft(text, `case ${golden.name}`).toBe(golden.answer);
      else expect.soft(text, `case ${golden.name}`).toMatch(golden.answer);
    }
  });
});

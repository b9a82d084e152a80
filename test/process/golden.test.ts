import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ServerProcess } from "../../scripts/server-process.ts";
import { type GoldenCase, goldenCases, staleCounterCases } from "./golden-cases.ts";

function post(url: string, { path, body }: GoldenCase): Promise<Response> {
  if (body === null) return fetch(url + path);
  const [type, text] = typeof body === "string" ? ["text/plain", body] : ["application/json", JSON.stringify(body)];
  return fetch(url + path, { method: "POST", headers: { "content-type": type }, body: text });
}

describe.each(["node", "bun", "deno"] as const)("golden cases on %s", (runtime) => {
  test.each([
    ["in order", goldenCases],
    ["stale counters", staleCounterCases],
  ])("%s", async (_name, cases) => {
    const home = mkdtempSync(join(tmpdir(), "quolite-golden-"));
    const server = await ServerProcess.start({ runtime, folder: join(home, "data") });
    onTestFinished(async () => {
      await server.end("SIGKILL");
      rmSync(home, { recursive: true, force: true });
    });
    for (const golden of cases) {
      const response = await post(server.url, golden);
      const text = await response.text();
      expect.soft(response.status, `case ${golden.name}: ${text}`).toBe(golden.status ?? 200);
      if (typeof golden.answer === "string") expect.soft(text, `case ${golden.name}`).toBe(golden.answer);
      else expect.soft(text, `case ${golden.name}`).toMatch(golden.answer);
    }
  });
});

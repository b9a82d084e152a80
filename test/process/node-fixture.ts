/** A node for one test: a folder of its own, ended and removed when the test is over. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type RuntimeName, ServerProcess } from "../../scripts/server-process.ts";

/** An empty folder that goes with the test. */
export function workspace(): string {
  const home = mkdtempSync(join(tmpdir(), "quolite-test-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return home;
}

/** A running node, by default over a folder of its own. */
export async function startNode(
  runtime: RuntimeName,
  folder = join(workspace(), "data"),
  flags: readonly string[] = [],
): Promise<ServerProcess> {
  const server = await ServerProcess.start({ runtime, folder, flags });
  onTestFinished(async () => {
    await server.end("SIGKILL");
  });
  return server;
}

/**
 * A POST of statements, or of one SQL text. Says what it is: `fetch` calls a body without a type `text/plain`, which to
 * the server is SQL.
 */
export function postOf(statements: readonly unknown[] | string, signal: AbortSignal | null = null): RequestInit {
  const text = typeof statements === "string";
  return {
    method: "POST",
    headers: { "content-type": text ? "text/plain" : "application/json" },
    body: text ? statements : JSON.stringify(statements),
    signal,
  };
}

/** Posts statements and gives the whole answer, good or bad. */
export async function post(url: string, path: string, statements: readonly unknown[] | string): Promise<string> {
  return (await fetch(url + path, postOf(statements))).text();
}

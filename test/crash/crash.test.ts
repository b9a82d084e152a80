import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { execute, query } from "../../scripts/bench-api.ts";
import { commandFor, ServerProcess } from "../../scripts/server-process.ts";
import { WritingClient } from "./writing-client.ts";

const rounds = Number(process.env.QUOLITE_CRASH_ROUNDS ?? "20");
const clientCount = 16;
const compiled = join(import.meta.dirname, "../../dist/quolite");

/** How many rows of each (client, seq) the server holds. */
async function storedRows(url: string): Promise<ReadonlyMap<string, number>> {
  const text = await query(url, "SELECT client, seq, count(*) FROM crash GROUP BY client, seq");
  const answer: { results: [{ values?: [number, number, number][] }] } = JSON.parse(text);
  return new Map((answer.results[0].values ?? []).map(([client, seq, count]) => [`${client}/${seq}`, count]));
}

/** Checkpoints without pause, so that plugs are pulled in the middle of them too. */
async function checkpoint(url: string): Promise<void> {
  try {
    for (;;) await fetch(`${url}/snapshot`, { method: "POST" });
  } catch {
    // The server is gone.
  }
}

describe.each(["node", "bun", "deno", "compiled"] as const)("plugs pulled on %s", (runtime) => {
  test(`${rounds} times under ${clientCount} writing clients`, { timeout: 300_000 }, async () => {
    if (runtime === "compiled" && !existsSync(compiled)) {
      const { spawnSync } = await import("node:child_process");
      const [program = "", ...args] = commandFor("node", "scripts/compile.ts");
      expect(spawnSync(program, args, { encoding: "utf8" }).status).toBe(0);
    }
    const home = mkdtempSync(join(tmpdir(), "quolite-crash-"));
    const folder = join(home, "data");
    let server = await ServerProcess.start({ runtime, folder });
    onTestFinished(async () => {
      await server.end("SIGKILL");
      rmSync(home, { recursive: true, force: true });
    });
    await execute(server.url, ["CREATE TABLE crash(client INTEGER, seq INTEGER, payload TEXT)"]);
    const owed = new Map<string, number>();
    for (let round = 0; round < rounds; round++) {
      const clients = Array.from({ length: clientCount }, (_, client) => new WritingClient(client, round * 1_000_000));
      const { url } = server;
      const running = [...clients.map((client) => client.run(url)), ...(round % 2 === 0 ? [checkpoint(url)] : [])];
      await new Promise((resolve) => setTimeout(resolve, 100 + ((round * 37) % 200)));
      await server.end("SIGKILL");
      await Promise.all(running);
      server = await ServerProcess.start({ runtime, folder });

      const open = new Map<string, number>();
      for (const { client, acknowledged, unknown, refused } of clients) {
        expect(refused).toEqual([]);
        for (const { seq, rows } of acknowledged) owed.set(`${client}/${seq}`, rows);
        for (const { seq, rows } of unknown) open.set(`${client}/${seq}`, rows);
      }
      const stored = await storedRows(server.url);
      for (const [write, rows] of owed) expect(stored.get(write), `round ${round}: acknowledged ${write}`).toBe(rows);
      for (const [write, rows] of stored) {
        if (owed.has(write)) continue;
        expect(open.get(write), `round ${round}: ${write} is there, nobody wrote it or only in part`).toBe(rows);
        owed.set(write, rows);
      }
      expect(await query(server.url, "PRAGMA integrity_check")).toContain(`"values":[["ok"]]`);
    }
    expect(owed.size).toBeGreaterThan(rounds * clientCount);
    expect(await server.end("SIGTERM")).toBe(0);
  });
});

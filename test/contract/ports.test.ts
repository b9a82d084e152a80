import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Child, runtimes } from "./child.ts";
import { readVerdicts } from "./verdicts.ts";

// The bodies of these tests are the `…-cases.ts`; they run inside each runtime, over its own adapters.
describe.each(runtimes)("on %s", (runtime) => {
  test.each(["clock", "entropy", "files", "process", "workers"])("the port %s", async (port) => {
    const child = new Child(runtime, "fixture.ts", [runtime, port]);
    await child.ended;
    const verdicts = readVerdicts(child.out);
    for (const { name, error } of verdicts) expect.soft(error, name).toBeNull();
    expect(verdicts.length).toBeGreaterThan(3);
  });

  const canTrace = spawnSync("strace", ["-e", "trace=none", "true"]).status === 0;
  test.skipIf(!canTrace)("writes, syncs and reads are one system call each, the sync an fdatasync", async () => {
    const folder = mkdtempSync(join(tmpdir(), "quolite-strace-"));
    try {
      const [path, trace] = [join(folder, "file"), join(folder, "trace")];
      const strace = ["strace", "--follow-forks", "--trace-path", path, "--output", trace, "--seccomp-bpf"];
      const calls = "fdatasync,fsync,sync_file_range,pwrite64,write,pread64,read,lseek,ftruncate";
      const child = new Child(runtime, "file-calls.ts", [runtime, path], [...strace, "--trace", calls]);
      expect(await child.ended, child.error).toBe(0);
      const called = readFileSync(trace, "utf8").matchAll(/^\d+ +(\w+)\(/gm);
      expect([...called].map(([, name]) => name)).toEqual(["pwrite64", "fdatasync", "pread64", "ftruncate"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("signals are received, again and again; the last words get through", async () => {
    const child = new Child(runtime, "signals-fixture.ts", [runtime]);
    expect(await child.line(0)).toBe("ready");
    child.process.kill("SIGTERM");
    expect(await child.line(1)).toBe("SIGTERM");
    child.process.kill("SIGINT");
    expect(await child.line(2)).toBe("SIGINT");
    child.process.kill("SIGTERM");
    expect(await child.ended).toBe(7);
    expect(child.out.length).toBe("ready\nSIGTERM\nSIGINT\nSIGTERM\n".length + 2_000_000);
    expect(child.error).toBe("over\n");
  });
});

import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";
import { cpus, hostname } from "node:os";
import { join } from "node:path";
import type { Process } from "../../src/core/ports/mod.ts";
import type { Cases } from "./verdicts.ts";

export const processCases = (port: Process, runtime: string): Cases => ({
  "the command line is what stands behind the program's name": () => {
    assert.deepEqual(port.commandLine, [runtime, "process"]);
    assert.equal(port.program, "quolite");
    assert.ok(port.executable.endsWith("fixture.ts") && existsSync(port.executable), port.executable);
  },
  "who and where it is": () => {
    assert.equal(port.pid, process.pid);
    assert.equal(port.ppid, process.ppid);
    assert.equal(port.hostname, hostname());
    assert.ok(port.cpus >= 1 && port.cpus <= cpus().length);
    assert.match(port.os, /^(?:linux|darwin|windows)$/);
    assert.match(port.arch, /^(?:amd64|arm64)$/);
    assert.match(port.runtime, new RegExp(`^${runtime} v?\\d+\\.\\d+\\.\\d+`));
  },
  "the environment and paths": () => {
    assert.equal(port.env("PATH"), process.env.PATH);
    assert.equal(port.env("NO_SUCH_VARIABLE"), undefined);
    assert.equal(port.resolvePath("a/../b"), join(process.cwd(), "b"));
    assert.equal(port.resolvePath("/a//b/"), "/a/b");
  },
  "memory counts bytes": () => {
    const { residentBytes, heapUsedBytes, heapTotalBytes } = port.memory();
    assert.ok(residentBytes > 1e7 && residentBytes < 1e10, `${residentBytes}`);
    assert.ok(heapUsedBytes > 1e5 && heapTotalBytes > 1e5);
  },
  "the loopback interface with its address in CIDR notation": () => {
    const loopback = port.networkInterfaces().find((found) => found.loopback);
    if (port.os === "linux") assert.ok(loopback?.addresses.includes("127.0.0.1/8"), JSON.stringify(loopback));
  },
  "SQLite's WASM is a module that threads can share": async () => {
    const wasm = await port.loadWasm();
    assert.ok(wasm instanceof WebAssembly.Module);
  },
});

/**
 * Everything that CI checks, in the same order. `npm run check [-- --only types,lint,…]`
 * The last line is `N passed, N failed`: the tests, plus one failure for each other step that failed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";

const root = join(import.meta.dirname, "..");
const bin = join(root, "node_modules/.bin");
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ""}` };
const scratch = mkdtempSync(join(tmpdir(), "quolite-check-"));

interface Tally {
  readonly passed: number;
  readonly failed: number;
}

interface Step {
  readonly name: string;
  run(): Tally;
}

function run(command: string, ...args: string[]): boolean {
  return spawnSync(command, args, { cwd: root, env, stdio: "inherit" }).status === 0;
}

/** A step that either holds or doesn't: it counts only when it fails. */
const holds = (name: string, command: string, ...args: string[]): Step => ({
  name,
  run: () => ({ passed: 0, failed: run(command, ...args) ? 0 : 1 }),
});

/** A step that is a number of tests, by vitest's own account. A crash before it could count is a failure. */
const tests = (name: string, command: string, ...args: string[]): Step => ({
  name,
  run() {
    const file = join(scratch, `${name.replaceAll(" ", "-")}.json`);
    const ok = run(command, ...args, "--reporter=default", "--reporter=json", `--outputFile.json=${file}`);
    const tally = existsSync(file) ? readTally(readFileSync(file, "utf8")) : null;
    if (tally === null) return { passed: 0, failed: 1 };
    return ok || tally.failed > 0 ? tally : { ...tally, failed: 1 };
  },
});

function readTally(json: string): Tally | null {
  const report: unknown = JSON.parse(json);
  if (typeof report !== "object" || report === null) return null;
  if (!("numPassedTests" in report) || typeof report.numPassedTests !== "number") return null;
  if (!("numFailedTests" in report) || typeof report.numFailedTests !== "number") return null;
  return { passed: report.numPassedTests, failed: report.numFailedTests };
}

const vitest = "node_modules/vitest/vitest.mjs";
/** What a runtime could change: the rooms. The slow tests start all three runtimes themselves. */
const onEveryRuntime = ["test/core/", "test/http/", "test/scenarios/"];
const steps: readonly Step[] = [
  holds("types", "node", "scripts/types.ts"),
  holds("lint", "biome", "check", "--error-on-warnings", "."),
  holds("rooms", "node", "scripts/rooms.ts"),
  holds("tidy", "node", "scripts/tidy.ts"),
  holds("flags", "node", "scripts/flags-table.ts", "--check"),
  tests("tests", "node", vitest, "run"),
  tests("tests on bun", "bun", "--bun", vitest, "run", "--project", "quick", ...onEveryRuntime),
  tests("tests on deno", "deno", "run", "--allow-all", vitest, "run", "--project", "quick", ...onEveryRuntime),
  holds("build", "node", "scripts/build.ts"),
  holds("compile", "node", "scripts/compile.ts"),
  holds("compile for deno", "node", "scripts/compile-deno.ts"),
  ...["node", "bun", "deno", "compiled"].map((runtime) =>
    holds(`smoke on ${runtime}`, "node", "scripts/smoke.ts", "--runtime", runtime),
  ),
];

const { values } = parseArgs({ options: { only: { type: "string" } } });
const only = values.only?.split(",");
let passed = 0;
let failed = 0;
const failures: string[] = [];
try {
  for (const step of steps) {
    if (only !== undefined && !only.includes(step.name)) continue;
    const startedMs = performance.now();
    console.log(`\n== ${step.name}`);
    const tally = step.run();
    passed += tally.passed;
    failed += tally.failed;
    if (tally.failed > 0) failures.push(step.name);
    console.log(
      `== ${step.name}: ${tally.failed > 0 ? "FAILED" : "ok"} in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
if (failures.length > 0) console.log(`\nfailed: ${failures.join(", ")}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

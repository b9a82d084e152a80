/**
 * Type-checks every part of the tree with no more of the platform than it may use: the pure rooms see bare ECMAScript,
 * `http` and `host` the web's types, each runtime its own. `node scripts/types.ts`
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
const projects = ["core", "web", "node", "bun", "deno"].map((name) => `tsconfig.${name}.json`).concat("tsconfig.json");
let failures = 0;
for (const project of projects) {
  const run = spawnSync(join(root, "node_modules/.bin/tsc"), ["--project", project], { cwd: root, encoding: "utf8" });
  if (run.status !== 0) failures++;
  process.stdout.write(`${project}: ${run.status === 0 ? "ok" : "failed"}\n${run.stdout ?? ""}`);
}
process.exitCode = failures === 0 ? 0 : 1;

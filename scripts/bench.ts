/**
 * Measures a node from outside, each number beside what the same disk and the same HTTP stack can do in the same run.
 * `npm run bench -- [--runtime node|bun|deno|compiled] [--url URL] [--only NAMES] [--seconds N] [--json FILE]
 * [--folder FOLDER] [--flags "-a -b=c"]`
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, release, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { hasWrk } from "./bench-load.ts";
import { Bench, type Result } from "./bench-node.ts";
import { judge, short, table, verdictLines } from "./bench-report.ts";
import { rows } from "./bench-rows.ts";
import { runtimeNamed } from "./server-process.ts";

const { values } = parseArgs({
  options: {
    runtime: { type: "string", default: "node" },
    url: { type: "string" },
    only: { type: "string" },
    seconds: { type: "string", default: "5" },
    json: { type: "string" },
    folder: { type: "string", default: tmpdir() },
    flags: { type: "string", default: "" },
  },
});
const seconds = Number(values.seconds);
if (!(seconds >= 1)) throw new Error("--seconds must be a number from 1");
const wanted = values.only?.split(",");
const chosen = rows.filter(
  ({ name }) => wanted === undefined || wanted.some((part) => name === part || name.startsWith(`${part}-`)),
);
if (chosen.length === 0) throw new Error(`--only names none of: ${rows.map(({ name }) => name).join(", ")}`);

const folder = mkdtempSync(join(values.folder, "quolite-bench-"));
const runtime = runtimeNamed(values.runtime);
const flags = values.flags.split(" ").filter((flag) => flag !== "");
const bench = new Bench({ runtime, url: values.url?.replace(/\/$/, "") ?? null, folder, seconds, flags });
const results: Result[] = [];
const failures: string[] = [];

async function close(): Promise<void> {
  await bench.end();
  rmSync(folder, { recursive: true, force: true });
}
process.once("SIGINT", () => close().then(() => process.exit(130)));

try {
  for (const row of chosen) {
    if (row.needs === "process" && bench.context.url !== null) {
      console.error(`${row.name}: left out, it starts and stops nodes and --url is only driven`);
      continue;
    }
    try {
      for (const result of await row.run(bench)) {
        results.push(result);
        console.error(`${result.name}: ${short(result.value)} ${result.unit}`);
      }
    } catch (error) {
      failures.push(row.name);
      console.error(`${row.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
} finally {
  await close();
}

const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? "", system: `${process.platform} ${release()}` };
const load = hasWrk ? "wrk" : "scripts/bench-client.ts";
const verdicts = judge(results);
console.log(`\n${values.url ?? runtime}, ${machine.cpus} x ${machine.model}, load by ${load}, ${seconds} s a row\n`);
console.log(table(results));
console.log(`\n${verdictLines(verdicts)}`);
if (failures.length > 0) console.log(`failed: ${failures.join(", ")}`);
if (values.json !== undefined) {
  const report = {
    at: new Date().toISOString(),
    runtime,
    url: values.url ?? null,
    machine,
    load,
    seconds,
    results,
    verdicts,
    failures,
  };
  writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
}
process.exitCode = failures.length === 0 ? 0 : 1;

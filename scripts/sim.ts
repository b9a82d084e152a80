/**
 * The simulator: whole nodes in one process, from a seed. `npm run sim -- --seed 42 --trace`
 *
 *   --seed S               runs one seed
 *   --seeds N [--from S]   runs N of them, from S (1) on
 *   --minutes M            goes on to the next seeds for so long
 *   --jobs J               in so many processes
 *   --trace                prints the timeline; `--trace all` every message and call to the disk too
 *   --check-determinism    runs each seed twice and compares the digests of everything that happened
 */
import { parseArgs } from "node:util";
import { Inspector } from "../test/sim/checks/inspector.ts";
import { runSeed } from "../test/sim/run-seed.ts";
import { Marks } from "../test/sim/world/marks.ts";
import { formatLine, Trace } from "../test/sim/world/trace.ts";
import { startWasmAtOnce } from "../test/sim/world/wasm.ts";

const { values } = parseArgs({
  options: {
    seed: { type: "string" },
    seeds: { type: "string" },
    from: { type: "string" },
    minutes: { type: "string" },
    trace: { type: "boolean" },
    detail: { type: "boolean" },
    "check-determinism": { type: "boolean" },
  },
});

startWasmAtOnce();
const inspector = await Inspector.start();
const coverage = new Marks();
const first = Number(values.seed ?? values.from ?? 1);
const count = values.seed === undefined ? Number(values.seeds ?? (values.minutes === undefined ? 20 : Number.POSITIVE_INFINITY)) : 1;
const startedMs = performance.now();
const untilMs = values.minutes === undefined ? Number.POSITIVE_INFINITY : startedMs + Number(values.minutes) * 60_000;
let simulatedMs = 0;
let failures = 0;
let done = 0;
for (let seed = first; seed < first + count && performance.now() < untilMs; seed++) {
  const shows = values.trace === true || values.detail === true;
  const trace = new Trace(shows ? (line) => console.log(formatLine(line)) : null, values.detail === true);
  const ranMs = performance.now();
  const report = await runSeed(seed, trace, inspector);
  simulatedMs += report.simulatedMs;
  coverage.add(report.coverage.entries());
  done++;
  const took = ((performance.now() - ranMs) / 1000).toFixed(1);
  console.log(`seed ${seed}: ${report.violation === null ? "ok" : "FAILED"}, ${report.operations} operations, ${(report.simulatedMs / 1000).toFixed(1)} s in ${took} s, digest ${report.digest}`);
  if (report.violation !== null) {
    failures++;
    if (!shows) for (const line of trace.lines.slice(-40)) console.log(formatLine(line));
    console.log(`seed ${seed} breaks: ${report.violation.property}\n${report.violation.message}`);
  }
  if (values["check-determinism"] === true) {
    const again = await runSeed(seed, new Trace(), inspector);
    if (again.digest !== report.digest) {
      failures++;
      console.log(`seed ${seed} is not deterministic: ${report.digest} and ${again.digest}`);
    }
  }
}
const seconds = (performance.now() - startedMs) / 1000;
console.log(coverage.entries().map(([name, hits]) => `${String(hits).padStart(7)}  ${name}`).join("\n"));
console.log(`${done} seeds, ${failures} failed; ${(simulatedMs / 1000).toFixed(0)} simulated seconds in ${seconds.toFixed(0)} s`);
process.exitCode = failures === 0 ? 0 : 1;

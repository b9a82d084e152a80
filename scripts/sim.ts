/**
 * The simulator: whole nodes in one process, from a seed (docs/testing.md). `npm run sim -- --seed 42 --trace`
 *
 *   --seed S               one seed
 *   --seeds N [--from S]   N of them (100), from S (1) on
 *   --minutes M            as many as there is time for
 *   --jobs J               in so many processes side by side (1)
 *   --trace, --trace-all   prints the timeline; `all`: with every message and every call to the disk
 *   --check-determinism    each seed twice, comparing digests of all that happened
 *   --mutants [a,b,…]      instead: each known bug (or those named) is put in, and must be found
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { buildSimulator } from "../test/sim/mutants/build-simulator.ts";
import { type Mutant, mutants } from "../test/sim/mutants/mutants.ts";
import type { SeedRange, SeedResult } from "../test/sim/seed-runner.ts";
import { runInProcess } from "../test/sim/sim-process.ts";
import { sometimes } from "../test/sim/sometimes.ts";
import { Coverage } from "../test/sim/world/coverage.ts";

const program = join(import.meta.dirname, "../test/sim/sim-program.ts");

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string" },
    seeds: { type: "string" },
    from: { type: "string" },
    minutes: { type: "string" },
    jobs: { type: "string" },
    trace: { type: "boolean", default: false },
    "trace-all": { type: "boolean", default: false },
    "check-determinism": { type: "boolean", default: false },
    mutants: { type: "boolean", default: false },
  },
});
const jobs = Number(values.jobs ?? 1);

process.exitCode = (values.mutants ? await huntMutants() : await runRange()) ? 0 : 1;

async function runRange(): Promise<boolean> {
  const minutes = values.minutes === undefined ? Number.POSITIVE_INFINITY : Number(values.minutes);
  const countDefault = values.minutes === undefined ? 100 : Number.MAX_SAFE_INTEGER;
  const first = Number(values.seed ?? values.from ?? 1);
  const count = values.seed === undefined ? Number(values.seeds ?? countDefault) : 1;
  const coverage = new Coverage();
  const startedMs = performance.now();
  let seeds = 0;
  let simulatedMs = 0;
  let operations = 0;
  const failed: number[] = [];
  const hear = (result: SeedResult): "go on" => {
    seeds++;
    simulatedMs += result.simulatedMs;
    operations += result.operations;
    coverage.add(result.coverage);
    if (result.violation !== null) failed.push(result.seed);
    if (result.violation !== null || count <= 20) tell(result);
    return "go on";
  };
  const range = (job: number): SeedRange => ({
    first: first + job,
    count: Math.ceil((count - job) / jobs),
    stride: jobs,
    // Infinity is nothing that JSON knows.
    msMax: Math.min(minutes * 60_000, Number.MAX_SAFE_INTEGER),
    shows: values["trace-all"] ? "all" : values.trace ? "lines" : "nothing",
    checksDeterminism: values["check-determinism"],
  });
  await Promise.all(Array.from({ length: Math.min(jobs, count) }, (_, job) => runInProcess(program, range(job), hear)));
  const seconds = (performance.now() - startedMs) / 1000;
  const simulated = simulatedMs / 1000;
  console.log(
    coverage
      .entries()
      .map(([name, hits]) => `${String(hits).padStart(9)}  ${name}`)
      .join("\n"),
  );
  const missed = sometimes.filter((name) => coverage.count(name) === 0);
  if (missed.length > 0) console.log(`never reached: ${missed.join(", ")}`);
  console.log(
    `${seeds} seeds, ${operations} operations, ${simulated.toFixed(0)} simulated seconds in ${seconds.toFixed(0)} s ` +
      `(${(simulated / seconds).toFixed(1)} times real time), ${failed.length} failed`,
  );
  if (failed.length > 0)
    console.log(`failed: ${failed.slice(0, 20).join(" ")}; npm run sim -- --seed ${failed[0]} --trace`);
  return failed.length === 0;
}

function tell({ seed, violation, operations, simulatedMs, digest, timeline }: SeedResult): void {
  for (const line of timeline) console.log(line);
  const verdict = violation === null ? "ok" : `FAILED: ${violation.property}\n${violation.message}\n`;
  console.log(
    `seed ${seed}: ${operations} operations, ${(simulatedMs / 1000).toFixed(1)} simulated s, digest ${digest}: ${verdict}`,
  );
}

/** Every mutant must break a property within its number of seeds. */
async function huntMutants(): Promise<boolean> {
  const names = new Set(positionals.flatMap((text) => text.split(",")));
  const chosen = mutants.filter(({ name }) => names.size === 0 || names.has(name));
  const waiting = [...chosen];
  let escaped = 0;
  const hunt = async (): Promise<void> => {
    for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
      const caught = await catchMutant(mutant);
      if (caught === null) escaped++;
      const verdict =
        caught === null ? `ESCAPED ${mutant.seedsMax} seeds` : `seed ${caught.seed}: ${caught.violation?.property}`;
      console.log(`${mutant.name.padEnd(32)} ${verdict}`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, hunt));
  console.log(`${chosen.length} mutants, ${escaped} escaped`);
  return escaped === 0 && chosen.length > 0;
}

async function catchMutant(mutant: Mutant): Promise<SeedResult | null> {
  const mutantProgram = await buildSimulator(mutant);
  let caught: SeedResult | null = null;
  const range: SeedRange = {
    first: 1,
    count: mutant.seedsMax,
    stride: 1,
    msMax: Number.MAX_SAFE_INTEGER,
    shows: "nothing",
    checksDeterminism: false,
  };
  await runInProcess(mutantProgram, range, (result) => {
    if (result.violation !== null) caught = result;
    return caught === null ? "go on" : "stop";
  });
  return caught;
}

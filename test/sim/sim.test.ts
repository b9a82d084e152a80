import { beforeAll, expect, test } from "vitest";
import { Inspector } from "./checks/inspector.ts";
import { buildSimulator, mutated, sourceOf } from "./mutants/build-simulator.ts";
import { mutants } from "./mutants/mutants.ts";
import { runSeed } from "./run-seed.ts";
import { runInProcess } from "./sim-process.ts";
import { sometimes } from "./sometimes.ts";
import { Coverage } from "./world/coverage.ts";
import { Trace } from "./world/trace.ts";
import { startWasmAtOnce } from "./world/wasm.ts";

/** Enough for every state that is worth reaching; `npm run sim` runs as many as one likes. */
const seeds = 30;
/** Bugs that few seeds find. */
const sample = ["log-never-synced", "checkpoint-ignores-pins", "failed-transaction-kept"];

let inspector: Inspector;

beforeAll(async () => {
  startWasmAtOnce();
  inspector = await Inspector.start();
});

test("a node keeps its promises through disasters, seed by seed", { timeout: 300_000 }, async () => {
  const coverage = new Coverage();
  for (let seed = 1; seed <= seeds; seed++) {
    const report = await runSeed(seed, new Trace(), inspector);
    expect(report.violation, `npm run sim -- --seed ${seed} --trace`).toBeNull();
    coverage.add(report.coverage.entries());
  }
  expect(sometimes.filter((name) => coverage.count(name) === 0)).toEqual([]);
});

test("a seed decides everything that happens", { timeout: 60_000 }, async () => {
  for (const seed of [101, 102, 103]) {
    const { digest } = await runSeed(seed, new Trace(), inspector);
    expect((await runSeed(seed, new Trace(), inspector)).digest, `seed ${seed}`).toBe(digest);
  }
});

test.each(mutants)("mutant $name can be made", (mutant) => {
  const source = sourceOf(mutant.file);
  expect(mutated(mutant, source)).not.toBe(source);
});

test.each(mutants.filter(({ name }) => sample.includes(name)))(
  "mutant $name is found",
  { timeout: 60_000 },
  async (mutant) => {
    const program = await buildSimulator(mutant);
    const found: string[] = [];
    const range = {
      first: 1,
      count: mutant.seedsMax,
      stride: 1,
      msMax: 60_000,
      shows: "nothing",
      checksDeterminism: false,
    } as const;
    await runInProcess(program, range, ({ violation }) => {
      if (violation !== null) found.push(violation.property);
      return violation === null ? "go on" : "stop";
    });
    expect(found).toHaveLength(1);
  },
);

import { expect, test } from "vitest";
import { RandomCluster } from "../../sim/raft/random-cluster.ts";

// Clusters that live through what their seeds hold: see test/sim/raft. A failure names its seed; `RAFT_SEED=n` runs that one
// alone and prints what happened, `RAFT_SEEDS=n` runs so many.
const seeds = Number(process.env.RAFT_SEEDS ?? 40);
const alone = process.env.RAFT_SEED;
const ticks = 300;

function live(seed: number, trace: ((line: string) => void) | null = null): ReturnType<RandomCluster["run"]> {
  try {
    return new RandomCluster(seed, trace).run(ticks);
  } catch (error) {
    throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

test.runIf(alone !== undefined)("one seed, told", () => {
  live(Number(alone), console.log);
});

test.skipIf(alone !== undefined)(
  "no seed breaks a property, and all go on when the faults stop",
  { timeout: 600_000 },
  () => {
    const total: Record<string, number> = {};
    for (let seed = 1; seed <= seeds; seed++) {
      for (const [what, count] of Object.entries(live(seed).counts)) total[what] = (total[what] ?? 0) + count;
    }
    // A run in which nothing happened would prove nothing.
    for (const [what, count] of Object.entries(total)) expect(count, `${what} in ${seeds} seeds`).toBeGreaterThan(0);
  },
);

test.skipIf(alone !== undefined)("a seed always gives the same run", () => {
  for (const seed of [3, 14, 15]) expect(live(seed)).toEqual(live(seed));
});

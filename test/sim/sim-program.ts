import { parseArgs } from "node:util";
import { runSeeds, type SeedRange } from "./seed-runner.ts";

// One process of the simulator: runs a range of seeds and prints a line of JSON for each. `scripts/sim.ts` starts it.
const { values } = parseArgs({ options: { range: { type: "string" } } });
const range = JSON.parse(values.range ?? "{}") as SeedRange;
await runSeeds(range, (result) => console.log(`@${JSON.stringify(result)}`));

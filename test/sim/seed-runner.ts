import { Inspector } from "./checks/inspector.ts";
import { runSeed, type SeedReport } from "./run-seed.ts";
import { formatLine, Trace } from "./world/trace.ts";
import { startWasmAtOnce } from "./world/wasm.ts";

/** Which seeds to run, and how. */
export interface SeedRange {
  readonly first: number;
  readonly count: number;
  /** From one seed to the next. */
  readonly stride: number;
  /** No seed is begun after so much real time. */
  readonly msMax: number;
  /** `lines`: the timeline is printed as it happens; `all`: with every message and every call to the disk. */
  readonly shows: "nothing" | "lines" | "all";
  /** Each seed runs twice. */
  readonly checksDeterminism: boolean;
}

/** What became of a seed, in a form that goes from process to process. */
export interface SeedResult extends Omit<SeedReport, "coverage"> {
  readonly coverage: readonly (readonly [string, number])[];
  /** The end of the timeline, of a seed that failed. */
  readonly timeline: readonly string[];
}

const timelineLines = 60;

/** Runs seeds one after another; `report` hears of each at once. */
export async function runSeeds(range: SeedRange, report: (result: SeedResult) => void): Promise<void> {
  startWasmAtOnce();
  const inspector = await Inspector.start();
  const startedMs = performance.now();
  for (let done = 0; done < range.count && performance.now() - startedMs < range.msMax; done++) {
    const seed = range.first + done * range.stride;
    report(await runOne(seed, range, inspector));
  }
}

async function runOne(
  seed: number,
  { shows, checksDeterminism }: SeedRange,
  inspector: Inspector,
): Promise<SeedResult> {
  const show = shows === "nothing" ? null : (line: Parameters<typeof formatLine>[0]) => console.log(formatLine(line));
  const trace = new Trace(show, shows === "all");
  const { coverage, ...result } = await runSeed(seed, trace, inspector);
  let { violation } = result;
  if (checksDeterminism) {
    const { digest } = await runSeed(seed, new Trace(), inspector);
    const message = `the digests of two runs are ${result.digest} and ${digest}`;
    if (digest !== result.digest) violation ??= { property: "a seed decides everything", message };
  }
  const timeline = violation === null || shows !== "nothing" ? [] : trace.lines.slice(-timelineLines).map(formatLine);
  return { ...result, violation, coverage: coverage.entries(), timeline };
}

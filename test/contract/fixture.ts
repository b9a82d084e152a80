/** The cases of one port, run inside a runtime: `node|bun|deno fixture.ts RUNTIME PORT`; prints the verdicts. */
import { mkdtempSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWorkers } from "../../src/core/ports/mod.ts";
import { clockCases } from "./clock-cases.ts";
import { entropyCases } from "./entropy-cases.ts";
import { filesCases } from "./files-cases.ts";
import { processCases } from "./process-cases.ts";
import { type Cases, judge } from "./verdicts.ts";
import { workersCases } from "./workers-cases.ts";

const [runtime = "", port = ""] = process.argv.slice(2);
const load = (name: string) => import(`../../src/runtime/${runtime}/${name}.ts`);
const folder = mkdtempSync(join(tmpdir(), "quolite-contract-"));

async function casesOf(name: string): Promise<Cases> {
  switch (name) {
    case "clock":
      return clockCases(await load("clock"));
    case "entropy":
      return entropyCases((await load("entropy")).entropy);
    case "files":
      return filesCases((await load("files")).files, folder);
    case "process":
      return processCases((await load("process")).thisProcess, runtime);
    case "workers":
      return workersCases(
        createWorkers((await load("workers")).threadsOf(new URL(`./echo-on-${runtime}.ts`, import.meta.url))),
      );
    default:
      throw new Error(`no port ${name}`);
  }
}

const verdicts = await judge(await casesOf(port));
rmSync(folder, { recursive: true, force: true });
writeSync(1, `${JSON.stringify(verdicts)}\n`);
process.exit(0);

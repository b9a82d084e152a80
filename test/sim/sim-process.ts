import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { SeedRange, SeedResult } from "./seed-runner.ts";

/** Runs seeds in a process of its own. Resolves when it has ended; what is no result of a seed is passed on. */
export function runInProcess(
  program: string,
  range: SeedRange,
  hear: (result: SeedResult) => "go on" | "stop",
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, "--range", JSON.stringify(range)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let isStopped = false;
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (isStopped) return;
      if (!line.startsWith("@")) console.log(line);
      else if (hear(JSON.parse(line.slice(1)) as SeedResult) === "stop") {
        isStopped = true;
        child.kill();
      }
    });
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0 || isStopped) resolve();
      else reject(new Error(`the simulator ended with code ${code}`));
    });
  });
}

import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build } from "esbuild";
import type { Mutant } from "./mutants.ts";

const root = join(import.meta.dirname, "../../..");

/** Source with the bug. Throws unless the place is there exactly once. */
export function mutated(
  { name, file, from, to }: Pick<Mutant, "name" | "file" | "from" | "to">,
  source: string,
): string {
  const [before, after, ...more] = source.split(from);
  if (before === undefined || after === undefined || more.length > 0)
    throw new Error(`mutant ${name}: what it changes is not exactly once in ${file}`);
  return before + to + after;
}

export const sourceOf = (file: string): string => readFileSync(join(root, file), "utf8");

/** Bundles the simulator with one bug in it; returns the program's path, below `dist/`. */
export async function buildSimulator(mutant: Mutant): Promise<string> {
  const outfile = join(root, "dist/sim", `${mutant.name}.mjs`);
  let isApplied = false;
  await build({
    entryPoints: [join(root, "test/sim/sim-program.ts")],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "es2024",
    packages: "external",
    logLevel: "error",
    plugins: [
      {
        name: "mutant",
        setup(building) {
          building.onLoad({ filter: /\/src\/core\/.*\.ts$/ }, ({ path }) => {
            if (relative(root, path).replaceAll("\\", "/") !== mutant.file) return null;
            isApplied = true;
            return { contents: mutated(mutant, readFileSync(path, "utf8")), loader: "ts" };
          });
        },
      },
    ],
  });
  if (!isApplied) throw new Error(`mutant ${mutant.name}: ${mutant.file} is no part of the simulator`);
  return outfile;
}

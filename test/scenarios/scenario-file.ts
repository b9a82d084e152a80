import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

/** Carries out one command of a scenario; gives the lines that tell what came of it. */
export type RunCommand = (words: readonly string[]) => readonly string[];

/**
 * A scenario is a text: lines that begin with `> ` are commands, the lines after a command are what came of it, lines
 * that begin with `#` and empty lines are for the reader. Gives the text as it should be.
 */
export function playScenario(text: string, run: RunCommand): string {
  const played: string[] = [];
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#")) played.push(line);
    if (!line.startsWith("> ")) continue;
    played.push(line);
    const words = line.slice(2).split(" ");
    for (const outcome of run(words)) played.push(`  ${outcome}`);
  }
  return played.join("\n");
}

/** Set to write the files anew: then the diff is what there is to review. */
const rewrite = process.env.UPDATE_SCENARIOS === "1";

/** The scenarios of a folder whose names begin with `prefix`; `expected` tells what the text as played should be. */
export function scenariosIn(
  folder: string,
  prefix: string,
): readonly {
  readonly name: string;
  readonly text: string;
  readonly expected: (played: string) => string;
}[] {
  const names = readdirSync(folder).filter((name) => name.startsWith(prefix) && name.endsWith(".txt"));
  return names.sort().map((name) => {
    const path = join(folder, name);
    const expected = (played: string): string => {
      if (!rewrite) return readFileSync(path, "utf8");
      writeFileSync(path, played);
      return played;
    };
    return { name: basename(name, ".txt"), text: readFileSync(path, "utf8"), expected };
  });
}

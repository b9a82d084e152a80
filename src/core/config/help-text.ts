import type { Program } from "./facts.ts";
import type { AnyOption } from "./option.ts";
import { optionNames, optionTable } from "./option-table.ts";

const column = "        ";

/** What `-help` prints, and what follows a fault of the command line: the flags in alphabetical order. */
export function helpText(program: Program): string {
  const folder = program === "rqlited" ? "DIR" : "[DIR]";
  const home =
    program === "rqlited"
      ? "All data of the node is kept in the folder DIR."
      : "All data of the node is kept in the folder DIR, by default ./quolite-data.";
  return `${program}: a fault-tolerant SQL database on SQLite, served over HTTP.

Usage: ${program} [flags] ${folder}

${home} Flags come before it, as -name VALUE or -name=VALUE; switch
a flag that takes no value off with -name=false. A DURATION is written 10s, 1h30m or 50ms.

${optionNames.map((name) => flagText(name, optionTable[name])).join("")}`;
}

function flagText(name: string, option: AnyOption): string {
  const head = option.placeholder === null ? `-${name}` : `-${name} ${option.placeholder}`;
  const byDefault = option.initialText === "" ? "" : ` (default ${option.initialText})`;
  const lines = [`  ${head}${byDefault}`, `${column}${option.sentence}`];
  if (option.missing !== undefined) lines.push(`${column}Not supported yet: ${option.missing}.`);
  return `${lines.join("\n")}\n`;
}

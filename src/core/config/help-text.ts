import type { Program } from "./facts.ts";
import type { AnyOption } from "./option.ts";
import { optionNames, optionTable } from "./option-table.ts";

const column = "        ";

/** What `-help` prints, and what follows a fault of the command line: the flags in alphabetical order. */
export function helpText(program: Program): string {
  const folder = program === "rqlited" ? "DIR" : "[DIR]";
  const byDefault = program === "rqlited" ? "" : ", by default ./quolite-data";
  return `${program}: a fault-tolerant SQL database on SQLite, served over HTTP.

Usage: ${program} [flags] ${folder}

DIR holds all data of the node${byDefault}. Flags come before it, as
-name VALUE or -name=VALUE; a flag without a value is switched off by -name=false.
A DURATION is written 10s, 1h30m or 50ms.

${optionNames.map((name) => flagText(name, optionTable[name])).join("")}`;
}

function flagText(name: string, option: AnyOption): string {
  const head = option.placeholder === null ? `-${name}` : `-${name} ${option.placeholder}`;
  const byDefault = option.initialText === "" ? "" : ` (default ${option.initialText})`;
  const lines = [`  ${head}${byDefault}`, `${column}${option.sentence}`];
  if (option.missing !== undefined) lines.push(`${column}Not supported yet: ${option.missing}.`);
  return `${lines.join("\n")}\n`;
}

/**
 * Writes docs/flags.md from the table of options, so that it can't go out of date.
 * `node scripts/flags-table.ts [--check]`; `--check` writes nothing and fails when the file is stale.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type AnyOption, optionGroups } from "../src/core/config/mod.ts";

/** The whole page. */
export function flagsPage(): string {
  const sections = Object.entries(optionGroups).map(
    ([title, options]) =>
      `## ${title}\n\n| Flag | Value | Default | What it does |\n|---|---|---|---|\n${rows(options)}`,
  );
  return `# Flags of quolite

\`quolite [flags] [DIR]\`: DIR holds all data of the node and is \`./quolite-data\` if not given; started under the name
\`rqlited\` it has to be given. \`-name\` and \`--name\` are the same; values follow as \`-name VALUE\` or \`-name=VALUE\`. A
flag without a value is on when it is there and off with \`-name=false\`. The last one counts. Numbers may be written
\`4096\`, \`0x1000\` or \`4_096\`; durations \`10s\`, \`1h30m\` or \`50ms\`.

Names, meanings and defaults are those of rqlite 10, but for flags marked *ours*. A flag marked *not yet* is known and
its value checked; when it asks for something, the node says so and doesn't start.

This page is written by \`node scripts/flags-table.ts\` from \`src/core/config/option-table.ts\`.

${sections.join("\n")}`;
}

function rows(options: Readonly<Record<string, AnyOption>>): string {
  return Object.entries(options)
    .map(
      ([name, option]) => `| \`-${name}\` | ${valueCell(option)} | ${code(option.initialText)} | ${about(option)} |\n`,
    )
    .join("");
}

const valueCell = ({ placeholder }: AnyOption): string => (placeholder === null ? "" : code(placeholder));
const code = (text: string): string => (text === "" ? "" : `\`${text.replaceAll("|", "\\|")}\``);

function about({ sentence, missing, ours }: AnyOption): string {
  return `${ours ? "*Ours.* " : ""}${sentence}${missing === undefined ? "" : ` *Not yet: ${missing}.*`}`;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const file = join(import.meta.dirname, "../docs/flags.md");
  const page = flagsPage();
  const current = existsSync(file) && readFileSync(file, "utf8") === page;
  if (!values.check) writeFileSync(file, page);
  else if (current) console.log("docs/flags.md says what the table of options says");
  else console.log("docs/flags.md is stale: node scripts/flags-table.ts writes it anew");
  process.exitCode = values.check && !current ? 1 : 0;
}

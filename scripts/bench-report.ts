/** The bench's numbers as a table for people, beside what they are to be measured against. */
import type { Result } from "./bench-node.ts";

/**
 * What rqlite v10 (Go, native SQLite) did on two cores of the kind this project is developed on, at another hour. An
 * orientation, not a comparison: only numbers of one run on one machine may be compared.
 */
const rqlite: Readonly<Record<string, number>> = {
  "insert-1": 1300,
  "insert-64": 10_000,
  "insert-256": 12_500,
  "insert-100": 73_000,
  "read-none-64": 17_000,
  "read-weak-64": 17_000,
  "read-linearizable-64": 17_000,
  "read-strong-64": 11_000,
  "select-10000": 32,
  boot: 1700,
  backup: 500,
  count: 120,
  "restart-clean": 1450,
  "restart-crash": 1450,
  "cold-start": 1400,
  "idle-cpu": 2,
  "idle-memory": 38,
};

interface Target {
  readonly sentence: string;
  readonly measured: (value: (name: string) => number) => number;
  readonly goal: number;
  readonly better: "higher" | "lower";
}

/** What is to be reached, each as a ratio of numbers from the same run, or as a bound. */
const targets: readonly Target[] = [
  {
    sentence: "inserts at 64 clients / do-nothing POST",
    measured: (v) => v("insert-64") / v("do-nothing-64"),
    goal: 0.5,
    better: "higher",
  },
  { sentence: "inserts at 1 client / syncs", measured: (v) => v("insert-1") / v("sync"), goal: 0.25, better: "higher" },
  ...["none", "weak", "linearizable"].map(
    (level): Target => ({
      sentence: `${level} point reads at 64 clients / do-nothing POST`,
      measured: (v) => v(`read-${level}-64`) / v("do-nothing-64"),
      goal: 2 / 3,
      better: "higher",
    }),
  ),
  { sentence: "10,000 rows in one SELECT, ms", measured: (v) => v("select-10000"), goal: 8, better: "lower" },
  { sentence: "clean restart with 400 MB, ms", measured: (v) => v("restart-clean"), goal: 150, better: "lower" },
  { sentence: "crash restart with 400 MB, ms", measured: (v) => v("restart-crash"), goal: 150, better: "lower" },
  { sentence: "cold start, ms", measured: (v) => v("cold-start"), goal: 200, better: "lower" },
];

/** A target with what came out. */
export interface Verdict {
  readonly sentence: string;
  readonly measured: number;
  readonly goal: number;
  readonly met: boolean;
}

/** Judges those targets whose numbers were all measured in this run. */
export function judge(results: readonly Result[]): readonly Verdict[] {
  const values = new Map(results.map(({ name, value }) => [name, value]));
  const verdicts: Verdict[] = [];
  for (const { sentence, measured, goal, better } of targets) {
    const value = measured((name) => values.get(name) ?? Number.NaN);
    if (Number.isNaN(value)) continue;
    verdicts.push({ sentence, measured: value, goal, met: better === "higher" ? value >= goal : value <= goal });
  }
  return verdicts;
}

/** A number short enough for a column. */
export function short(value: number | undefined): string {
  if (value === undefined) return "";
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

const columns: readonly (readonly [string, (result: Result) => string])[] = [
  ["", (r) => r.name],
  ["measured", (r) => short(r.value)],
  ["unit", (r) => r.unit],
  ["p50 ms", (r) => short(r.p50Ms)],
  ["p99 ms", (r) => short(r.p99Ms)],
  ["CPU µs", (r) => short(r.cpuMicros)],
  ["rqlite", (r) => short(rqlite[r.name])],
  ["", (r) => r.note ?? ""],
];

/** Lines of a Markdown table, its columns aligned for the terminal too. */
export function table(results: readonly Result[]): string {
  const cells = [columns.map(([title]) => title), ...results.map((result) => columns.map(([, cell]) => cell(result)))];
  const widths = columns.map((_, column) => Math.max(3, ...cells.map((line) => line[column]?.length ?? 0)));
  const isNumber = (column: number): boolean => [1, 3, 4, 5, 6].includes(column);
  const lines = cells.map(
    (line) =>
      `| ${line.map((cell, i) => (isNumber(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0))).join(" | ")} |`,
  );
  const rule = `|${widths.map((width, i) => `${"-".repeat(width + 1)}${isNumber(i) ? ":" : "-"}`).join("|")}|`;
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

/** One line per target: met or missed. */
export function verdictLines(verdicts: readonly Verdict[]): string {
  return verdicts
    .map(
      ({ sentence, measured, goal, met }) =>
        `${met ? "met   " : "MISSED"}  ${sentence}: ${short(measured)} (goal ${short(goal)})`,
    )
    .join("\n");
}

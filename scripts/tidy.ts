/**
 * The house rules that neither the compiler nor the linter knows. Each message says what to use instead.
 * `node scripts/tidy.ts`
 */
import { join } from "node:path";
import { codeOnly, type Finding, lineAt, readSources, report, type SourceFile } from "./source-text.ts";

interface Rule {
  /** What must not occur. */
  readonly pattern: RegExp;
  /** Where the rule holds, by path. */
  readonly where: RegExp;
  /** Looked for in the code alone, or in comments and strings too. */
  readonly within: "code" | "text";
  readonly message: string;
}

const core = /^src\/core\//;
const anywhere = /^(?:src|scripts|test)\//;

/** One line each: what is banned, where, and what takes its place. */
const rules: readonly Rule[] = [
  { pattern: /\bDate\.now\b/g, where: core, within: "code", message: "Date.now is banned in core, use the Clock port" },
  {
    pattern: /\bnew Date\(\s*\)/g,
    where: core,
    within: "code",
    message: "new Date() reads the wall clock, use the Clock port",
  },
  {
    pattern: /\bMath\.random\b/g,
    where: core,
    within: "code",
    message: "Math.random is banned in core, use the Entropy port",
  },
  { pattern: /\bconsole\./g, where: core, within: "code", message: "console is banned in core, use the Logger port" },
  {
    pattern: /\b(?:set|clear)(?:Timeout|Interval|Immediate)\b/g,
    where: core,
    within: "code",
    message: "timers are banned in core, use the Timers port",
  },
  {
    pattern: /\bprocess\./g,
    where: core,
    within: "code",
    message: "process is banned in core, take the value through a port",
  },
  {
    pattern: /(?<![.\w])performance\./g,
    where: core,
    within: "code",
    message: "performance is banned in core, use the Clock port",
  },
  {
    pattern: /(?<![.\w])crypto\./g,
    where: core,
    within: "code",
    message: "crypto is banned in core, use the Entropy port",
  },
  {
    pattern: /(?<![.\w])(?:Bun|Deno|Buffer)\./g,
    where: core,
    within: "code",
    message: "a runtime's own objects are banned in core, take the value through a port",
  },
  {
    pattern: /(?<![.\w]|function )fetch\(/g,
    where: /^src\/core\/(?!http\/)/,
    within: "code",
    message: "fetch is banned in core, use a port",
  },
  {
    pattern: /\basync\b|\bawait\b|\bPromise\b/g,
    where: /^src\/core\/(?:raft|log|pages|wire|node)\//,
    within: "code",
    message: "this room is synchronous: hand the work out as an output and take its completion as an input",
  },
  {
    pattern: /\b(?:timeout|delay|interval|elapsed|deadline|latency)\??: (?:readonly )?(?:number|bigint)\b/gi,
    where: /^(?:src|scripts)\//,
    within: "code",
    message: "a time says its unit: write timeoutMs, delayTicks, …",
  },
  {
    pattern: /\bas unknown as\b/g,
    where: core,
    within: "code",
    message: "a double cast hides a mistake: write a type guard, or give the value its type where it is made",
  },
  {
    pattern: /\/\/ ?@ts-|\/\* ?@ts-/g,
    where: anywhere,
    within: "text",
    message: "@ts-… comments are banned: fix the type",
  },
  {
    pattern: /\b(?:TODO|FIXME|XXX|HACK)\b/g,
    where: anywhere,
    within: "text",
    message: "finish it now, or open an issue: the tree holds no notes to self",
  },
  {
    pattern: /(?<![\w/.])\/(?:root|work|home\/\w+)\//g,
    where: anywhere,
    within: "text",
    message: "no path of one machine belongs in the tree: use import.meta.dirname or a temporary folder",
  },
  { pattern: /[ \t]+$/gm, where: anywhere, within: "text", message: "white space at the end of a line" },
];

const linesWarned = 400;
const linesMax = 600;

/** These hold the rules' own words. */
const exempt = new Set(["scripts/tidy.ts", "test/house/tidy.test.ts"]);

const vagueName = /(?:^|[-/])(?:utils?|helpers?|misc|common|stuff)(?:\.test)?\.ts$/;

/**
 * Functions, classes and interfaces that a file shows to others need a docstring: what it does, units, errors. What
 * fits on one line speaks for itself, and an interface may say it at its members.
 */
function undocumented(source: SourceFile, code: string): readonly Finding[] {
  const lines = source.text.split("\n");
  const findings: Finding[] = [];
  const declaration = /^export (?:async function|function|class|abstract class|interface) (\w+)[^\n]*/gm;
  for (const match of code.matchAll(declaration)) {
    const line = lineAt(code, match.index ?? 0);
    const shown = (lines[line - 1] ?? "").trimEnd();
    const before = (lines[line - 2] ?? "").trim();
    const overload = new RegExp(`^export (?:async )?function ${match[1]}\\b`).test(before);
    const body = source.text.slice(match.index, source.text.indexOf("\n}", match.index));
    const saysItInside = /^export interface/.test(match[0]) && body.includes("/**");
    if (shown.endsWith("}") || before.endsWith("*/") || before.startsWith("//") || overload || saysItInside) continue;
    findings.push({
      path: source.path,
      line,
      message: `${match[1]} is public: say what it is above it (units, errors, source)`,
    });
  }
  return findings;
}

/** Checks sources; a path decides which rules hold. */
export function checkTidy(sources: readonly SourceFile[]): readonly Finding[] {
  const findings: Finding[] = [];
  for (const source of sources) {
    const { path, text } = source;
    if (exempt.has(path)) continue;
    const code = codeOnly(text);
    for (const rule of rules) {
      if (!rule.where.test(path)) continue;
      const searched = rule.within === "code" ? code : text;
      for (const match of searched.matchAll(rule.pattern)) {
        findings.push({ path, line: lineAt(searched, match.index ?? 0), message: rule.message });
      }
    }
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (!/^[a-z0-9]+(?:-[a-z0-9]+)*(?:\.(?:test|config|d))*\.ts$/.test(name)) {
      findings.push({ path, line: 1, message: "name files in kebab-case" });
    }
    if (vagueName.test(path)) findings.push({ path, line: 1, message: "name the file for the one noun it holds" });
    const lines = lineAt(text, text.length);
    if (lines > linesMax) {
      findings.push({
        path,
        line: linesMax,
        message: `${lines} lines: one file, one noun; split it (at most ${linesMax})`,
      });
    }
    if (core.test(path) && !path.endsWith(".d.ts")) findings.push(...undocumented(source, code));
  }
  return findings;
}

/** Files that should soon be split; they don't fail the check. */
export function longFiles(sources: readonly SourceFile[]): readonly string[] {
  const long = sources.filter(({ text }) => {
    const lines = lineAt(text, text.length);
    return lines > linesWarned && lines <= linesMax;
  });
  return long.map(({ path, text }) => `${path} has ${lineAt(text, text.length)} lines`);
}

if (import.meta.main) {
  const sources = readSources(join(import.meta.dirname, ".."), ["src", "scripts", "test"]);
  for (const line of longFiles(sources)) console.log(`soon too long: ${line}`);
  process.exitCode = report(checkTidy(sources), `tidy: ${sources.length} files in order`);
}

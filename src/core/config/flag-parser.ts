import { done, failed, type Outcome } from "../base/mod.ts";
import { type OptionName, type OptionValues, optionTable } from "./option-table.ts";

/** A command line taken apart as Go's `flag` package does (operations §1.1). */
export interface ParsedFlags {
  readonly values: OptionValues;
  /** The flags that were there. */
  readonly given: ReadonlySet<OptionName>;
  /** What follows the flags. */
  readonly rest: readonly string[];
}

/** Not an error of the command line but a wish: `-h`, `-help`. */
export type ParseStop = { readonly type: "help" } | { readonly type: "error"; readonly message: string };

const isOptionName = (name: string): name is OptionName => Object.hasOwn(optionTable, name);

const defaults = Object.fromEntries(
  Object.entries(optionTable).map(([name, option]) => [name, option.initial]),
) as OptionValues;

/** The first fault wins; so does a wish for help that comes before it. */
export function parseFlags(commandLine: readonly string[]): Outcome<ParsedFlags, ParseStop> {
  const values: Record<string, boolean | string | bigint> = { ...defaults };
  const given = new Set<OptionName>();
  const fault = (message: string) => failed({ type: "error", message } as const);
  let at = 0;
  while (at < commandLine.length) {
    const token = commandLine[at] ?? "";
    if (!token.startsWith("-") || token === "-") break;
    at++;
    if (token === "--") break;
    const text = token.slice(token.startsWith("--") ? 2 : 1);
    if (/^[-=]/.test(text)) return fault(`bad flag syntax: ${token}`);
    const equals = text.indexOf("=");
    const name = equals < 0 ? text : text.slice(0, equals);
    const attached = equals < 0 ? null : text.slice(equals + 1);
    if (!isOptionName(name)) {
      if (name === "h" || name === "help") return failed({ type: "help" });
      return fault(`flag provided but not defined: -${name}`);
    }
    const option = optionTable[name];
    // A bool never takes the next word, anything else always does, even one that looks like a flag.
    const value = attached ?? (option.type === "bool" ? "true" : commandLine[at++]);
    if (value === undefined) return fault(`flag needs an argument: -${name}`);
    const parsed = option.parse(value);
    if (!parsed.ok) {
      const quoted = JSON.stringify(value);
      const what = option.type === "bool" ? `boolean value ${quoted} for` : `value ${quoted} for flag`;
      return fault(`invalid ${what} -${name}: ${parsed.error}`);
    }
    values[name] = parsed.value;
    given.add(name);
  }
  return done({ values: values as OptionValues, given, rest: commandLine.slice(at) });
}

/** config: the one table of options, and all that comes from it: parsing, help, checks, a node's frozen settings. */
export type { Address } from "./address.ts";
export { type CommandLine, parseCommandLine } from "./command-line.ts";
export type { Config, LogLevel } from "./config.ts";
export type { Facts, Program } from "./facts.ts";
export type { AnyOption } from "./option.ts";
export { optionGroups } from "./option-table.ts";

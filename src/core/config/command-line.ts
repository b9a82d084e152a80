import { nodeId } from "../base/mod.ts";
import type { Config, LogLevel } from "./config.ts";
import type { Facts, Program } from "./facts.ts";
import { type ParsedFlags, parseFlags } from "./flag-parser.ts";
import { helpText } from "./help-text.ts";
import { type OptionName, type OptionValues, optionNames, optionTable } from "./option-table.ts";
import { type RaftTiming, raftTiming, raftTimingFault } from "./raft-timing.ts";
import { type Identity, validate } from "./validation.ts";

/** What a command line asks for. */
export type CommandLine =
  | { readonly type: "run"; readonly config: Config }
  /**
   * End at once with this code. `error` goes to stderr: if `logged`, as the message of a log line of the program
   * (it has no newline then), else as it is.
   */
  | { readonly type: "exit"; readonly code: 0 | 1 | 2; readonly error: string; readonly logged: boolean };

const defaultFolder = "./quolite-data";
const bodyBytesLeast = 1024n;
const bodyBytesMost = 1_073_741_824n;
const readersMost = 64n;
const logLevels: readonly string[] = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "OFF"] satisfies readonly LogLevel[];

/** Everything between argv and a running node: parsed, checked in the contract's order (operations §1.1, §1.3). */
export function parseCommandLine(commandLine: readonly string[], program: Program, facts: Facts): CommandLine {
  if (commandLine.length === 0 && program === "rqlited")
    return exit(1, "failed to parse command-line flags: missing required argument: DataPath", true);
  const parsed = parseFlags(commandLine);
  if (!parsed.ok) {
    const help = helpText(program);
    return parsed.error.type === "help" ? exit(0, help) : exit(2, `${parsed.error.message}\n${help}`);
  }
  const { values, given, rest } = parsed.value;
  if (values.version) return exit(0, `${versionLine(program, facts)}\n`);
  for (const name of ["raft-reap-node-timeout", "raft-reap-read-only-node-timeout"] as const) {
    if (given.has(name) && values[name] <= 0n) return fatal(`-${name} must be greater than 0`);
  }
  const [folder = program === "quolite" ? defaultFolder : "", ...excess] = rest;
  if (excess.length > 0)
    return exit(1, `arguments after data directory (${folder}) are not accepted ([${excess.join(" ")}])\n`);
  const identity = validate(values, folder.trim(), facts.exists);
  if ("error" in identity) return fatal(identity.error);
  const fault = boundFault(values) ?? missingFault(parsed.value);
  if (fault !== null) return fatal(fault);
  const timing = raftTiming(values);
  const timingFault = raftTimingFault(timing);
  if (timingFault !== null)
    return exit(1, `failed to open store: creating the raft system failed: ${timingFault}`, true);
  return { type: "run", config: buildConfig(values, identity, timing, facts.resolvePath(folder.trim()), facts.cpus) };
}

const exit = (code: 0 | 1 | 2, error: string, logged = false): CommandLine => ({ type: "exit", code, error, logged });
const fatal = (message: string): CommandLine => exit(1, `fatal: ${message}\n`);

function versionLine(program: Program, facts: Facts): string {
  const runtime = facts.runtime.replaceAll(" ", "-");
  const build = `commit ${facts.commit}, compiler ${facts.compiler}`;
  return `${program} ${facts.version} ${facts.os} ${facts.arch} ${runtime} sqlite${facts.sqliteVersion} (${build})`;
}

function boundFault(values: OptionValues): string | null {
  const bodyBytes = values["http-body-max"];
  if (bodyBytes < bodyBytesLeast || bodyBytes > bodyBytesMost)
    return `-http-body-max must be between ${bodyBytesLeast} and ${bodyBytesMost}`;
  if (values.readers > readersMost) return `-readers must be at most ${readersMost}`;
  // Both become headers of every response.
  const header = (["http-allow-origin", "http-adv-addr", "http-addr"] as const).find(
    (name) => !/^[\x20-\x7e]*$/.test(values[name]),
  );
  return header === undefined ? null : `-${header} must be printable ASCII`;
}

/** A flag whose feature isn't there is refused rather than swallowed, unless it asks for what is so anyway. */
function missingFault({ values, given }: ParsedFlags): string | null {
  const name = optionNames.find((name) => given.has(name) && asksForMissing(name, values));
  return name === undefined ? null : `-${name} is not supported yet: ${optionTable[name].missing}`;
}

function asksForMissing(name: OptionName, values: OptionValues): boolean {
  const { missing, initial, idle } = optionTable[name];
  return missing !== undefined && values[name] !== initial && values[name] !== idle;
}

const toMs = (durationNs: bigint): number => Number(durationNs) / 1e6;
const notNegative = (value: bigint): number => Math.max(0, Number(value));

function buildConfig(
  values: OptionValues,
  identity: Identity,
  timing: RaftTiming,
  dataFolder: string,
  cpus: number,
): Config {
  const logLevel = values["raft-log-level"].toUpperCase();
  return Object.freeze<Config>({
    dataFolder,
    nodeId: nodeId(identity.nodeId),
    httpAddress: Object.freeze(identity.httpAddress),
    httpAdvertised: Object.freeze(identity.httpAdvertised),
    httpAllowOrigin: values["http-allow-origin"] || null,
    httpBodyBytesMax: Number(values["http-body-max"]),
    raftAddress: Object.freeze(identity.raftAddress),
    raftAdvertised: Object.freeze(identity.raftAdvertised),
    raftLogLevel: isLogLevel(logLevel) ? logLevel : "INFO",
    heartbeatTimeoutMs: toMs(timing.heartbeatTimeoutNs),
    electionTimeoutMs: toMs(timing.electionTimeoutNs),
    leaderLeaseTimeoutMs: toMs(timing.leaderLeaseTimeoutNs),
    commitTimeoutMs: toMs(timing.commitTimeoutNs),
    applyTimeoutMs: toMs(values["raft-apply-timeout"]),
    shutdownStepdown: values["raft-shutdown-stepdown"],
    removeShutdown: values["raft-remove-shutdown"],
    clusterRemoveShutdown: values["raft-cluster-remove-shutdown"],
    reapTimeoutMs: toMs(values["raft-reap-node-timeout"]),
    reapReadOnlyTimeoutMs: toMs(values["raft-reap-read-only-node-timeout"]),
    checkpointEntries: Number(values["raft-snap"] || optionTable["raft-snap"].initial),
    checkpointLogBytes: values["raft-snap-int"] === 0n ? 0 : Number(values["raft-snap-wal-size"]),
    checkpointIntervalMs: toMs(timing.snapshotIntervalNs),
    foreignKeys: values.fk,
    readers: values.readers === 0n ? Math.max(1, cpus - 1) : Number(values.readers),
    readOnlyConnectionsMax: notNegative(values["db-max-ro-conns"]),
    writeQueueCapacity: notNegative(values["write-queue-capacity"]),
    writeQueueBatchSize: notNegative(values["write-queue-batch-size"]),
    writeQueueTimeoutMs: toMs(values["write-queue-timeout"]),
    writeQueueTransaction: values["write-queue-tx"],
  });
}

const isLogLevel = (text: string): text is LogLevel => logLevels.includes(text);

import { describe, expect, test } from "vitest";
import { nodeId } from "../../../src/core/base/mod.ts";
import {
  type CommandLine,
  type Config,
  type Facts,
  type Program,
  parseCommandLine,
} from "../../../src/core/config/mod.ts";
import { optionNames, optionTable } from "../../../src/core/config/option-table.ts";

const facts: Facts = {
  version: "v10.3.0",
  commit: "abc123",
  compiler: "none",
  os: "linux",
  arch: "amd64",
  runtime: "node v24.21.0",
  cpus: 4,
  sqliteVersion: "3.54.1",
  resolvePath: (path) => `/home/${path.replace(/^\.\//, "")}`,
  exists: (path) => path === "there",
};

const parse = (line: string, program: Program = "rqlited"): CommandLine =>
  parseCommandLine(line === "" ? [] : line.split(" "), program, facts);

function configOf(line: string, program: Program = "rqlited"): Config {
  const parsed = parse(line, program);
  if (parsed.type !== "run") throw new Error(parsed.error);
  return parsed.config;
}

function exitOf(line: string, program: Program = "rqlited"): Extract<CommandLine, { type: "exit" }> {
  const parsed = parse(line, program);
  if (parsed.type === "run") throw new Error(`${line} was accepted`);
  return parsed;
}

/** The message of a `fatal: …` with exit code 1; anything else fails the test. */
function fatalOf(line: string): string {
  const { code, error, logged } = exitOf(line);
  expect({ code, logged }).toEqual({ code: 1, logged: false });
  expect(error).toMatch(/^fatal: .*\n$/);
  return error.slice("fatal: ".length, -1);
}

describe("the data folder", () => {
  test("rqlited has to be told", () => {
    expect(exitOf("")).toEqual({
      type: "exit",
      code: 1,
      error: "failed to parse command-line flags: missing required argument: DataPath",
      logged: true,
    });
    expect(fatalOf("-fk")).toBe("data directory path is required");
  });
  test("quolite has one of its own", () => {
    expect(configOf("", "quolite").dataFolder).toBe("/home/quolite-data");
    expect(configOf("-fk", "quolite").dataFolder).toBe("/home/quolite-data");
    expect(configOf("d", "quolite").dataFolder).toBe("/home/d");
  });
  test("is trimmed, and may not be blank", () => {
    expect(parseCommandLine(["  d "], "quolite", facts)).toMatchObject({ config: { dataFolder: "/home/d" } });
    expect(parseCommandLine(["  "], "quolite", facts)).toMatchObject({
      error: "fatal: data directory path is required\n",
    });
  });
  test("is the last word", () => {
    expect(exitOf("D X Y")).toEqual({
      type: "exit",
      code: 1,
      error: "arguments after data directory (D) are not accepted ([X Y])\n",
      logged: false,
    });
    expect(exitOf("D -fk").error).toContain("([-fk])");
  });
});

describe("Go's way of reading flags", () => {
  test.each([
    ["-node-id=a D", "a"],
    ["--node-id=a D", "a"],
    ["-node-id a D", "a"],
    ["--node-id a D", "a"],
    ["-node-id a -node-id b D", "b"],
    ["-node-id -fk D", "-fk"],
    ["-node-id -- D", "--"],
    ["-node-id=a=b D", "a=b"],
  ])("%s", (line, expected) => {
    expect(configOf(line).nodeId).toBe(expected);
  });
  test.each([
    ["-fk D", true, "D"],
    ["-fk=true D", true, "D"],
    ["-fk=F D", false, "D"],
    ["-fk -fk=0 D", false, "D"],
    ["-fk false", true, "false"],
    ["-fk -- -D", true, "-D"],
    ["-fk -", true, "-"],
    ["-", false, "-"],
    ["-- D", false, "D"],
  ])("%s", (line, foreignKeys, folder) => {
    expect(configOf(line)).toMatchObject({ foreignKeys, dataFolder: `/home/${folder}` });
  });
  test.each([
    ["-bogus D", "flag provided but not defined: -bogus"],
    ["--bogus=1 D", "flag provided but not defined: -bogus"],
    ["-on-disk-path=/x D", "flag provided but not defined: -on-disk-path"],
    ["-raft-timeout=1s D", "flag provided but not defined: -raft-timeout"],
    ["-toString D", "flag provided but not defined: -toString"],
    ["-=x D", "bad flag syntax: -=x"],
    ["--=x D", "bad flag syntax: --=x"],
    ["---x D", "bad flag syntax: ---x"],
    ["-http-addr", "flag needs an argument: -http-addr"],
    ["-fk=maybe D", 'invalid boolean value "maybe" for -fk: parse error'],
    ["-fk= D", 'invalid boolean value "" for -fk: parse error'],
    ["-raft-snap abc D", 'invalid value "abc" for flag -raft-snap: parse error'],
    ["-raft-snap -1 D", 'invalid value "-1" for flag -raft-snap: parse error'],
    [
      "-raft-snap 18446744073709551616 D",
      'invalid value "18446744073709551616" for flag -raft-snap: value out of range',
    ],
    [
      "-join-attempts 9223372036854775808 D",
      'invalid value "9223372036854775808" for flag -join-attempts: value out of range',
    ],
    ["-raft-snap-int 10 D", 'invalid value "10" for flag -raft-snap-int: parse error'],
    ["-fk -bogus -fk=maybe D", "flag provided but not defined: -bogus"],
    ["-bogus -h", "flag provided but not defined: -bogus"],
  ])("%s: usage and exit 2", (line, message) => {
    const { code, error, logged } = exitOf(line);
    expect({ code, logged }).toEqual({ code: 2, logged: false });
    expect(error.startsWith(`${message}\nrqlited: `)).toBe(true);
    expect(error).toContain("\nUsage: rqlited [flags] DIR\n");
  });
});

describe("help", () => {
  test.each(["-h", "-help", "--help", "-fk --h", "-h=x -bogus", "-h D E F"])("%s", (line) => {
    const { code, error } = exitOf(line);
    expect(code).toBe(0);
    expect(error).toContain("Usage: rqlited [flags] DIR\n");
  });
  test("lists every flag once, in alphabetical order", () => {
    const listed = [...exitOf("-h", "quolite").error.matchAll(/^ {2}-([a-z-]+)/gm)].map(([, name]) => name);
    expect(listed).toEqual(Object.keys(optionTable).sort());
    expect(listed).toHaveLength(70);
  });
  test("shows values, defaults and what is missing", () => {
    const { error } = exitOf("-h", "quolite");
    expect(error).toContain("Usage: quolite [flags] [DIR]\n");
    expect(error).toContain("  -http-addr HOST:PORT (default localhost:4001)\n        Address to serve HTTP on.\n");
    expect(error).toContain("  -raft-shutdown-stepdown (default true)\n");
    expect(error).toContain("  -auto-optimize-int DURATION (default 24h0m0s)\n");
    expect(error).toContain("        Not supported yet: this version checks no credentials.\n");
    expect(error.endsWith("\n")).toBe(true);
    expect(error.endsWith("\n\n")).toBe(false);
    for (const line of error.split("\n")) expect(line.length).toBeLessThanOrEqual(120);
  });
});

test("-version comes before every other check", () => {
  const line = "v10.3.0 linux amd64 node-v24.21.0 sqlite3.54.1 (commit abc123, compiler none)\n";
  expect(exitOf("-version")).toEqual({ type: "exit", code: 0, error: `rqlited ${line}`, logged: false });
  expect(exitOf("-version", "quolite").error).toBe(`quolite ${line}`);
  expect(exitOf("-version -raft-reap-node-timeout=0 -join=x D E").error).toBe(`rqlited ${line}`);
  expect(exitOf("-version -bogus").code).toBe(2);
});

describe("a reap flag has to be above 0", () => {
  test.each([
    ["-raft-reap-node-timeout=0 D E", "-raft-reap-node-timeout must be greater than 0"],
    ["-raft-reap-node-timeout=-1s D", "-raft-reap-node-timeout must be greater than 0"],
    ["-raft-reap-read-only-node-timeout=0s D", "-raft-reap-read-only-node-timeout must be greater than 0"],
  ])("%s", (line, message) => {
    expect(fatalOf(line)).toBe(message);
  });
});

/** Rows of operations §1.3: each line breaks this rule and some that come after it. */
describe("validation, in its order", () => {
  const node = "-http-addr=h:1 -raft-addr=r:2";
  test.each([
    ["-extensions-path=there,missing -http-cert=c D", "extension path does not exist: missing"],
    ["-http-cert=c -node-key=k D", "either both -http-cert and -http-key must be set, or neither"],
    ["-http-key=k D", "either both -http-cert and -http-key must be set, or neither"],
    ["-node-cert=c -http-verify-common-name=n D", "either both -node-cert and -node-key must be set, or neither"],
    [
      "-http-verify-common-name=n -node-verify-common-name=n D",
      "-http-verify-common-name requires -http-verify-client",
    ],
    ["-node-verify-common-name=n -http-addr=a -raft-addr=a D", "-node-verify-common-name requires -node-verify-client"],
    ["-http-addr=http://a -raft-addr=http://a D", "HTTP and Raft addresses must differ"],
    ["-http-addr=http://a:1 D", "HTTP options should not include protocol (http:// or https://)"],
    ["-http-addr=httpd:4001 D", "HTTP options should not include protocol (http:// or https://)"],
    ["-http-adv-addr=HTTPS://x D", "HTTP options should not include protocol (http:// or https://)"],
    ["-http-addr=a -http-adv-addr=b D", "HTTP bind address not valid"],
    ["-http-adv-addr=b -raft-addr=c D", "HTTP advertised HTTP address not valid"],
    [
      "-http-addr=0.0.0.0:4001 -raft-addr=c D",
      "advertised HTTP address is not routable (0.0.0.0), specify it via -http-addr or -http-adv-addr",
    ],
    [
      "-http-addr=:4001 -http-adv-addr=[::]:4001 D",
      "advertised HTTP address is not routable (::), specify it via -http-addr or -http-adv-addr",
    ],
    ["-raft-addr=c -raft-adv-addr=d D", "raft bind address not valid"],
    ["-raft-addr=c:x -raft-adv-addr=d D", "raft bind port not valid"],
    ["-raft-addr=c: D", "raft bind port not valid"],
    ["-raft-adv-addr=d D", "raft advertised address not valid"],
    [
      "-raft-addr=0.0.0.0:4002 D",
      "advertised Raft address is not routable (0.0.0.0), specify it via -raft-addr or -raft-adv-addr",
    ],
    ["-raft-adv-addr=d:x D", "raft advertised port is not valid"],
    [
      "-raft-adv-addr=localhost:4001 -raft-non-voter -bootstrap-expect=3 D",
      "advertised HTTP and Raft addresses must differ",
    ],
    ["-bootstrap-expect=3 -raft-non-voter -join=x D", "bootstrapping only applicable to voting nodes"],
    ["-join=r:1,x -auto-restore=f D", "auto-restoring cannot be used when joining a cluster"],
    ["-join=r:1,x D", "x is an invalid join address"],
    ["-join=r:1, D", " is an invalid join address"],
    [`${node} -join=r:2 -auto-restore=f D`, "node cannot join with itself unless bootstrapping"],
    [`${node} -raft-adv-addr=p:3 -join=p:3 D`, "node cannot join with itself unless bootstrapping"],
    ["-join=r:1 -disco-mode=x D", "disco mode cannot be used when also explicitly joining a cluster"],
    ["-cdc-config=c -raft-non-voter -otlp-cert=c D", "CDC cannot be enabled on non-voting nodes"],
    ["-otlp-cert=c -otlp-insecure D", "either both -otlp-cert and -otlp-key must be set, or neither"],
    ["-otlp-ca-cert=c -disco-mode=x D", "OTLP options require -otlp-endpoint"],
    ["-otlp-endpoint=http://a:1 -otlp-interval=0 D", "-otlp-endpoint must not include a protocol scheme"],
    ["-otlp-endpoint=a -otlp-interval=0 D", "-otlp-endpoint is not a valid address"],
    [
      "-otlp-endpoint=a:1 -otlp-interval=0 -otlp-insecure -otlp-no-verify D",
      "-otlp-interval must be greater than zero",
    ],
    [
      "-otlp-endpoint=a:1 -otlp-insecure -otlp-no-verify D",
      "-otlp-insecure cannot be used with other OTLP TLS options",
    ],
    ["-disco-mode=consul-kv -bootstrap-expect=3 D", "bootstrapping not applicable when using consul-kv"],
    ["-disco-mode=etcd-kv -bootstrap-expect=3 D", "bootstrapping not applicable when using etcd-kv"],
    ["-disco-mode=dns D", "bootstrap-expect value required when using dns with a voting node"],
    ["-disco-mode=dns-srv D", "bootstrap-expect value required when using dns-srv with a voting node"],
    ["-disco-mode=DNS D", "disco mode must be one of consul-kv, etcd-kv, dns, or dns-srv"],
    ["-http-body-max=1 -join=r:1 D", "-http-body-max must be between 1024 and 1073741824"],
    ["-readers=65 D", "-readers must be at most 64"],
    ["-http-allow-origin=\u2603 D", "-http-allow-origin must be printable ASCII"],
    ["-http-adv-addr=h\n:1 D", "-http-adv-addr must be printable ASCII"],
  ])("%s", (line, message) => {
    expect(fatalOf(line)).toBe(message);
  });

  test.each([
    "-bootstrap-expect=1 -join=localhost:4002 D",
    "-disco-mode=dns -raft-non-voter D",
    "-extensions-path=there, D",
  ])("%s passes them and is refused for what is missing", (line) => {
    expect(fatalOf(line)).toMatch(/^-[a-z-]+ is not supported yet: /);
  });
});

describe("Raft's times", () => {
  test.each([
    ["-raft-heartbeat-timeout=4ms D", "HeartbeatTimeout is too low"],
    ["-raft-heartbeat-timeout=-1s D", "HeartbeatTimeout is too low"],
    ["-raft-election-timeout=1ms D", "ElectionTimeout is too low"],
    ["-raft-commit-timeout=999us D", "CommitTimeout is too low"],
    ["-raft-snap-int=1ms D", "SnapshotInterval is too low"],
    ["-raft-leader-lease-timeout=1ms D", "LeaderLeaseTimeout is too low"],
    ["-raft-heartbeat-timeout=300ms D", "LeaderLeaseTimeout (500ms) cannot be larger than heartbeat timeout (300ms)"],
    ["-raft-heartbeat-timeout=2s D", "ElectionTimeout (1s) must be equal or greater than Heartbeat Timeout (2s)"],
  ])("%s", (line, message) => {
    expect(exitOf(line)).toEqual({
      type: "exit",
      code: 1,
      error: `failed to open store: creating the raft system failed: ${message}`,
      logged: true,
    });
  });
  test("0 stands for a default", () => {
    const zeros =
      "-raft-heartbeat-timeout=0 -raft-election-timeout=0 -raft-leader-lease-timeout=0 -raft-commit-timeout=0 D";
    expect(configOf(zeros)).toEqual(configOf("D"));
  });
});

describe("what is missing is refused, never swallowed", () => {
  const other = { bool: "=true", string: "=a:1", int: "=7", uint: "=7", duration: "=7s" };
  const missing = optionNames.filter((name) => optionTable[name].missing !== undefined);

  test.each(missing)("-%s", (name) => {
    const option = optionTable[name];
    expect(option.missing).toMatch(/[^.\n]$/);
    const message = fatalOf(`-${name}${other[option.type]} D`);
    // Some don't get that far by themselves: they break a rule of §1.3 first.
    const rule = /must be|requires?|does not exist|required/;
    if (!rule.test(message)) expect(message).toBe(`-${name} is not supported yet: ${option.missing}`);
    expect(parse(`-${name}=${option.type === "bool" ? "false" : option.initialText} D`).type).toBe(
      name.startsWith("raft-reap") ? "exit" : "run",
    );
  });
  test("to ask for nothing is no asking", () => {
    expect(parse("-auto-optimize-int=0 -auto-vacuum-int=0 D").type).toBe("run");
  });
  test("the first in alphabetical order is told", () => {
    expect(fatalOf("-write-queue-tx -auth=f D")).toBe("-auth is not supported yet: this version checks no credentials");
  });
});

describe("the settings", () => {
  test("of a node that is told nothing", () => {
    const localhost = (port: number) => ({ text: `localhost:${port}`, host: "localhost", port });
    expect(configOf("D")).toEqual({
      dataFolder: "/home/D",
      nodeId: nodeId("localhost:4002"),
      httpAddress: localhost(4001),
      httpAdvertised: localhost(4001),
      httpAllowOrigin: null,
      httpBodyBytesMax: 268_435_456,
      raftAddress: localhost(4002),
      raftAdvertised: localhost(4002),
      raftLogLevel: "WARN",
      heartbeatTimeoutMs: 1000,
      electionTimeoutMs: 1000,
      leaderLeaseTimeoutMs: 500,
      commitTimeoutMs: 50,
      applyTimeoutMs: 10_000,
      shutdownStepdown: true,
      removeShutdown: false,
      clusterRemoveShutdown: false,
      reapTimeoutMs: 0,
      reapReadOnlyTimeoutMs: 0,
      checkpointEntries: 8192,
      checkpointLogBytes: 4_194_304,
      checkpointIntervalMs: 10_000,
      foreignKeys: false,
      readers: 3,
      readOnlyConnectionsMax: 256,
      writeQueueCapacity: 1024,
      writeQueueBatchSize: 128,
      writeQueueTimeoutMs: 50,
      writeQueueTransaction: false,
    } satisfies Config);
  });
  test("are frozen", () => {
    const config = configOf("D");
    expect(Object.isFrozen(config)).toBe(true);
    expect(Object.isFrozen(config.httpAddress)).toBe(true);
  });
  test("of addresses come from one another", () => {
    expect(configOf("-http-addr=0.0.0.0:80 -http-adv-addr=web:80 -raft-addr=:81 -raft-adv-addr=me:81 D")).toMatchObject(
      {
        nodeId: "me:81",
        httpAddress: { host: "0.0.0.0", port: 80 },
        httpAdvertised: { text: "web:80" },
        raftAddress: { host: "", port: 81 },
        raftAdvertised: { text: "me:81" },
      },
    );
    expect(configOf("-http-addr=h:99999 D").httpAddress.port).toBeNull();
    expect(configOf("-http-addr=h: D").httpAddress.port).toBe(0);
  });
  test.each([
    ["-readers=7 D", { readers: 7 }],
    ["-raft-log-level=debug D", { raftLogLevel: "DEBUG" }],
    ["-raft-log-level=loud D", { raftLogLevel: "INFO" }],
    ["-raft-snap=0 D", { checkpointEntries: 8192 }],
    ["-raft-snap=0x10 -raft-snap-wal-size=0 D", { checkpointEntries: 16, checkpointLogBytes: 0 }],
    ["-raft-snap-int=0 D", { checkpointIntervalMs: 120_000, checkpointLogBytes: 0 }],
    ["-raft-commit-timeout=1.5ms D", { commitTimeoutMs: 1.5 }],
    ["-http-allow-origin=https://a D", { httpAllowOrigin: "https://a" }],
    ["-db-max-ro-conns=-1 D", { readOnlyConnectionsMax: 0 }],
    [
      "-raft-cluster-remove-shutdown -raft-remove-shutdown -raft-shutdown-stepdown=false D",
      { clusterRemoveShutdown: true, removeShutdown: true, shutdownStepdown: false },
    ],
  ])("%s", (line, expected) => {
    expect(configOf(line)).toMatchObject(expected);
  });
  test("give at least one reader on a single core", () => {
    expect(parseCommandLine([], "quolite", { ...facts, cpus: 1 })).toMatchObject({ config: { readers: 1 } });
  });
});

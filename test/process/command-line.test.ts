import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandFor } from "../../scripts/server-process.ts";
import { postOf, startNode, workspace } from "./node-fixture.ts";

interface Said {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

interface LineCase {
  readonly line: readonly string[];
  readonly code: number;
  readonly error: RegExp;
}

/** operations §1.1-§1.3, and flags whose feature is not there. */
const cases: readonly LineCase[] = [
  { line: ["-h"], code: 0, error: /-http-addr/ },
  { line: ["--help"], code: 0, error: /-raft-snap-wal-size/ },
  { line: ["-version"], code: 0, error: /^\w+ \S+ \w+ \w+ \S.* sqlite3\.\d+\.\d+ \(commit / },
  { line: ["-bogus", "data"], code: 2, error: /^flag provided but not defined: -bogus\n/ },
  { line: ["---x", "data"], code: 2, error: /^bad flag syntax: ---x\n/ },
  { line: ["-http-addr"], code: 2, error: /^flag needs an argument: -http-addr\n/ },
  { line: ["-fk=maybe", "data"], code: 2, error: /^invalid boolean value "maybe" for -fk: parse error\n/ },
  { line: ["-raft-snap", "abc", "data"], code: 2, error: /^invalid value "abc" for flag -raft-snap: parse error\n/ },
  { line: ["data", "more"], code: 1, error: /arguments after data directory \(.*data\) are not accepted \(\[more\]\)/ },
  { line: ["-http-addr", "localhost", "data"], code: 1, error: /^fatal: HTTP bind address not valid\n/ },
  {
    line: ["-http-addr", "localhost:4002", "data"],
    code: 1,
    error: /^fatal: HTTP and Raft addresses must differ\n/,
  },
  {
    line: ["-http-cert", "a.pem", "data"],
    code: 1,
    error: /^fatal: either both -http-cert and -http-key must be set, or neither\n/,
  },
  { line: ["-auto-backup", "backup.json", "data"], code: 1, error: /-auto-backup/ },
  { line: ["-extensions-path", "nowhere", "data"], code: 1, error: /^fatal: extension path does not exist: / },
];

describe.each(["node", "bun", "deno"] as const)("the command line on %s", (runtime) => {
  const [program = "", ...args] = commandFor(runtime, `src/runtime/${runtime}/main.ts`);
  const say = (line: readonly string[], cwd: string): Said => {
    const run = spawnSync(program, [...args, ...line], { cwd, encoding: "utf8", timeout: 20_000 });
    return { code: run.status, out: run.stdout, error: run.stderr };
  };

  test("says what is wrong and exits as the contract says", () => {
    const home = workspace();
    for (const { line, code, error } of cases) {
      const said = say(line, home);
      expect.soft(said.error, line.join(" ")).toMatch(error);
      expect.soft(said.code, line.join(" ")).toBe(code);
      expect.soft(said.out, line.join(" ")).toBe("");
    }
    expect(existsSync(join(home, "data"))).toBe(false);
  });

  test("a port that is taken is a fatal line and exit code 1", async () => {
    const home = workspace();
    const server = await startNode(runtime);
    const said = say(["-http-addr", `localhost:${server.port}`, "-raft-addr", "localhost:1", join(home, "data")], home);
    expect(said.error).toMatch(/failed to start HTTP server: .*\n/);
    expect(said.code).toBe(1);
  });

  test("SIGTERM ends it cleanly, also in the middle of work", async () => {
    const server = await startNode(runtime);
    const requests = Array.from({ length: 20 }, (_, n) =>
      fetch(`${server.url}/db/execute`, postOf([`CREATE TABLE t${n}(a)`])).then(
        (response) => response.text(),
        (error: unknown) => String(error),
      ),
    );
    await Promise.race(requests);
    expect(await server.end("SIGTERM")).toBe(0);
    await Promise.all(requests);
    expect(server.said).toMatch(/\[\w+\] \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d received signal "terminated"/);
    expect(server.said).toMatch(/server stopped/);
  });
});

describe("the name rqlited", () => {
  test("asks for a data folder", () => {
    const [program = "", ...args] = commandFor("node", "test/process/rqlited.ts");
    const said = spawnSync(program, args, { encoding: "utf8", timeout: 20_000 });
    expect(said.stderr).toMatch(/failed to parse command-line flags: missing required argument: DataPath/);
    expect(said.status).toBe(1);
  });
});

import { describe, expect, test } from "vitest";
import manifest from "../../../package.json" with { type: "json" };
import { logIndex, nodeId } from "../../../src/core/base/mod.ts";
import { parseCommandLine } from "../../../src/core/config/mod.ts";
import { boundAddress } from "../../../src/core/host/bound-address.ts";
import { build } from "../../../src/core/host/build.ts";
import { friendlySize } from "../../../src/core/host/friendly-size.ts";
import { LineLog } from "../../../src/core/host/line-log.ts";
import { NoteHistory } from "../../../src/core/host/note-history.ts";
import { isObviousWrite } from "../../../src/core/host/obvious-write.ts";
import { duration, time } from "../../../src/core/host/plain-time.ts";
import { raftSettings } from "../../../src/core/host/raft-settings.ts";
import { checkRaftOptions } from "../../../src/core/raft/mod.ts";
import { thisProcess } from "../../../src/runtime/node/process.ts";
import { note } from "./pool-world.ts";

test.each([
  [0, "0 B"],
  [7, "7 B"],
  [83, "83 B"],
  [4096, "4.1 kB"],
  [9999, "10 kB"],
  [83_000_000, "83 MB"],
  [1_500_000_000, "1.5 GB"],
])("%i bytes are %s", (sizeBytes, words) => {
  expect(friendlySize(sizeBytes)).toBe(words);
});

test.each([
  [`["INSERT INTO t VALUES(1)"]`, true],
  [` [ [ "insert into t values(?)", 1], "SELECT 1"]`, true],
  [`["\\n  UPDATE t SET a=1"]`, false],
  [`["  delete from t"]`, true],
  [`["CREATE TABLE t(a)"]`, true],
  [`["SELECT 1"]`, false],
  [`["EXPLAIN INSERT INTO t VALUES(1)"]`, false],
  [`["INSERTED"]`, false],
  [`["INSERT"]`, false],
  [`[`, false],
  ["", false],
  [`{"a":"INSERT "}`, false],
])("%s surely writes: %s", (body, expected) => {
  expect(isObviousWrite(new TextEncoder().encode(body))).toBe(expected);
});

test("times are told as Go tells them", () => {
  expect(time(0)).toBe("0001-01-01T00:00:00Z");
  expect(time(Date.UTC(2026, 0, 5, 10, 30))).toBe("2026-01-05T10:30:00Z");
  expect(time(Date.UTC(2026, 0, 5, 10, 30, 0, 120))).toBe("2026-01-05T10:30:00.12Z");
  expect(duration(62_500)).toBe("1m2.5s");
});

test("log lines have a module, local time and no line breaks", () => {
  const said: string[] = [];
  const process = { ...thisProcess, writeError: (text: string) => said.push(text) };
  const nowMs = new Date(2026, 2, 4, 5, 6, 7).getTime();
  new LineLog(process, { nowMs: () => nowMs, monotonicMs: () => 0 }).log("store", "two\nlines");
  expect(said).toEqual(["[store] 2026/03/04 05:06:07 two lines\n"]);
});

test.each([
  ["localhost", "127.0.0.1:4001"],
  ["", "[::]:4001"],
  ["0.0.0.0", "[::]:4001"],
  ["::1", "[::1]:4001"],
  ["10.0.0.1", "10.0.0.1:4001"],
])("%s is served at %s", (host, bound) => {
  expect(boundAddress({ text: "", host, port: 4001 }, 4001)).toBe(bound);
});

test("the program's version is the package's", () => {
  expect(build.version).toBe(`v${manifest.version}`);
  expect(manifest.dependencies["@sqlite.org/sqlite-wasm"]).toMatch(new RegExp(`^${build.sqliteVersion}-`));
});

test.each([
  [[]],
  [["-raft-heartbeat-timeout", "5ms", "-raft-election-timeout", "5ms", "-raft-leader-lease-timeout", "5ms"]],
  [["-raft-heartbeat-timeout", "1h", "-raft-election-timeout", "2h"]],
])("flags %j make sound Raft options", (flags) => {
  const line = parseCommandLine([...flags, "/data"], "quolite", {
    version: "v0",
    commit: "",
    compiler: "",
    os: "linux",
    arch: "amd64",
    runtime: "node",
    cpus: 2,
    sqliteVersion: "3",
    resolvePath: (path) => path,
    exists: () => true,
  });
  if (line.type !== "run") throw new Error(line.error);
  expect(checkRaftOptions(raftSettings(line.config, nodeId("n1")).options)).toMatchObject({ ok: true });
});

describe("the history of notes", () => {
  const base = { index: logIndex(2), file: "db.sqlite", pageSize: 4096, pageCount: 2 };
  const indexes = (history: NoteHistory, since: number): number[] =>
    history.since(logIndex(since)).map(({ index }) => index);

  test("shows what is committed, and no more", () => {
    const history = new NoteHistory(base, [note(3), note(5)]);
    expect(indexes(history, 0)).toEqual([]);
    expect(history.newest).toBe(2);
    history.commit(logIndex(4));
    expect(indexes(history, 0)).toEqual([3]);
    history.logged([note(6)]);
    history.commit(logIndex(9));
    expect(indexes(history, 3)).toEqual([5, 6]);
    expect(history.newest).toBe(9);
    expect(history.shape.pageCount).toBe(6);
  });

  test("forgets what a checkpoint has taken in", () => {
    const history = new NoteHistory(base, [note(3), note(5)]);
    history.commit(logIndex(5));
    history.dropThrough({ ...base, index: logIndex(3), pageCount: 3 });
    expect(indexes(history, 0)).toEqual([5]);
    history.dropThrough({ ...base, index: logIndex(5), pageCount: 5 });
    expect(history.shape.pageCount).toBe(5);
  });
});

import { describe, expect, test } from "vitest";
import { parseCommandLine } from "../../../src/core/config/mod.ts";
import { openIdentity } from "../../../src/core/host/identity.ts";
import type { Files } from "../../../src/core/ports/mod.ts";
import { FaultyFiles } from "../../sim/faulty-files.ts";

function configOf(flags: readonly string[]) {
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
  return line.config;
}

function put(files: Files, path: string, text: string): void {
  files.makeFolder("/data/raft");
  const file = files.open(path, "create");
  file.truncate(0);
  file.writeAt(new TextEncoder().encode(text), 0);
  file.close();
}

const open = (files: Files, ...flags: string[]) => openIdentity(files, configOf(flags));
const members = (outcome: ReturnType<typeof open>) =>
  outcome.ok ? outcome.value.configuration.members.map(({ id, address }) => `${id}@${address}`) : outcome.error;

describe("a folder's identity", () => {
  test("is the node's ID at first, and stays", () => {
    const files = new FaultyFiles();
    expect(members(open(files, "-node-id", "n1"))).toEqual(["n1@localhost:4002"]);
    expect(members(open(files, "-node-id", "n1", "-raft-addr", "localhost:5002"))).toEqual(["n1@localhost:5002"]);
    expect(open(files, "-node-id", "n2")).toEqual({
      ok: false,
      error: "node ID is n2, but this data folder belongs to node n1: use -node-id n1",
    });
  });

  test("survives a new address, when the ID was only the old one", () => {
    const files = new FaultyFiles();
    expect(members(open(files))).toEqual(["localhost:4002@localhost:4002"]);
    const moved = open(files, "-raft-addr", "localhost:5002");
    expect(members(moved)).toEqual(["localhost:4002@localhost:5002"]);
    expect(moved.ok && moved.value.notices).toEqual([
      "this data folder belongs to node localhost:4002, which keeps that ID",
    ]);
  });

  test("that is damaged or from the future is not guessed at", () => {
    const files = new FaultyFiles();
    put(files, "/data/raft/node.json", "{");
    expect(open(files)).toMatchObject({ ok: false, error: expect.stringContaining("damaged") });
    put(files, "/data/raft/node.json", `{"version":2,"id":"n1","members":[]}`);
    expect(open(files)).toMatchObject({ ok: false, error: expect.stringContaining("newer format (2)") });
  });
});

describe("peers.json", () => {
  const peers = "/data/raft/peers.json";

  test("sets the configuration and becomes peers.info", () => {
    const files = new FaultyFiles();
    put(files, peers, `[{"id":"n1","address":"old.host:4002","non_voter":false}]`);
    expect(members(open(files, "-node-id", "n1"))).toEqual(["n1@localhost:4002"]);
    expect(files.list("/data/raft")).toEqual(["node.json", "peers.info"]);
  });

  test("may leave this node out, which then never leads", () => {
    const files = new FaultyFiles();
    put(files, peers, `[{"id":"n2","address":"n2:4002"},{"id":"n3","address":"n3:4002"}]`);
    expect(members(open(files, "-node-id", "n1"))).toEqual(["n2@n2:4002", "n3@n3:4002"]);
    expect(members(open(files, "-node-id", "n1"))).toEqual(["n2@n2:4002", "n3@n3:4002"]);
  });

  test.each([
    ["{", "failed to read peers file: not a JSON array of nodes"],
    ["[1]", "failed to read peers file: a node is not a JSON object"],
    [`[{"id":"","address":"a:1"}]`, "failed to read peers file: empty ID in configuration"],
    [`[{"id":"n1","address":""}]`, "failed to read peers file: empty address in configuration"],
    [
      `[{"id":"n1","address":"a:1"},{"id":"n1","address":"b:1"}]`,
      "failed to read peers file: found duplicate ID in configuration: n1",
    ],
    [
      `[{"id":"n1","address":"a:1"},{"id":"n2","address":"a:1"}]`,
      "failed to read peers file: found duplicate address in configuration: a:1",
    ],
    [
      `[{"id":"n1","address":"a:1","non_voter":true}]`,
      "failed to read peers file: need at least one voter in configuration: {[]}",
    ],
    [`[{"id":"n1","address":"http://a:1"}]`, "failed to recover node: protocol specified in address: http://a:1"],
    [`[{"id":"n1","address":"a"}]`, "failed to recover node: address a: missing port in address"],
    [
      `[{"id":"n1","address":"a:1"},{"id":"n2","address":"b:1"}]`,
      "failed to recover node: peers.json names other nodes, and this version runs one node by itself",
    ],
  ])("%s is refused", (text, error) => {
    const files = new FaultyFiles();
    put(files, peers, text);
    expect(open(files, "-node-id", "n1")).toEqual({ ok: false, error });
    expect(files.exists(peers)).toBe(true);
  });
});

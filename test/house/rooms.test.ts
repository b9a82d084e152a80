import { describe, expect, test } from "vitest";
import { checkRooms, drawRooms } from "../../scripts/rooms.ts";

const door = (room: string): { path: string; text: string } => ({
  path: `src/core/${room}/mod.ts`,
  text: `/** ${room}: what it is for. */\n`,
});

function messages(path: string, text: string): readonly string[] {
  const doors = ["base", "ports", "raft", "engine", "http", "statements"].filter(
    (room) => path !== `src/core/${room}/mod.ts`,
  );
  return checkRooms([...doors.map(door), { path, text }]).map((finding) => finding.message);
}

describe("allowed", () => {
  test.each([
    ["src/core/raft/leader.ts", `import { term } from "../base/mod.ts";`],
    ["src/core/raft/leader.ts", `import { quorum } from "./quorum.ts";`],
    ["src/core/base/checksum.ts", `import xxhash from "xxhash-wasm";`],
    ["src/core/http/app.ts", `import { Hono } from "hono/tiny";`],
    ["src/core/http/service.ts", `import type { StatementOptions } from "../statements/mod.ts";`],
    [
      "src/runtime/node/files.ts",
      `import { openSync } from "node:fs";\nimport { FileError } from "../../core/ports/mod.ts";`,
    ],
  ])("%s %s", (path, text) => expect(messages(path, text)).toEqual([]));
});

describe("refused, with the way out", () => {
  test.each([
    ["src/core/raft/leader.ts", `import { x } from "../engine/mod.ts";`, "room raft may not import room engine"],
    ["src/core/engine/a.ts", `import { x } from "../base/brand.ts";`, "through its mod.ts"],
    ["src/core/engine/a.ts", `import { x } from "./mod.ts";`, "inside a room import the file itself"],
    ["src/core/engine/a.ts", `import { x } from "./b";`, "file's ending"],
    ["src/core/engine/a.ts", `import { readFileSync } from "node:fs";`, "port"],
    ["src/core/engine/a.ts", `import { serve } from "bun";`, "port"],
    ["src/core/engine/a.ts", `import { z } from "zod";`, `may not import the package "zod"`],
    ["src/core/engine/a.ts", `import { x } from "../../runtime/node/files.ts";`, "core imports core only"],
    ["src/core/http/service.ts", `import { runQuery } from "../statements/mod.ts";`, `write "import type"`],
    ["src/core/fog/mod.ts", `/** fog: nobody knows. */`, "room fog has no arrows yet"],
    ["src/core/engine/mod.ts", `export {};`, "begin with the room's purpose"],
    ["src/core/wire/frames.ts", `export {};`, "room wire has no door"],
    ["src/runtime/bun/main.ts", `import { files } from "../node/files.ts";`, "a runtime never imports another"],
    ["src/runtime/bun/main.ts", `import { x } from "../../core/base/brand.ts";`, "through its mod.ts"],
    ["src/runtime/qjs/main.ts", `export {};`, "the runtimes are node, bun, deno"],
    ["src/main.ts", `import "./core/base/mod.ts";`, "outside the rooms"],
  ])("%s %s", (path, text, message) => expect(messages(path, text).join("\n")).toContain(message));

  test("a cycle among files, but not one of types", () => {
    const cycle = (word: string): readonly string[] =>
      checkRooms([
        door("raft"),
        { path: "src/core/raft/a.ts", text: `import { b } from "./b.ts";` },
        { path: "src/core/raft/b.ts", text: `${word} { a } from "./a.ts";` },
      ]).map((finding) => finding.message);
    expect(cycle("import").join()).toContain(
      "import cycle: src/core/raft/a.ts -> src/core/raft/b.ts -> src/core/raft/a.ts",
    );
    expect(cycle("import type")).toEqual([]);
  });
});

test("the graph names each room with the rooms that it really imports", () => {
  const sources = [
    door("base"),
    door("raft"),
    { path: "src/core/raft/a.ts", text: `import { term } from "../base/mod.ts";\n` },
  ];
  expect(drawRooms(sources)).toBe(
    "base         1 files      1 lines  -> nothing\nraft         2 files      2 lines  -> base",
  );
});

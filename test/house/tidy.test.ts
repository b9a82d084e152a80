import { describe, expect, test } from "vitest";
import { checkTidy, longFiles } from "../../scripts/tidy.ts";

const messages = (path: string, text: string): string =>
  checkTidy([{ path, text }])
    .map((finding) => `${finding.line}: ${finding.message}`)
    .join("\n");

describe("banned, with what to use instead", () => {
  test.each([
    ["src/core/raft/a.ts", "const t = Date.now();", "use the Clock port"],
    ["src/core/raft/a.ts", "const t = new Date();", "use the Clock port"],
    ["src/core/raft/a.ts", "const t = performance.now();", "use the Clock port"],
    ["src/core/raft/a.ts", "const r = Math.random();", "use the Entropy port"],
    ["src/core/raft/a.ts", "crypto.getRandomValues(bytes);", "use the Entropy port"],
    ["src/core/host/a.ts", "console.log(1);", "use the Logger port"],
    ["src/core/host/a.ts", "setTimeout(f, 1);", "use the Timers port"],
    ["src/core/host/a.ts", "process.exit(1);", "through a port"],
    ["src/core/http/a.ts", "const b = Buffer.from(text);", "through a port"],
    ["src/core/engine/a.ts", "await fetch(url);", "use a port"],
    ["src/core/raft/a.ts", "const f = async () => 1;", "hand the work out as an output"],
    ["src/core/raft/a.ts", "const x = y as unknown as Z;", "type guard"],
    ["src/core/raft/a.ts", "interface A { timeout: number }", "a time says its unit"],
    ["src/runtime/node/a.ts", "// @ts-ignore", "fix the type"],
    ["scripts/a.ts", "// TODO: later", "finish it now"],
    ["test/core/a.test.ts", "const folder = '/root/data/';", "no path of one machine"],
    ["src/core/raft/a.ts", "const a = 1; ", "white space"],
    ["src/core/raft/logUtils.ts", "", "kebab-case"],
    ["src/core/raft/log-utils.ts", "", "the one noun it holds"],
    ["src/core/raft/a.ts", "\n".repeat(700), "one file, one noun"],
    ["src/core/raft/a.ts", "export function step(input: Input): Output {\n  return 1;\n}", "step is public"],
    ["src/core/raft/a.ts", "export interface Peer {\n  readonly id: NodeId;\n}", "Peer is public"],
  ])("%s %s", (path, text, message) => expect(messages(path, text)).toContain(message));
});

describe("fine", () => {
  test.each([
    ["src/core/raft/a.ts", "// Date.now() is banned here"],
    ["src/core/raft/a.ts", `const text = "console.log";`],
    ["src/core/raft/a.ts", "const date = new Date(nowMs);"],
    ["src/core/http/a.ts", "app.fetch(request);"],
    ["src/core/host/a.ts", "const x = async () => 1;"],
    ["src/runtime/node/clock.ts", "const nowMs = Date.now();"],
    ["src/core/raft/a.ts", "interface A { timeoutMs: number }"],
    ["src/core/raft/a.ts", "/** What it does. */\nexport function step(input: Input): Output {\n  return 1;\n}"],
    ["src/core/raft/a.ts", "export interface Peer {\n  /** Its name. */\n  readonly id: NodeId;\n}"],
    ["src/core/raft/a.ts", "export const done = <T>(value: T) => ({ ok: true, value });"],
  ])("%s %s", (path, text) => expect(messages(path, text)).toBe(""));
});

test("the line is the one where it stands", () => {
  expect(messages("src/core/raft/a.ts", "const a = 1;\n\nconst b = Date.now();\n")).toMatch(/^3: /);
});

test("a file that grows long is named before it is too long", () => {
  expect(longFiles([{ path: "src/core/raft/a.ts", text: "\n".repeat(450) }])).toEqual([
    "src/core/raft/a.ts has 451 lines",
  ]);
});

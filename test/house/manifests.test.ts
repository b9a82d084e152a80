import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";

const root = join(import.meta.dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const names = z.record(z.string(), z.string());
const npm = z
  .object({
    version: z.string(),
    scripts: names,
    dependencies: names,
    devDependencies: names,
    allowScripts: z.record(z.string(), z.boolean()),
  })
  .parse(JSON.parse(read("package.json")));
const deno = z.object({ nodeModulesDir: z.literal("manual"), tasks: names }).parse(JSON.parse(read("deno.json")));
const locked = z.object({
  version: z.string(),
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      resolved: z.string().optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
});
const lock = locked.parse(JSON.parse(read("package-lock.json")));

test("every Deno task is an npm script's twin", () => {
  const { start, compile, ...rest } = deno.tasks;
  expect(start).toBe("deno run --allow-all src/runtime/deno/main.ts");
  expect(compile).toBe("npm run compile:deno");
  for (const [name, command] of Object.entries(rest)) {
    expect(command.replace(/ --$/, "")).toBe(`npm run ${name}`);
    expect(Object.keys(npm.scripts)).toContain(name);
  }
});

test("every script file that a manifest names exists", () => {
  for (const command of [...Object.values(npm.scripts), ...Object.values(deno.tasks)]) {
    for (const [file] of command.matchAll(/\b(?:scripts|src)\/[\w/.-]+\.ts\b/g))
      expect(existsSync(join(root, file)), file).toBe(true);
  }
});

test("versions are exact, and the lock holds the same", () => {
  for (const [name, version] of Object.entries({ ...npm.dependencies, ...npm.devDependencies })) {
    expect(version, name).toMatch(/^\d+\.\d+\.\d+(?:-[\w.]+)?$/);
    expect(lock.packages[`node_modules/${name}`]?.version, name).toBe(version);
  }
  expect(lock.version).toBe(npm.version);
});

test("the lock names no host", () => {
  expect(Object.values(lock.packages).filter((entry) => entry.resolved !== undefined)).toEqual([]);
  expect(read("package-lock.json")).not.toMatch(/"resolved"/);
});

test("each package with an install script is decided on", () => {
  const decided = new Set(Object.keys(npm.allowScripts));
  for (const [path, entry] of Object.entries(lock.packages)) {
    const name = path.replace(/^.*node_modules\//, "");
    if (entry.hasInstallScript === true && name !== "fsevents") expect(decided, name).toContain(name);
  }
});

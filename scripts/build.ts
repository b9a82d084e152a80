/**
 * The package to publish: one bundle for Node with SQLite's WASM beside it, under the commands `quolite` and `rqlited`.
 * `node scripts/build.ts` makes and tries `dist/npm`.
 */
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const root = join(import.meta.dirname, "..");
const out = join(root, "dist/npm");
const commands = ["quolite", "rqlited"] as const;

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await build({
  entryPoints: [join(root, "src/runtime/node/main.ts"), join(root, "src/runtime/node/worker.ts")],
  outdir: out,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  // The few packages that are CommonJS inside want their `require`.
  banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
  legalComments: "linked",
  logLevel: "warning",
});
copyFileSync(join(root, "node_modules/@sqlite.org/sqlite-wasm/dist/sqlite3.wasm"), join(out, "sqlite3.wasm"));
for (const file of ["LICENSE", "README.md"]) copyFileSync(join(root, file), join(out, file));
for (const command of commands) {
  const path = join(out, `${command}.js`);
  writeFileSync(path, `#!/usr/bin/env node\nimport "./main.js";\n`);
  chmodSync(path, 0o755);
}

const { name, version, description, license }: Record<string, string> = JSON.parse(
  readFileSync(join(root, "package.json"), "utf8"),
);
const manifest = {
  name,
  version,
  description,
  license,
  type: "module",
  engines: { node: ">=22.13" },
  bin: Object.fromEntries(commands.map((command) => [command, `./${command}.js`])),
};
writeFileSync(join(out, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);

for (const command of commands) {
  const tried = spawnSync(process.execPath, [join(out, `${command}.js`), "-version"], { encoding: "utf8" });
  if (tried.status !== 0 || !/ sqlite3\./.test(tried.stderr)) {
    throw new Error(`${command} -version ended with ${tried.status}: ${tried.stderr}${tried.stdout}`);
  }
  process.stdout.write(`${command} -version: ${tried.stderr}`);
}
const kB = (file: string): number => Math.round(statSync(join(out, file)).size / 1000);
console.log(
  `dist/npm: main.js ${kB("main.js")} kB, worker.js ${kB("worker.js")} kB, sqlite3.wasm ${kB("sqlite3.wasm")} kB`,
);

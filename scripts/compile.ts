/**
 * One executable file with Bun, SQLite's WASM and the threads' program inside.
 * `node scripts/compile.ts` makes `dist/quolite` for this machine and tries it from a folder elsewhere.
 * `node scripts/compile.ts --target linux-arm64` makes `dist/quolite-linux-arm64`, and tries it under `qemu-aarch64-static`
 * where that is installed.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type Emulator, ServerProcess } from "./server-process.ts";

const root = join(import.meta.dirname, "..");
const bun = join(root, "node_modules/.bin/bun");

/** Foreign machines: the package that brings Bun's own binary for it, and who can run it here. */
const targets = {
  "linux-arm64": {
    package: "@oven/bun-linux-aarch64",
    emulator: "qemu-aarch64-static",
    libraries: "/usr/aarch64-linux-gnu",
  },
  "linux-x64": { package: "@oven/bun-linux-x64", emulator: null, libraries: null },
} as const;
type TargetName = keyof typeof targets;

const options = [
  // Parsed already: half the work of a start.
  "--bytecode",
  "--format=esm",
  // A server must not run what a bunfig.toml in its working folder names, nor take its .env for the environment.
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
];

const { values } = parseArgs({ options: { target: { type: "string" } } });
const target = values.target === undefined ? null : targetNamed(values.target);
const out = join(root, "dist", target === null ? "quolite" : `quolite-${values.target}`);

function targetNamed(name: string): (typeof targets)[TargetName] {
  if (name in targets) return targets[name as TargetName];
  throw new Error(`no target "${name}"; there are ${Object.keys(targets).join(", ")}`);
}

function run(command: string, args: readonly string[], cwd: string): string {
  const ran = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (ran.error !== undefined || ran.status !== 0)
    throw new Error(`${command} ${args.join(" ")}: ${ran.error ?? `${ran.stdout}${ran.stderr}`}`);
  return ran.stdout;
}

/** Brings the target's Bun into `folder`, in the version of ours, and gives the path of its binary. */
function fetchBun(packageName: string, folder: string): string {
  const version = run(bun, ["--version"], root).trim();
  run("npm", ["pack", `${packageName}@${version}`, "--pack-destination", folder], folder);
  const [archive] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  if (archive === undefined) throw new Error(`npm pack left no archive of ${packageName}`);
  run("tar", ["-xzf", archive], folder);
  return join(folder, "package/bin/bun");
}

/** Starts it in a folder with nothing in it but a trap: ready and stopped. Gives the median of three start-ups in ms. */
async function tryOut(emulator: Emulator | null): Promise<number> {
  const home = mkdtempSync(join(tmpdir(), "quolite-compiled-"));
  // Where this is heeded, the start fails.
  writeFileSync(join(home, "bunfig.toml"), `preload = ["./missing.ts"]\n`);
  try {
    const tookMs: number[] = [];
    for (let round = 0; round < 3; round++) {
      const folder = join(home, `data-${round}`);
      const server = await ServerProcess.start({
        runtime: "compiled",
        folder,
        workingFolder: home,
        binary: out,
        emulator,
      });
      tookMs.push(server.readyMs);
      const code = await server.end("SIGTERM");
      if (code !== 0) throw new Error(`${out} ended with ${code}:\n${server.said}`);
    }
    return tookMs.sort((a, b) => a - b)[1] ?? Number.NaN;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const scratch = mkdtempSync(join(tmpdir(), "quolite-compile-"));
try {
  mkdirSync(join(root, "dist"), { recursive: true });
  const foreign =
    target === null
      ? []
      : [`--target=bun-${values.target}`, `--compile-executable-path=${fetchBun(target.package, scratch)}`];
  const entries = ["src/runtime/bun/main.ts", "src/runtime/bun/worker.ts"];
  run(bun, ["build", "--compile", ...options, ...foreign, ...entries, "--outfile", out], root);
  const size = `${(statSync(out).size / 1e6).toFixed(1)} MB`;
  const name = out.slice(root.length + 1);
  if (target === null) {
    console.log(`${name}: ${size}, ready ${Math.round(await tryOut(null))} ms after its start in a folder elsewhere`);
  } else if (target.emulator === null || spawnSync(target.emulator, ["--version"]).error !== undefined) {
    console.log(`${name}: ${size}; not started: ${target.emulator ?? "an emulator"} is not installed`);
  } else if (!existsSync(target.libraries)) {
    console.log(`${name}: ${size}; not started: ${target.emulator} needs the libraries of ${target.libraries}`);
  } else {
    const emulator = { program: target.emulator, args: ["-L", target.libraries] };
    console.log(
      `${name}: ${size}, ready ${Math.round(await tryOut(emulator))} ms after its start under ${target.emulator}`,
    );
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

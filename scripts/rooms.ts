/**
 * Enforces the arrows of the architecture: which room of `src/core` may import which, through its `mod.ts` only, and
 * that runtimes don't know one another. Prints the graph. `node scripts/rooms.ts`
 */
import { dirname, join } from "node:path";
import { type Finding, importsOf, lineAt, readSources, report, type SourceFile } from "./source-text.ts";

interface Room {
  /** Rooms it may import. */
  readonly rooms: readonly string[];
  /** Rooms of which it may import types only. */
  readonly types?: readonly string[];
  /** Packages it may import, by name. */
  readonly packages?: readonly string[];
}

/** The arrows. A new room is added here first, with the fewest arrows it can live with. */
const table: Readonly<Record<string, Room>> = {
  base: { rooms: [], packages: ["xxhash-wasm"] },
  ports: { rooms: ["base"] },
  raft: { rooms: ["base"] },
  log: { rooms: ["base"], types: ["pages"] },
  pages: { rooms: ["base"] },
  wire: { rooms: ["base"], packages: ["msgpackr"] },
  config: { rooms: ["base"], packages: ["zod"] },
  metrics: { rooms: ["base"] },
  sqlite: { rooms: ["base", "ports"], packages: ["@sqlite.org/sqlite-wasm"] },
  statements: { rooms: ["base", "sqlite"], types: ["ports"] },
  engine: { rooms: ["base", "ports", "log", "pages", "sqlite", "statements"] },
  node: { rooms: ["base", "raft"] },
  http: { rooms: ["base", "metrics", "config"], types: ["statements", "ports"], packages: ["hono"] },
  host: {
    rooms: [
      "base",
      "ports",
      "raft",
      "log",
      "pages",
      "wire",
      "config",
      "metrics",
      "sqlite",
      "statements",
      "engine",
      "node",
      "http",
    ],
  },
};

const runtimes = ["node", "bun", "deno"];

type Place =
  | { readonly kind: "room"; readonly name: string }
  | { readonly kind: "runtime"; readonly name: string }
  | { readonly kind: "elsewhere" };

function placeOf(path: string): Place {
  const [top, kind, name, ...rest] = path.split("/");
  if (top === "src" && kind === "core" && name !== undefined && rest.length > 0) return { kind: "room", name };
  if (top === "src" && kind === "runtime" && name !== undefined && rest.length > 0) return { kind: "runtime", name };
  return { kind: "elsewhere" };
}

const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

const isRuntimeModule = (specifier: string): boolean => /^(?:node|bun|npm|jsr|https?):|^bun$/.test(specifier);

/** What is wrong with one import of one file; null if it is as it should be. */
function judge(path: string, specifier: string, typeOnly: boolean): string | null {
  const from = placeOf(path);
  if (from.kind === "elsewhere")
    return `${path} lies outside the rooms; put it in src/core/<room> or src/runtime/<runtime>`;
  if (!specifier.startsWith(".")) {
    if (from.kind === "runtime") return null;
    if (isRuntimeModule(specifier))
      return `core is neutral: take what "${specifier}" gives through a port of src/core/ports`;
    const allowed = table[from.name]?.packages ?? [];
    return allowed.includes(packageOf(specifier))
      ? null
      : `room ${from.name} may not import the package "${specifier}"`;
  }
  if (!/\.(?:ts|json|wasm)$/.test(specifier)) return `write the file's ending: "${specifier}.ts"`;
  const target = join(dirname(path), specifier);
  const to = placeOf(target);
  if (from.kind === "runtime") {
    if (to.kind === "runtime") {
      return to.name === from.name
        ? null
        : `a runtime never imports another: move what both need into a room of src/core`;
    }
    if (to.kind === "room") return target.endsWith("/mod.ts") ? null : `enter room ${to.name} through its mod.ts`;
    return target === "package.json" ? null : `a runtime imports rooms, its own files and packages only`;
  }
  if (to.kind !== "room") return `core imports core only; hand "${specifier}" in through a port`;
  if (to.name === from.name) {
    return target.endsWith("/mod.ts") ? "inside a room import the file itself, not the room's door" : null;
  }
  if (!target.endsWith("/mod.ts")) return `enter room ${to.name} through its mod.ts`;
  const room = table[from.name];
  if (room?.rooms.includes(to.name) || (typeOnly && room?.types?.includes(to.name))) return null;
  if (room?.types?.includes(to.name))
    return `room ${from.name} may import only types of ${to.name}: write "import type"`;
  return `room ${from.name} may not import room ${to.name} (the arrows are in scripts/rooms.ts)`;
}

/** Cycles among files by imports that exist at run time; each is reported once. */
function cycles(edges: ReadonlyMap<string, readonly string[]>): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const state = new Map<string, "open" | "done">();
  const path: string[] = [];
  const visit = (file: string): void => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      found.push([...path.slice(path.indexOf(file)), file]);
      return;
    }
    state.set(file, "open");
    path.push(file);
    for (const next of edges.get(file) ?? []) visit(next);
    path.pop();
    state.set(file, "done");
  };
  for (const file of edges.keys()) visit(file);
  return found;
}

/** Checks sources that lie under `src/`. */
export function checkRooms(sources: readonly SourceFile[]): readonly Finding[] {
  const findings: Finding[] = [];
  const edges = new Map<string, string[]>();
  const seen = new Map<string, SourceFile | null>();
  for (const source of sources) {
    if (source.path.endsWith(".d.ts")) continue;
    const place = placeOf(source.path);
    if (place.kind === "room") {
      if (!seen.has(place.name)) seen.set(place.name, null);
      if (source.path === `src/core/${place.name}/mod.ts`) seen.set(place.name, source);
    }
    if (place.kind === "runtime" && !runtimes.includes(place.name)) {
      findings.push({ path: source.path, line: 1, message: `the runtimes are ${runtimes.join(", ")}` });
    }
    const files: string[] = [];
    for (const { specifier, typeOnly, line } of importsOf(source.text)) {
      const message = judge(source.path, specifier, typeOnly);
      if (message !== null) findings.push({ path: source.path, line, message });
      if (!typeOnly && specifier.startsWith(".")) files.push(join(dirname(source.path), specifier));
    }
    edges.set(source.path, files);
  }
  for (const [name, door] of seen) {
    const path = `src/core/${name}/mod.ts`;
    if (table[name] === undefined) {
      findings.push({
        path,
        line: 1,
        message: `room ${name} has no arrows yet: add it to the table in scripts/rooms.ts`,
      });
    }
    if (door === null) findings.push({ path, line: 1, message: `room ${name} has no door: write its mod.ts` });
    else if (!door.text.startsWith(`/** ${name}: `) && !door.text.startsWith(`/**\n * ${name}: `)) {
      findings.push({ path, line: 1, message: `begin with the room's purpose: /** ${name}: one sentence. */` });
    }
  }
  for (const cycle of cycles(edges)) {
    findings.push({ path: cycle[0] ?? "", line: 1, message: `import cycle: ${cycle.join(" -> ")}` });
  }
  return findings;
}

/** The rooms as they are: name, files, lines, purpose, and the rooms each really imports. */
export function drawRooms(sources: readonly SourceFile[]): string {
  const names = Object.keys(table);
  const lines: string[] = [];
  for (const name of names) {
    const own = sources.filter((source) => source.path.startsWith(`src/core/${name}/`));
    if (own.length === 0) continue;
    const used = new Set<string>();
    for (const source of own) {
      for (const { specifier } of importsOf(source.text)) {
        const to = specifier.startsWith(".") ? placeOf(join(dirname(source.path), specifier)) : null;
        if (to?.kind === "room" && to.name !== name) used.add(to.name);
      }
    }
    const size = own.reduce((sum, source) => sum + lineAt(source.text, source.text.length) - 1, 0);
    const arrows = names.filter((other) => used.has(other)).join(" ");
    lines.push(
      `${name.padEnd(11)}${String(own.length).padStart(3)} files ${String(size).padStart(6)} lines  -> ${arrows || "nothing"}`,
    );
  }
  return lines.join("\n");
}

if (import.meta.main) {
  const sources = readSources(join(import.meta.dirname, ".."), ["src"]);
  console.log(drawRooms(sources));
  process.exitCode = report(checkRooms(sources), "rooms: every arrow points where it may");
}

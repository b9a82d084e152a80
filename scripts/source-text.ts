/** TypeScript source as the house checks see it: which files there are, what they import, and code without its prose. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface SourceFile {
  /** Path from the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** All `.ts` files under the folders, sorted by path. A missing folder has none. */
export function readSources(root: string, folders: readonly string[]): readonly SourceFile[] {
  const files: SourceFile[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) {
        if (entry.name !== "node_modules") walk(path);
      } else if (entry.name.endsWith(".ts")) {
        files.push({ path, text: readFileSync(join(root, path), "utf8") });
      }
    }
  };
  const present = new Set(readdirSync(root));
  for (const folder of folders) if (present.has(folder.split("/")[0] ?? "")) walk(folder);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** What may stand before a `/` that begins a regular expression; after anything else it divides. */
const beforeRegExp = /(?:^|[=(,:;!&|?{}[+\-*%~^<>]|\b(?:return|typeof|case|in|of|delete|void|throw|new|else))\s*$/;

/**
 * The same text with comments and, unless `keepStrings`, the insides of strings and regular expressions turned into
 * spaces, so that a rule matches code only. Lines and columns stay where they were.
 */
export function codeOnly(text: string, keepStrings = false): string {
  let code = "";
  let at = 0;
  /** One number per open template literal: how many braces are open inside its `${`. */
  const templates: number[] = [];
  const blank = (from: number, to: number): string => text.slice(from, to).replace(/[^\n]/g, " ");
  const quoted = (end: number): void => {
    code += keepStrings ? text.slice(at, end) : text.charAt(at) + blank(at + 1, end - 1) + text.charAt(end - 1);
    at = end;
  };
  const templateEnd = (from: number): number => {
    for (let i = from; i < text.length; i++) {
      if (text[i] === "\\") i++;
      else if (text[i] === "`") return i + 1;
      else if (text[i] === "$" && text[i + 1] === "{") {
        templates.push(0);
        return i + 2;
      }
    }
    return text.length;
  };
  while (at < text.length) {
    const two = text.slice(at, at + 2);
    const one = two.charAt(0);
    const depth = templates.at(-1);
    if (two === "//") {
      const end = text.indexOf("\n", at);
      const to = end < 0 ? text.length : end;
      code += blank(at, to);
      at = to;
    } else if (two === "/*") {
      const end = text.indexOf("*/", at + 2);
      const to = end < 0 ? text.length : end + 2;
      code += blank(at, to);
      at = to;
    } else if (one === '"' || one === "'") {
      let end = at + 1;
      while (end < text.length && text[end] !== one && text[end] !== "\n") end += text[end] === "\\" ? 2 : 1;
      quoted(Math.min(end + 1, text.length));
    } else if (one === "`") {
      quoted(templateEnd(at + 1));
    } else if (one === "}" && depth === 0) {
      templates.pop();
      quoted(templateEnd(at + 1));
    } else if (one === "/" && beforeRegExp.test(code.slice(-40))) {
      let end = at + 1;
      let inClass = false;
      while (end < text.length && text[end] !== "\n" && (inClass || text[end] !== "/")) {
        if (text[end] === "[") inClass = true;
        if (text[end] === "]") inClass = false;
        end += text[end] === "\\" ? 2 : 1;
      }
      quoted(Math.min(end + 1, text.length));
    } else {
      if (depth !== undefined && one === "{") templates[templates.length - 1] = depth + 1;
      if (depth !== undefined && one === "}") templates[templates.length - 1] = depth - 1;
      code += one;
      at++;
    }
  }
  return code;
}

export interface Import {
  readonly specifier: string;
  /** Gone after type stripping: `import type`, `export type`, or nothing but `type` names in the braces. */
  readonly typeOnly: boolean;
  readonly line: number;
}

/** Every static import, re-export and dynamic `import("…")` of a file, in order. */
export function importsOf(text: string): readonly Import[] {
  const code = codeOnly(text, true);
  const found: Import[] = [];
  const statement =
    /^[ \t]*(?:import|export)\b\s*(type\b)?([^;"'`=()]*?)\bfrom\s*["']([^"']+)["']|^[ \t]*import\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/gm;
  for (const match of code.matchAll(statement)) {
    const [, typeWord, names, from, bare, dynamic] = match;
    const specifier = from ?? bare ?? dynamic ?? "";
    const braces = names?.match(/^\s*\{([^}]*)\}\s*$/)?.[1];
    const listed = (braces ?? "").split(",").map((name) => name.trim());
    const allTypes = braces !== undefined && listed.every((name) => name === "" || name.startsWith("type "));
    const line = lineAt(code, (match.index ?? 0) + match[0].search(/\S/));
    found.push({ specifier, typeOnly: typeWord !== undefined || allTypes, line });
  }
  return found;
}

/** 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf("\n"); i >= 0 && i < offset; i = text.indexOf("\n", i + 1)) line++;
  return line;
}

/** One thing that a check found wrong. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

/** Prints findings as `path:line message`; returns the exit code. */
export function report(findings: readonly Finding[], done: string): number {
  for (const { path, line, message } of findings) console.error(`${path}:${line} ${message}`);
  console.log(findings.length === 0 ? done : `${findings.length} findings`);
  return findings.length === 0 ? 0 : 1;
}

import type { Parameter } from "./parsed-body.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A member's name as a parameter's: null, so positional, when it is empty (http-api §4.4). */
export function parameterName(utf8: Uint8Array): string | null {
  return utf8.length === 0 ? null : decoder.decode(utf8);
}

/** The statement error of the first name that does not begin with a letter, or null. */
export function nameFault(parameters: readonly Parameter[]): string | null {
  for (const { name } of parameters) {
    if (name !== null && !/^\p{L}/u.test(name)) return `name ${quoted(name)} does not begin with a letter`;
  }
  return null;
}

const shortEscapes = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\u0007", "\\a"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\v", "\\v"],
]);

/** As Go quotes a string. */
function quoted(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const escaped = text.replace(/["\\\u0000-\u001f\u007f]/g, (character) => {
    const code = character.charCodeAt(0);
    return shortEscapes.get(character) ?? `\\x${code.toString(16).padStart(2, "0")}`;
  });
  return `"${escaped}"`;
}

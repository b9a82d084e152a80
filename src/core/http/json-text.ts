/**
 * Plain data as JSON text by the rules of http-api §5.2. Results of statements do not come through here: their bytes
 * are written where the SQL runs.
 */

/** What can be written. */
export type PlainValue = null | boolean | number | bigint | string | readonly PlainValue[] | PlainObject | PlainStruct;
/** Members print sorted by the bytes of their names. */
export interface PlainObject {
  readonly [name: string]: PlainValue;
}
/** Members print in their own order, as those of a Go struct do. */
export type PlainStruct = ReadonlyMap<string, PlainValue>;

/** Writes `value`, compact or with four-space indent; never a final newline. */
export function writeJson(value: PlainValue, pretty: boolean): string {
  return write(value, pretty ? "\n" : "", pretty ? ": " : ":");
}

/** `newline` is the line break with the current indent, or empty when compact. */
function write(value: PlainValue, newline: string, colon: string): string {
  if (value === null) return "null";
  switch (typeof value) {
    case "boolean":
    case "bigint":
      return String(value);
    case "number":
      return writeNumber(value);
    case "string":
      return writeString(value);
  }
  const inner = newline === "" ? "" : `${newline}    `;
  if (isArray(value)) {
    const items = value.map((item) => inner + write(item, inner, colon));
    return items.length === 0 ? "[]" : `[${items.join(",")}${newline}]`;
  }
  const members = membersOf(value).map(
    ([name, member]) => inner + writeString(name) + colon + write(member, inner, colon),
  );
  return members.length === 0 ? "{}" : `{${members.join(",")}${newline}}`;
}

/** A double as JavaScript prints it, but for negative zero. Throws for infinities and NaN, which JSON cannot say. */
function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw new RangeError(`json: unsupported value: ${value}`);
  return Object.is(value, -0) ? "-0" : String(value);
}

const shortEscapes = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
  ["\b", "\\b"],
  ["\f", "\\f"],
]);

/** What §5.2 escapes, and lone surrogates, which are the only invalid text that a JavaScript string can hold. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const escaped = /["\\\u0000-\u001f<>&\u2028\u2029]|\p{Surrogate}/gu;

/** A JSON string with its quotes. */
export function writeString(text: string): string {
  return `"${text.replace(escaped, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  const code = character.charCodeAt(0);
  if (code >= 0xd800 && code <= 0xdfff) return "\\ufffd";
  return shortEscapes.get(character) ?? `\\u${code.toString(16).padStart(4, "0")}`;
}

function isArray(value: PlainValue): value is readonly PlainValue[] {
  return Array.isArray(value);
}

/** Whether a value has named members, and so can be selected into. */
export function isObject(value: PlainValue): value is PlainObject | PlainStruct {
  return typeof value === "object" && value !== null && !isArray(value);
}

/** Members in printing order. */
export function membersOf(value: PlainObject | PlainStruct): readonly (readonly [string, PlainValue])[] {
  if (value instanceof Map) return [...value];
  return Object.entries(value).sort(([left], [right]) => compareByBytes(left, right));
}

/** The order of the texts' UTF-8 bytes, which is the order of their code points. */
export function compareByBytes(left: string, right: string): number {
  for (let i = 0; i < left.length && i < right.length; i++) {
    const leftCode = left.codePointAt(i) ?? 0;
    const rightCode = right.codePointAt(i) ?? 0;
    if (leftCode !== rightCode) return leftCode - rightCode;
    if (leftCode > 0xffff) i++;
  }
  return left.length - right.length;
}

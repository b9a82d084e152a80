import { jsonString } from "./json-string.ts";

/** How a column's values are written beyond their storage class, by its type (http-api §7.2). */
export const Encoding = {
  /** By the storage class alone; a BLOB in base64 or as numbers. */
  plain: 0,
  /** INTEGER is `true` or `false`. */
  boolean: 1,
  /** INTEGER and TEXT are times. */
  time: 2,
  /** A BLOB is a string of its bytes. */
  textLike: 3,
} as const;

/** A column's type: declared, or that of its first value. */
export interface ColumnType {
  /** Its name in lower case, which may be empty, as a JSON string. */
  readonly json: Uint8Array;
  /** One of `Encoding`. */
  readonly encoding: number;
}

const encoder = new TextEncoder();
const textLike = /^(?:$|text$|json$|varchar|varying character|nchar|native character|nvarchar|clob)/;
/** By declared name. Schemas use few; one that uses more only makes them again. */
const known = new Map<string, ColumnType>();
const knownMax = 256;

/** The type of a declaration, or of none (""). */
export function columnType(declared: string): ColumnType {
  const seen = known.get(declared);
  if (seen !== undefined) return seen;
  const name = declared.toLowerCase();
  const type = { json: jsonString(encoder.encode(name)), encoding: encodingOf(name) };
  if (known.size >= knownMax) known.clear();
  known.set(declared, type);
  return type;
}

function encodingOf(name: string): number {
  if (name === "boolean") return Encoding.boolean;
  if (name === "date" || name === "datetime" || name === "timestamp") return Encoding.time;
  return textLike.test(name) ? Encoding.textLike : Encoding.plain;
}

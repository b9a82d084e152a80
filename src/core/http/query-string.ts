import { done, failed, type Outcome } from "../base/mod.ts";
import { percentDecode, percentDecodeBytes } from "./percent.ts";

/** The parameters of a URL by name, first value each (http-api §3.1). */
export interface QueryString {
  readonly values: ReadonlyMap<string, string>;
  /** The value of `q` byte for byte: SQL need not be UTF-8. Null without `q`. */
  readonly q: Uint8Array<ArrayBuffer> | null;
}

/** Parses what stands behind the `?`, by Go's rules. Error: the body of the 400. */
export function parseQueryString(raw: string): Outcome<QueryString> {
  if (raw.includes(";")) return failed("invalid semicolon separator in query");
  const values = new Map<string, string>();
  let q: Uint8Array<ArrayBuffer> | null = null;
  for (const pair of raw.split("&")) {
    if (pair === "") continue;
    const equals = pair.indexOf("=");
    const rawValue = equals < 0 ? "" : pair.slice(equals + 1);
    const key = percentDecode(equals < 0 ? pair : pair.slice(0, equals), true);
    if (!key.ok) return badEscape(key.error);
    const value = percentDecode(rawValue, true);
    if (!value.ok) return badEscape(value.error);
    if (values.has(key.value)) continue;
    values.set(key.value, value.value);
    if (key.value === "q") {
      const bytes = percentDecodeBytes(rawValue, true);
      if (bytes.ok) q = bytes.value;
    }
  }
  return done({ values, q });
}

function badEscape(found: string): Outcome<never> {
  return failed(`invalid URL escape ${JSON.stringify(found)}`);
}

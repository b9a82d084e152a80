import { done, failed, type Outcome } from "../base/mod.ts";

/** A `host:port` from the command line, taken apart. */
export interface Address {
  /** As it was written; identity of a node is compared by this text. */
  readonly text: string;
  /** Without the brackets of an IPv6 literal. Empty = every interface. */
  readonly host: string;
  /** 0 = any free port (an empty port means that too). Null = no port number: opening it fails. */
  readonly port: number | null;
}

/** Splits at the one colon before the port, as Go does (operations §0): an IPv6 host must be in brackets. */
export function splitHostPort(text: string): Outcome<{ readonly host: string; readonly port: string }, null> {
  const bracketed = /^\[([^[\]]*)\]:([^:[\]]*)$/.exec(text);
  const match = bracketed ?? /^([^:[\]]*):([^:[\]]*)$/.exec(text);
  if (match === null) return failed(null);
  return done({ host: match[1] ?? "", port: match[2] ?? "" });
}

/** An address whose text has been checked; null if it is no `host:port`. */
export function parseAddress(text: string): Address | null {
  const split = splitHostPort(text);
  if (!split.ok) return null;
  const { host, port } = split.value;
  const number = port === "" ? 0 : isWholeNumber(port) ? Number(port) : -1;
  return { text, host, port: number >= 0 && number <= 65_535 ? number : null };
}

/** Decimal digits with an optional sign. */
export const isWholeNumber = (text: string): boolean => /^[+-]?[0-9]+$/.test(text);

/** `0.0.0.0`, `::` and their other spellings: fine to listen on, nothing that another could connect to. */
export function isUnspecifiedIp(host: string): boolean {
  return (
    host === "0.0.0.0" || (host.includes(":") && /^[0:]*(?:ffff:0{1,4}:0{1,4}|(?:ffff:)?0\.0\.0\.0)?$/i.test(host))
  );
}

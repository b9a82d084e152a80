import { type PlainValue, writeJson } from "./json-text.ts";

/** The envelope (http-api §5.1) of a request that gave no results. Members that are null or zero are left out. */
export function emptyEnvelope(error: string | null, elapsedMs: number | null, pretty: boolean): string {
  const members = new Map<string, PlainValue>([["results", []]]);
  if (error !== null && error !== "") members.set("error", error);
  if (elapsedMs !== null && elapsedMs !== 0) members.set("time", elapsedMs / 1000);
  return writeJson(members, pretty);
}

import { formatGoDuration } from "../base/mod.ts";
import type { PlainStruct, PlainValue } from "./json-text.ts";
import type { NodeReport } from "./service.ts";

/** A node's JSON object, members in the order of http-api §14.4. */
export function nodeStruct({ id, addr, voter, leader, probe }: NodeReport): PlainStruct {
  const members = new Map<string, PlainValue>();
  if (id !== "") members.set("id", id);
  if (probe.reachable) members.set("api_addr", probe.apiUrl);
  if (addr !== "") members.set("addr", addr);
  members.set("version", probe.reachable ? (probe.version === "" ? "unknown" : probe.version) : "");
  members.set("voter", voter);
  members.set("reachable", probe.reachable);
  members.set("leader", leader);
  if (probe.reachable) {
    members.set("time", Number(probe.roundTripNs) / 1e9);
    members.set("time_s", formatGoDuration(probe.roundTripNs));
  } else {
    members.set("error", probe.error);
  }
  return members;
}

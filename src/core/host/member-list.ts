import { done, failed, nodeId, type Outcome } from "../base/mod.ts";
import type { Member } from "../raft/mod.ts";

/** `[{"id": …, "address": …, "non_voter": …}]` (operations §2.9), parsed. The error says what is wrong with it. */
export function parseMembers(value: unknown): Outcome<readonly Member[]> {
  if (!Array.isArray(value)) return failed("not a JSON array of nodes");
  const members: Member[] = [];
  for (const item of value) {
    const member = parseMember(item);
    if (!member.ok) return member;
    const { id, address } = member.value;
    if (members.some((other) => other.id === id)) return failed(`found duplicate ID in configuration: ${id}`);
    if (members.some((other) => other.address === address))
      return failed(`found duplicate address in configuration: ${address}`);
    members.push(member.value);
  }
  if (!members.some(({ voter }) => voter)) return failed("need at least one voter in configuration: {[]}");
  return done(members);
}

function parseMember(item: unknown): Outcome<Member> {
  if (typeof item !== "object" || item === null) return failed("a node is not a JSON object");
  const id = "id" in item ? item.id : "";
  const address = "address" in item ? item.address : "";
  const nonVoter = "non_voter" in item ? item.non_voter : false;
  if (typeof id !== "string" || typeof address !== "string" || typeof nonVoter !== "boolean")
    return failed("id and address must be strings, non_voter true or false");
  if (id === "") return failed("empty ID in configuration");
  if (address === "") return failed("empty address in configuration");
  return done({ id: nodeId(id), address, voter: !nonVoter });
}

/** The same shape again. */
export const memberObjects = (members: readonly Member[]): readonly object[] =>
  members.map(({ id, address, voter }) => ({ id, address, non_voter: !voter }));

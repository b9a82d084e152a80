import { done, failed, type Outcome, type Term, term } from "../base/mod.ts";
import { getNatural, setNatural } from "./safe-integer.ts";

/** What a Raft node must not forget besides its log (Raft figure 2): the latest term it has seen, and its vote there. */
export interface HardState {
  readonly term: Term;
  readonly votedFor: string | null;
}

const version = 1;
const at = { version: 0, hasVote: 2, term: 8, votedFor: 16 } as const;

/** The payload of a slot. */
export function encodeHardState(state: HardState): Uint8Array<ArrayBuffer> {
  const votedFor = new TextEncoder().encode(state.votedFor ?? "");
  const payload = new Uint8Array(at.votedFor + votedFor.length);
  const view = new DataView(payload.buffer);
  view.setUint16(at.version, version, true);
  view.setUint8(at.hasVote, state.votedFor === null ? 0 : 1);
  setNatural(view, at.term, state.term);
  payload.set(votedFor, at.votedFor);
  return payload;
}

/** Reads the payload of a whole slot. */
export function decodeHardState(payload: Uint8Array<ArrayBuffer>): Outcome<HardState> {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  if (payload.length < at.votedFor || view.getUint16(at.version, true) !== version)
    return failed("was written by a newer version");
  return done({
    term: term(getNatural(view, at.term)),
    votedFor: view.getUint8(at.hasVote) === 0 ? null : new TextDecoder().decode(payload.subarray(at.votedFor)),
  });
}

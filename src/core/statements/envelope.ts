import type { LogIndex } from "../base/mod.ts";
import { JsonOutput } from "./json-output.ts";
import type { StatementOptions } from "./options.ts";

/** The body of a request that failed as a whole (http-api §5.1). `elapsedMs`: for `timings`; null leaves `time` out. */
export function errorBody(
  message: string,
  options: Pick<StatementOptions, "pretty">,
  elapsedMs: number | null,
): Uint8Array<ArrayBuffer> {
  const output = new JsonOutput();
  beginEnvelope(output, options.pretty);
  endEnvelope(output, message, elapsedMs);
  return output.take();
}

/** Begins a body, up to its first entry. */
export function beginEnvelope(output: JsonOutput, pretty: boolean): void {
  output.restart(pretty);
  output.open("{");
  output.member("results");
  output.open("[");
}

/** Closes the list of results and the envelope. */
export function endEnvelope(output: JsonOutput, error: string | null, elapsedMs: number | null): void {
  output.close("]");
  if (error !== null) {
    output.member("error");
    output.text(error);
  }
  if (elapsedMs !== null) writeTime(output, elapsedMs);
  output.close("}");
}

/** The member `time`, in seconds to the nanosecond; none for no time at all. */
export function writeTime(output: JsonOutput, elapsedMs: number): void {
  const nanoseconds = Math.round(elapsedMs * 1e6);
  if (nanoseconds === 0) return;
  output.member("time");
  output.real(nanoseconds / 1e9);
}

/** A copy of a whole body with `raft_index` as its last member. */
export function withRaftIndex(body: Uint8Array, pretty: boolean, index: LogIndex): Uint8Array<ArrayBuffer> {
  const member = new TextEncoder().encode(pretty ? `,\n    "raft_index": ${index}\n}` : `,"raft_index":${index}}`);
  const end = body.length - (pretty ? 2 : 1);
  const extended = new Uint8Array(end + member.length);
  extended.set(body.subarray(0, end));
  extended.set(member, end);
  return extended;
}

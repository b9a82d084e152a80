import type { LogIndex } from "../base/mod.ts";
import type { StatementOptions } from "./options.ts";

/** The body of a request that failed as a whole (http-api §5.1). `elapsedMs`: for `timings`; null leaves `time` out. */
export function errorBody(
  _message: string,
  _options: Pick<StatementOptions, "pretty">,
  _elapsedMs: number | null,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(0);
}

/** A copy of a whole body with `raft_index` as its last member. */
export function withRaftIndex(_body: Uint8Array, _pretty: boolean, _index: LogIndex): Uint8Array<ArrayBuffer> {
  return new Uint8Array(0);
}

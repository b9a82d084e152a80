/** base: the words everything else is written in. Imports nothing but the hash function. */
export { AssertionError, assert, present, unreachable } from "./assert.ts";
export {
  type Brand,
  type LogIndex,
  logIndex,
  type NodeId,
  nodeId,
  type PageNumber,
  pageNumber,
  type RequestId,
  requestId,
  type SegmentId,
  segmentId,
  type Term,
  term,
} from "./brand.ts";
export { createHasher, type Hasher } from "./checksum.ts";
export { equalBytes } from "./equal-bytes.ts";
export { formatGoDuration, parseGoDuration } from "./go-duration.ts";
export { done, failed, type Outcome } from "./outcome.ts";
export { Prng } from "./prng.ts";
export { widen } from "./widen.ts";

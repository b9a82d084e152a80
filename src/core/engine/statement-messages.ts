import type { RequestId } from "../base/mod.ts";
import type { BodyFormat, StatementEndpoint, StatementOptions } from "../statements/mod.ts";
import type { Cell } from "./cancel-cells.ts";

/** One statement request: its body stays bytes until the worker that runs it. Structured-cloneable. */
export interface StatementRequest {
  readonly id: RequestId;
  /** `analyse`: `/db/sql`, which runs nothing. */
  readonly endpoint: StatementEndpoint | "analyse";
  readonly format: BodyFormat;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly options: StatementOptions;
  /** The shared cell through which main stops this request. */
  readonly cell: Cell;
}

/**
 * The answer to a statement request.
 * `json`: the whole response body. `stream`: the first bytes; more follow as chunks. `text`: plain-text error (§1.4).
 * `not-read-only`: a /db/request that holds a write: nothing was run. `stopped`: given up, nobody waited for it.
 */
export type StatementResult =
  | { readonly type: "json"; readonly id: RequestId; readonly body: Uint8Array<ArrayBuffer>; readonly failed: boolean }
  | { readonly type: "stream"; readonly id: RequestId; readonly body: Uint8Array<ArrayBuffer> }
  | { readonly type: "text"; readonly id: RequestId; readonly status: 400 | 500; readonly message: string }
  | { readonly type: "not-read-only"; readonly id: RequestId }
  | { readonly type: "stopped"; readonly id: RequestId };

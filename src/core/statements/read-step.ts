/** What a read gives each time it is asked; the same words as `StatementResult` and the readers' messages. */
export type ReadStep =
  /** The whole response body: only ever the first step, and the last. */
  | { readonly type: "json"; readonly body: Uint8Array<ArrayBuffer>; readonly failed: boolean }
  /** The first bytes of a body; ask again for more. */
  | { readonly type: "stream"; readonly body: Uint8Array<ArrayBuffer> }
  /** More of it. */
  | { readonly type: "chunk"; readonly bytes: Uint8Array<ArrayBuffer>; readonly state: "more" | "done" }
  /** A plain-text error instead of a body: only ever the first step, and the last. */
  | { readonly type: "text"; readonly status: 500; readonly message: string }
  /** The body has begun and cannot be finished. */
  | { readonly type: "broken"; readonly reason: string }
  /** Nobody waits for it. */
  | { readonly type: "stopped" };

/** A read under way. One at a time on a connection; it holds the connection until `close`. */
export interface ReadRun {
  /** Runs on until the end, or until there are about `bytesMax` bytes to hand over. Not to be called after the last step. */
  next(bytesMax: number): ReadStep;
  /** Releases its statements and puts the connection back in order, at whatever point it is. May be called twice. */
  close(): void;
}

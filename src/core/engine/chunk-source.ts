/** Bytes made bit by bit, on credit: a long result, a backup. The words are those of the readers' messages. */
export interface ChunkSource {
  /** About `bytesMax` bytes more. Not to be called after anything but a chunk with more to come. */
  next(bytesMax: number): ChunkStep;
  /** Gives back whatever it holds, at whatever point it is. May be called twice. */
  close(): void;
}

export type ChunkStep =
  | { readonly type: "chunk"; readonly bytes: Uint8Array<ArrayBuffer>; readonly state: "more" | "done" }
  /** It cannot be finished. */
  | { readonly type: "broken"; readonly reason: string }
  /** Nobody waits for it. */
  | { readonly type: "stopped" };

import { ResultCode } from "./codes.ts";
import type { Heap } from "./heap.ts";
import type { VfsFile } from "./vfs-file.ts";

const chunkBytes = 64 * 1024;

/** What all temporary files of an instance may hold together. */
export class ScratchBudget {
  readonly bytesMax: number;
  #bytes = 0;

  constructor(bytesMax: number) {
    this.bytesMax = bytesMax;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A zeroed chunk, or null when the budget is spent. */
  take(): Uint8Array | null {
    if (this.#bytes + chunkBytes > this.bytesMax) return null;
    this.#bytes += chunkBytes;
    return new Uint8Array(chunkBytes);
  }

  giveBack(chunks: number): void {
    this.#bytes -= chunks * chunkBytes;
  }
}

/**
 * A temporary file (a sorter's runs, a materialised subquery, VACUUM's copy, a journal of those): in memory, but outside
 * WASM's, which never shrinks. Gone when closed.
 */
export class ScratchFile implements VfsFile {
  readonly #heap: Heap;
  readonly #budget: ScratchBudget;
  readonly #chunks: Uint8Array[] = [];
  #sizeBytes = 0;

  constructor(heap: Heap, budget: ScratchBudget) {
    this.#heap = heap;
    this.#budget = budget;
  }

  read(into: number, length: number, offset: number): number {
    const bytes = this.#heap.bytes;
    const readable = Math.max(0, Math.min(length, this.#sizeBytes - offset));
    for (let done = 0; done < readable; ) {
      const at = (offset + done) % chunkBytes;
      const part = Math.min(readable - done, chunkBytes - at);
      const chunk = this.#chunks[(offset + done - at) / chunkBytes];
      if (chunk === undefined) break;
      bytes.set(chunk.subarray(at, at + part), into + done);
      done += part;
    }
    if (readable === length) return ResultCode.ok;
    bytes.fill(0, into + readable, into + length);
    return ResultCode.ioErrorShortRead;
  }

  write(from: number, length: number, offset: number): number {
    const bytes = this.#heap.bytes;
    const end = offset + length;
    while (this.#chunks.length * chunkBytes < end) {
      const chunk = this.#budget.take();
      if (chunk === null) return ResultCode.full;
      this.#chunks.push(chunk);
    }
    for (let done = 0; done < length; ) {
      const at = (offset + done) % chunkBytes;
      const part = Math.min(length - done, chunkBytes - at);
      this.#chunks[(offset + done - at) / chunkBytes]?.set(bytes.subarray(from + done, from + done + part), at);
      done += part;
    }
    this.#sizeBytes = Math.max(this.#sizeBytes, end);
    return ResultCode.ok;
  }

  truncate(sizeBytes: number): number {
    if (sizeBytes >= this.#sizeBytes) return ResultCode.ok;
    const kept = Math.ceil(sizeBytes / chunkBytes);
    this.#budget.giveBack(this.#chunks.length - kept);
    this.#chunks.length = kept;
    this.#chunks[kept - 1]?.fill(0, sizeBytes - (kept - 1) * chunkBytes);
    this.#sizeBytes = sizeBytes;
    return ResultCode.ok;
  }

  sizeBytes(): number {
    return this.#sizeBytes;
  }

  lock(): void {}

  unlock(): void {}

  close(): void {
    this.truncate(0);
  }
}

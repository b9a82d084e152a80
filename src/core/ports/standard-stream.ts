/** How long a reader of our output may keep us waiting; then the rest of the text is dropped. */
const patienceMs = 1000;

/**
 * A standard stream that text is written to at once. `write` takes bytes and says how many it took; it may throw with
 * code `EAGAIN` (the pipe is full and doesn't block). Other failures mean that nobody listens any more: not our affair.
 */
export class StandardStream {
  readonly #write: (bytes: Uint8Array) => number;
  readonly #encoder = new TextEncoder();
  readonly #wait = new Int32Array(new SharedArrayBuffer(4));

  constructor(write: (bytes: Uint8Array) => number) {
    this.#write = write;
  }

  say(text: string): void {
    let bytes: Uint8Array = this.#encoder.encode(text);
    let waitedMs = 0;
    while (bytes.length > 0) {
      try {
        bytes = bytes.subarray(this.#write(bytes));
      } catch (error) {
        const full = error instanceof Error && "code" in error && error.code === "EAGAIN";
        if (!full || waitedMs >= patienceMs) return;
        Atomics.wait(this.#wait, 0, 0, 1);
        waitedMs++;
      }
    }
  }
}

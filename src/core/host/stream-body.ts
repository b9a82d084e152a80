/** What a stream body's maker is told by who reads it. */
export interface StreamBodyEvents {
  /** One chunk has been taken: one more may come. */
  taken(): void;
  /** Nobody reads on. */
  cancelled(): void;
}

/** A response's body that comes in chunks, handed on only as fast as the client takes them. */
export class StreamBody {
  readonly stream: ReadableStream<Uint8Array>;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  /** Chunks that nobody has asked for yet; bounded by the credit that `taken` gives. */
  readonly #chunks: Uint8Array[] = [];
  #asked = false;
  #ended = false;
  /** When a look first found chunks that have not been asked for since; null = none has. */
  #idleSinceMs: number | null = null;
  readonly #events: StreamBodyEvents;

  /** `first` was not asked for by credit; null = there is nothing yet. */
  constructor(first: Uint8Array | null, events: StreamBodyEvents) {
    this.#events = events;
    let head = first;
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: (controller) => {
          if (head !== null) {
            controller.enqueue(head);
            head = null;
            if (this.#ended && this.#chunks.length === 0) controller.close();
            return;
          }
          this.#asked = true;
          this.#serve();
        },
        cancel: () => {
          this.#controller = null;
          events.cancelled();
        },
      },
      { highWaterMark: 0 },
    );
  }

  /** For how long its client has left alone what is ready for it, as far as those know who look now and then. */
  idleMs(nowMs: number): number {
    if (this.#chunks.length === 0) return 0;
    this.#idleSinceMs ??= nowMs;
    return nowMs - this.#idleSinceMs;
  }

  chunk(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#serve();
  }

  /** Nothing more comes. */
  end(): void {
    this.#ended = true;
    this.#serve();
  }

  /** It cannot be finished: the client's connection is cut. */
  fail(reason: string): void {
    this.#controller?.error(new Error(reason));
    this.#controller = null;
  }

  #serve(): void {
    const controller = this.#controller;
    if (controller === null || !this.#asked) return;
    const bytes = this.#chunks.shift();
    if (bytes !== undefined) {
      this.#asked = false;
      this.#idleSinceMs = null;
      controller.enqueue(bytes);
      this.#events.taken();
    }
    if (this.#ended && this.#chunks.length === 0) {
      this.#controller = null;
      controller.close();
    }
  }
}

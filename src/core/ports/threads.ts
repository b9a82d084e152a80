import { prepareWord, type WorkerEvents, type WorkerHandle, type WorkerRole, type Workers } from "./workers.ts";

/** One thread as a runtime has it. */
export interface Thread {
  post(message: unknown, transfer: readonly ArrayBuffer[]): void;
  terminate(): void;
}

/** What a runtime tells of a thread. */
export interface ThreadEvents {
  message(message: unknown): void;
  /** An error that ends the thread. */
  fault(text: string): void;
  /** It is over, for whatever reason; may be said more than once. */
  ended(): void;
}

/** Starts a thread that runs the worker's program, which calls `runInScope`. */
export type StartThread = (events: ThreadEvents) => Thread;

/** The port over a runtime's threads. The first is started at once, to get ready while main still loads. */
export function createWorkers(startThread: StartThread): Workers {
  let ahead: WorkerThread | null = new WorkerThread(startThread);
  ahead.post(prepareWord);
  return {
    start(role, data, events) {
      const thread = ahead ?? new WorkerThread(startThread);
      ahead = null;
      thread.begin(role, data, events);
      return thread;
    },
  };
}

class WorkerThread implements WorkerHandle {
  readonly #thread: Thread;
  #events: WorkerEvents | null = null;
  #fault: string | null = null;
  #terminated = false;
  #ended = false;

  constructor(startThread: StartThread) {
    this.#thread = startThread({
      message: (message) => {
        if (!this.#terminated) this.#events?.message(message);
      },
      fault: (text) => {
        this.#fault = text;
      },
      ended: () => this.#end(),
    });
  }

  begin(role: WorkerRole, data: unknown, events: WorkerEvents): void {
    this.#events = events;
    // Not before `start` has returned.
    if (this.#ended) Promise.resolve().then(() => events.exit(this.#fault));
    else this.post({ role, data });
  }

  post(message: unknown, transfer: readonly ArrayBuffer[] = []): void {
    this.#thread.post(message, transfer);
  }

  terminate(): void {
    this.#terminated = true;
    this.#thread.terminate();
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    if (!this.#terminated) this.#fault ??= "ended by itself";
    this.#events?.exit(this.#fault);
  }
}

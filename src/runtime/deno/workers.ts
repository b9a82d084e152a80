import {
  prepareWord,
  type WorkerEvents,
  type WorkerHandle,
  type WorkerRole,
  type Workers,
} from "../../core/ports/mod.ts";

/** Threads that run the module at `program`, which calls `runInScope`. The first is started at once, to get ready. */
export function createWorkers(program: URL): Workers {
  let ahead: Thread | null = new Thread(program);
  ahead.post(prepareWord);
  return {
    start(role, data, events) {
      const thread = ahead ?? new Thread(program);
      ahead = null;
      thread.begin(role, data, events);
      return thread;
    },
  };
}

class Thread implements WorkerHandle {
  readonly #worker: Worker;
  #events: WorkerEvents | null = null;
  #fault: string | null = null;
  #terminated = false;
  #ended = false;

  constructor(program: URL) {
    this.#worker = new Worker(program, { type: "module" });
    this.#worker.onmessage = ({ data: message }) => {
      if (!this.#terminated) this.#events?.message(message);
    };
    // Deno tells of errors only: a thread that is terminated ends without a word.
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#fault = event.message;
      this.#end();
    };
  }

  begin(role: WorkerRole, data: unknown, events: WorkerEvents): void {
    this.#events = events;
    if (this.#ended) queueMicrotask(() => events.exit(this.#fault));
    else this.post({ role, data });
  }

  post(message: unknown, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, [...transfer]);
  }

  terminate(): void {
    this.#terminated = true;
    this.#worker.terminate();
    if (!this.#ended) queueMicrotask(() => this.#end());
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#events?.exit(this.#fault);
  }
}

export const workers = createWorkers(new URL("./worker.ts", import.meta.url));

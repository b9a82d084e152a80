import { extname } from "node:path";
import { Worker } from "node:worker_threads";
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
    this.#worker = new Worker(program);
    this.#worker.on("message", (message) => {
      if (!this.#terminated) this.#events?.message(message);
    });
    this.#worker.on("error", (error) => {
      this.#fault = error instanceof Error ? (error.stack ?? error.message) : String(error);
    });
    this.#worker.on("exit", () => this.#end());
  }

  begin(role: WorkerRole, data: unknown, events: WorkerEvents): void {
    this.#events = events;
    if (this.#ended) queueMicrotask(() => events.exit(this.#fault));
    else this.post({ role, data });
  }

  post(message: unknown, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  terminate(): void {
    this.#terminated = true;
    this.#worker.terminate();
  }

  #end(): void {
    this.#ended = true;
    if (!this.#terminated) this.#fault ??= "ended by itself";
    this.#events?.exit(this.#fault);
  }
}

/** The program lies beside this file, in a checkout as in a bundle. */
export const workers = createWorkers(new URL(`./worker${extname(import.meta.url)}`, import.meta.url));

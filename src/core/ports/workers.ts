/** Threads. A role names the program that the thread runs; see `host/` for what each is told and answers. */
export type WorkerRole = "engine" | "reader" | "keeper";

export interface WorkerHandle {
  /** Posts a structured-cloneable message; `transfer` moves those buffers instead of copying them. */
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  terminate(): void;
}

export interface WorkerEvents {
  message(message: unknown): void;
  /** The thread ended, by an error (with its text) or because it was terminated (null). Called once. */
  exit(error: string | null): void;
}

export interface Workers {
  /** Starts a thread. `data` is structured-cloneable (SharedArrayBuffer included) and is its first input. */
  start(role: WorkerRole, data: unknown, events: WorkerEvents): WorkerHandle;
}

/** What a runtime hands to the program inside a worker. */
export interface WorkerScope {
  readonly role: WorkerRole;
  readonly data: unknown;
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** Sets the one receiver; messages that came before are delivered to it in order. */
  onMessage(receive: (message: unknown) => void): void;
}

/** A worker's end of its channel where the runtime would drop what comes before there is a receiver. */
export class Inbox {
  #receive: ((message: unknown) => void) | null = null;
  #early: unknown[] = [];

  deliver(message: unknown): void {
    if (this.#receive === null) this.#early.push(message);
    else this.#receive(message);
  }

  onMessage(receive: (message: unknown) => void): void {
    this.#receive = receive;
    const early = this.#early;
    this.#early = [];
    for (const message of early) receive(message);
  }
}

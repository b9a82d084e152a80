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

/** What a thread hears before anything else, if it is started ahead of its work. */
export const prepareWord = "prepare";

/** A thread's program: `prepare` loads what `run` will need, in a thread that has nothing to do yet. */
export interface WorkerProgram {
  prepare(): void;
  run(scope: WorkerScope): void;
}

/** A thread's end of its channel: the word to prepare, maybe; role and data; then messages, kept for the receiver. */
export class Inbox {
  readonly #program: WorkerProgram;
  readonly #post: WorkerScope["post"];
  #deliver: (message: unknown) => void;

  constructor(program: WorkerProgram, post: WorkerScope["post"]) {
    this.#program = program;
    this.#post = post;
    this.#deliver = (message) => this.#start(message);
  }

  deliver(message: unknown): void {
    this.#deliver(message);
  }

  #start(message: unknown): void {
    if (message === prepareWord) {
      this.#program.prepare();
      return;
    }
    const early: unknown[] = [];
    this.#deliver = (later) => early.push(later);
    const { role, data } = message as Pick<WorkerScope, "role" | "data">;
    const onMessage: WorkerScope["onMessage"] = (receive) => {
      this.#deliver = receive;
      for (const waiting of early.splice(0)) receive(waiting);
    };
    this.#program.run({ role, data, post: this.#post, onMessage });
  }
}

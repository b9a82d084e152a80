import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runWorker } from "../../../src/core/engine/mod.ts";
import type { Entropy, Files, WorkerRole, WorkerScope } from "../../../src/core/ports/mod.ts";
import { clock } from "../../../src/runtime/node/clock.ts";
import { files as realFiles } from "../../../src/runtime/node/files.ts";

let dice = 1;
/** Not random at all. */
export const entropy: Entropy = {
  fill: (into) => {
    for (let at = 0; at < into.length; at++) {
      dice = (Math.imul(dice, 1_664_525) + 1_013_904_223) >>> 0;
      into[at] = dice >>> 24;
    }
  },
};

/** SQLite's WASM, compiled. */
export const wasm: WebAssembly.Module = await WebAssembly.compile(
  readFileSync(join(import.meta.dirname, "../../../node_modules/@sqlite.org/sqlite-wasm/dist/sqlite3.wasm")),
);

interface Typed {
  readonly type: string;
}

/** A storage thread's program run in this thread; messages are cloned and moved as between threads. */
export class WorkerDouble<To, From extends Typed> {
  readonly #received: From[] = [];
  #wake: (() => void) | null = null;
  #receive: ((message: unknown) => void) | null = null;
  readonly #early: To[] = [];

  constructor(role: WorkerRole, data: unknown, files: Files = realFiles) {
    const scope: WorkerScope = {
      role,
      data,
      post: (message, transfer) => {
        this.#received.push(structuredClone(message as From, { transfer: [...(transfer ?? [])] }));
        this.#wake?.();
      },
      onMessage: (receive) => {
        this.#receive = receive;
        for (const message of this.#early.splice(0)) receive(message);
      },
    };
    runWorker(scope, { files, clock, entropy });
  }

  post(message: To): void {
    const copy = structuredClone(message);
    if (this.#receive === null) this.#early.push(copy);
    else this.#receive(copy);
  }

  /** The next message. */
  async receive(): Promise<From> {
    for (;;) {
      const message = this.#received.shift();
      if (message !== undefined) return message;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The next message, which must be of this type (others of `passing` are skipped). */
  async next<Type extends From["type"]>(type: Type, ...passing: string[]): Promise<Extract<From, { type: Type }>> {
    for (;;) {
      const message = await this.receive();
      if (message.type === type) return message as Extract<From, { type: Type }>;
      if (!passing.includes(message.type)) throw new Error(`expected ${type}, got ${JSON.stringify(message)}`);
    }
  }

  /** What has come and was not asked for yet. */
  takeAll(): From[] {
    return this.#received.splice(0);
  }
}

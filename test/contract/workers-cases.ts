import { strict as assert } from "node:assert";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { WorkerHandle, Workers } from "../../src/core/ports/mod.ts";
import type { EchoData, EchoOrder } from "./echo-program.ts";
import type { Cases } from "./verdicts.ts";

/** One thread, and everything that it said in order. */
class Thread {
  readonly said: unknown[] = [];
  readonly exits: (string | null)[] = [];
  readonly #handle: WorkerHandle;
  #changed = (): void => undefined;

  constructor(workers: Workers, data: EchoData) {
    this.#handle = workers.start("reader", data, {
      message: (message) => {
        this.said.push(message);
        this.#changed();
      },
      exit: (error) => {
        this.exits.push(error);
        this.#changed();
      },
    });
  }

  post(order: EchoOrder, transfer?: readonly ArrayBuffer[]): void {
    this.#handle.post(order, transfer);
  }

  terminate(): void {
    this.#handle.terminate();
  }

  /** Waits until there are so many messages. */
  async messages(count: number): Promise<readonly unknown[]> {
    while (this.said.length < count) {
      if (this.exits.length > 0) throw new Error(`the thread ended: ${this.exits[0]}`);
      await this.#change();
    }
    return this.said;
  }

  async exit(): Promise<string | null> {
    while (this.exits.length === 0) await this.#change();
    return this.exits[0] ?? null;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#changed = resolve;
    });
  }
}

const later = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));
const started = { type: "started", role: "reader", name: "one", isModule: false };

export function workersCases(workers: Workers): Cases {
  const dies = async (type: "throw" | "throw-later" | "reject", text: RegExp): Promise<void> => {
    const thread = new Thread(workers, { name: "one" });
    thread.post({ type });
    assert.match((await thread.exit()) ?? "null", text);
    thread.post({ type: "echo", value: 1 });
    thread.terminate();
    await later(50);
    assert.equal(thread.exits.length, 1);
    assert.deepEqual(thread.said, [started]);
  };
  return {
    "role and data arrive first; messages come and go in order": async () => {
      const thread = new Thread(workers, { name: "one" });
      for (let i = 0; i < 10_000; i++) thread.post({ type: "echo", value: i });
      const said = await thread.messages(10_001);
      assert.deepEqual(said[0], started);
      assert.deepEqual(
        said.slice(1),
        Array.from({ length: 10_000 }, (_, value) => ({ type: "echo", value })),
      );
      thread.terminate();
      assert.equal(await thread.exit(), null);
    },
    "messages that come before there is a receiver wait for it": async () => {
      const thread = new Thread(workers, { name: "one", delayMs: 100 });
      for (let value = 0; value < 10; value++) thread.post({ type: "echo", value });
      await thread.messages(1);
      thread.post({ type: "echo", value: 10 });
      const said = await thread.messages(12);
      assert.deepEqual(
        said.slice(1),
        Array.from({ length: 11 }, (_, value) => ({ type: "echo", value })),
      );
      thread.terminate();
    },
    "transferred buffers move, others are copied": async () => {
      const thread = new Thread(workers, { name: "one" });
      const [moved, copied] = [new Uint8Array(1_000_000).fill(7), new Uint8Array([1, 2, 3])];
      thread.post({ type: "give-back", bytes: moved }, [moved.buffer]);
      thread.post({ type: "echo", value: copied });
      assert.equal(moved.length, 0);
      const [, bytes, left, echo] = await thread.messages(4);
      assert.deepEqual(bytes, { type: "bytes", bytes: new Uint8Array(1_000_000).fill(7) });
      assert.deepEqual(left, { type: "left", length: 0 });
      assert.deepEqual(echo, { type: "echo", value: copied });
      thread.terminate();
    },
    "values of every kind that messages are made of": async () => {
      const thread = new Thread(workers, { name: "one" });
      const value = {
        big: 2n ** 63n,
        none: null,
        map: new Map([[1, [true, "\u0000ü"]]]),
        float: -0.5,
        bytes: new Uint8Array(3),
      };
      thread.post({ type: "echo", value });
      const [, echo] = await thread.messages(2);
      assert.deepEqual(echo, { type: "echo", value });
      thread.terminate();
    },
    "a SharedArrayBuffer is shared": async () => {
      const counter = new SharedArrayBuffer(4);
      const cell = new Int32Array(counter);
      const threads = [1, 2].map(() => new Thread(workers, { name: "one", counter }));
      for (const thread of threads) thread.post({ type: "add", count: 50_000 });
      for (const thread of threads) thread.post({ type: "echo", value: "done" });
      for (const thread of threads) await thread.messages(2);
      assert.equal(Atomics.load(cell, 0), 100_000);
      for (const thread of threads) thread.terminate();
    },
    "a compiled WASM module can be part of the data": async () => {
      const path = createRequire(import.meta.url).resolve("@sqlite.org/sqlite-wasm/sqlite3.wasm");
      const wasm = await WebAssembly.compile(readFileSync(path));
      const thread = new Thread(workers, { name: "one", wasm });
      assert.deepEqual((await thread.messages(1))[0], { ...started, isModule: true });
      thread.terminate();
    },
    "an error that nobody catches ends the thread and is told, once": () =>
      dies("throw", /RangeError: thrown in a thread/),
    "so does one in a callback": () => dies("throw-later", /RangeError: thrown later in a thread/),
    "so does a promise": () => dies("reject", /RangeError: rejected in a thread/),
    "a thread that spins can be terminated; then it says nothing more": async () => {
      const thread = new Thread(workers, { name: "one" });
      thread.post({ type: "spin" });
      thread.post({ type: "echo", value: "never" });
      await thread.messages(2);
      thread.terminate();
      thread.terminate();
      assert.equal(await thread.exit(), null);
      await later(50);
      assert.deepEqual(thread.exits, [null]);
      assert.deepEqual(thread.said, [started, { type: "spinning" }]);
    },
    "a program that can't be started is told as an error": async () => {
      const missing = createMissing(workers);
      assert.notEqual(await missing, null);
    },
  };
}

/** Data that can't be cloned must not leave a thread behind unseen. */
function createMissing(workers: Workers): Promise<string | null> {
  return new Promise((resolve) => {
    try {
      workers.start("reader", { name: () => undefined }, { message: () => undefined, exit: resolve });
    } catch (error) {
      resolve(String(error));
    }
  });
}

import type { WorkerScope } from "../../src/core/ports/mod.ts";

export interface EchoData {
  readonly name: string;
  /** Work to do before there is a receiver. */
  readonly delayMs?: number;
  readonly counter?: SharedArrayBuffer;
  readonly wasm?: unknown;
}

export type EchoOrder =
  | { readonly type: "echo"; readonly value: unknown }
  | { readonly type: "give-back"; readonly bytes: Uint8Array<ArrayBuffer> }
  | { readonly type: "add"; readonly count: number }
  | { readonly type: "throw" | "throw-later" | "reject" | "spin" };

/** The program of the contract test's threads. What it does is said by its data, then by each message. */
export function echo(scope: WorkerScope): void {
  const data = scope.data as EchoData;
  const counter = data.counter === undefined ? null : new Int32Array(data.counter);
  const isModule = data.wasm instanceof WebAssembly.Module;
  scope.post({ type: "started", role: scope.role, name: data.name, isModule });
  const receive = (message: unknown): void => {
    const order = message as EchoOrder;
    switch (order.type) {
      case "echo":
        scope.post({ type: "echo", value: order.value });
        return;
      case "give-back":
        scope.post({ type: "bytes", bytes: order.bytes }, [order.bytes.buffer]);
        scope.post({ type: "left", length: order.bytes.length });
        return;
      case "add":
        if (counter !== null) {
          for (let i = 0; i < order.count; i++) Atomics.add(counter, 0, 1);
          Atomics.notify(counter, 0);
        }
        return;
      case "throw":
        throw new RangeError("thrown in a thread");
      case "throw-later":
        setTimeout(() => {
          throw new RangeError("thrown later in a thread");
        }, 1);
        return;
      case "reject":
        Promise.reject(new RangeError("rejected in a thread"));
        return;
      case "spin":
        scope.post({ type: "spinning" });
        for (;;);
    }
  };
  if (data.delayMs === undefined) scope.onMessage(receive);
  else setTimeout(() => scope.onMessage(receive), data.delayMs);
}

import type { EngineData, FromEngine, FromKeeper, KeeperData, ToEngine, ToKeeper } from "../engine/mod.ts";
import type { WorkerHandle, Workers } from "../ports/mod.ts";

type SpareWord = "want-spare" | "spare-made" | "spare-failed";

/** What the threads say that concerns more than the two of them. */
export interface StorageThreadsEvents {
  fromEngine(message: Exclude<FromEngine, { type: SpareWord }>): void;
  fromKeeper(message: Exclude<FromKeeper, { type: SpareWord }>): void;
  /** A spare segment can't be made now; the engine does without. */
  spareFailed(reason: string): void;
  ended(thread: "engine" | "keeper", error: string | null): void;
}

/** The engine's thread and the keeper's, and what one wants of the other. */
export class StorageThreads {
  readonly #workers: Workers;
  readonly #keeperData: KeeperData;
  readonly #events: StorageThreadsEvents;
  readonly #engine: WorkerHandle;
  #keeper: WorkerHandle | null = null;
  /** Asked for before the keeper may start. */
  #early: ToKeeper[] | null = [];

  /** Starts the engine. */
  constructor(workers: Workers, engine: EngineData, events: StorageThreadsEvents) {
    const { folder, cells, wasm } = engine;
    this.#workers = workers;
    this.#keeperData = { folder, cells, wasm };
    this.#events = events;
    this.#engine = workers.start("engine", engine, {
      message: (message) => this.#fromEngine(message as FromEngine),
      exit: (error) => events.ended("engine", error),
    });
  }

  toEngine(message: ToEngine, transfer?: readonly ArrayBuffer[]): void {
    this.#engine.post(message, transfer);
  }

  toKeeper(message: ToKeeper, transfer?: readonly ArrayBuffer[]): void {
    if (this.#early !== null) {
      this.#early.push(message);
      return;
    }
    this.#keeper ??= this.#workers.start("keeper", this.#keeperData, {
      message: (message) => this.#fromKeeper(message as FromKeeper),
      exit: (error) => this.#events.ended("keeper", error),
    });
    this.#keeper.post(message, transfer);
  }

  /** The node is open: what has nothing to do with that may take its time now. */
  releaseKeeper(): void {
    const early = this.#early ?? [];
    this.#early = null;
    for (const message of early) this.toKeeper(message);
  }

  terminate(): void {
    this.#engine.terminate();
    this.#keeper?.terminate();
  }

  #fromEngine(message: FromEngine): void {
    if (message.type !== "want-spare") this.#events.fromEngine(message);
    else this.toKeeper({ type: "make-spare", path: message.path, sizeBytes: message.sizeBytes });
  }

  #fromKeeper(message: FromKeeper): void {
    switch (message.type) {
      case "spare-made":
        this.toEngine({ type: "spare", path: message.path });
        break;
      case "spare-failed":
        this.#events.spareFailed(message.reason);
        this.toEngine({ type: "spare-failed", path: message.path });
        break;
      default:
        this.#events.fromKeeper(message);
    }
  }
}

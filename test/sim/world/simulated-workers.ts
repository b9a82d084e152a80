import { runWorker } from "../../../src/core/engine/mod.ts";
import type {
  Clock,
  Entropy,
  Files,
  WorkerEvents,
  WorkerHandle,
  WorkerRole,
  Workers,
} from "../../../src/core/ports/mod.ts";
import type { Dice } from "./dice.ts";
import { Thread } from "./thread.ts";
import type { World } from "./world.ts";

/** What a process gives its threads. */
export interface ThreadWorld {
  readonly world: World;
  readonly main: Thread;
  /** How long messages between threads take. */
  readonly delays: MessageDelays;
  files(thread: Thread): Files;
  clock(thread: Thread): Clock;
  readonly entropy: Entropy;
  /** A thread has begun; it ends with the process. */
  started(thread: Thread): void;
}

/** Messages between threads: usually microseconds, now and then long. */
export class MessageDelays {
  readonly #dice: Dice;
  readonly #usualMs: number;
  readonly #longMs: number;
  readonly #longChance: number;

  constructor(dice: Dice, { usualMs, longMs, longChance }: { usualMs: number; longMs: number; longChance: number }) {
    this.#dice = dice;
    this.#usualMs = usualMs;
    this.#longMs = longMs;
    this.#longChance = longChance;
  }

  next(): number {
    const mostMs = this.#dice.chance(this.#longChance) ? this.#longMs : this.#usualMs;
    return mostMs * this.#dice.random();
  }
}

/** What it takes a thread to take in one message. */
const handlingMs = 0.01;

/** One direction between two threads: messages are copied or moved, and arrive in their order. */
class Channel {
  readonly #place: ThreadWorld;
  readonly #to: Thread;
  #lastArrivalMs = 0;

  constructor(place: ThreadWorld, to: Thread) {
    this.#place = place;
    this.#to = to;
  }

  post(message: unknown, transfer: readonly ArrayBuffer[], receive: (message: unknown) => void): void {
    const copy = structuredClone(message, { transfer: [...transfer] });
    const { world, delays } = this.#place;
    world.detail(this.#to.name, `<- ${typeOf(copy)}`);
    this.#lastArrivalMs = Math.max(this.#lastArrivalMs, world.nowMs + delays.next());
    this.#to.at(this.#lastArrivalMs, () => {
      this.#to.spend(handlingMs);
      receive(copy);
    });
  }
}

const typeOf = (message: unknown): string =>
  typeof message === "object" && message !== null && "type" in message ? String(message.type) : typeof message;

/** Threads of a simulated process: each runs the real worker program. */
export class SimulatedWorkers implements Workers {
  readonly #place: ThreadWorld;
  readonly #numbers = new Map<WorkerRole, number>();

  constructor(place: ThreadWorld) {
    this.#place = place;
  }

  start(role: WorkerRole, data: unknown, events: WorkerEvents): WorkerHandle {
    const { world, main } = this.#place;
    const number = (this.#numbers.get(role) ?? 0) + 1;
    this.#numbers.set(role, number);
    const name = `${main.name.replace(/main$/, "")}${role}${number}`;
    let exited = false;
    const exit = (error: string | null): void => {
      if (exited) return;
      exited = true;
      thread.end();
      main.at(world.nowMs, () => events.exit(error));
    };
    const thread = new Thread(world, name, (error) => {
      world.line(name, `ends: ${error instanceof Error ? error.message : String(error)}`);
      exit(error instanceof Error ? (error.stack ?? error.message) : String(error));
    });
    this.#place.started(thread);
    const toMain = new Channel(this.#place, main);
    const toThread = new Channel(this.#place, thread);
    const early: unknown[] = [];
    let deliver = (message: unknown): void => {
      early.push(message);
    };
    const ports = {
      files: this.#place.files(thread),
      clock: this.#place.clock(thread),
      entropy: this.#place.entropy,
    };
    const scope = {
      role,
      data: structuredClone(data),
      post: (message: unknown, transfer: readonly ArrayBuffer[] = []): void => {
        if (thread.isDead) return;
        toMain.post(message, transfer, (copy) => {
          if (!exited) events.message(copy);
        });
      },
      onMessage: (receive: (message: unknown) => void): void => {
        deliver = receive;
        for (const message of early.splice(0)) receive(message);
      },
    };
    thread.at(world.nowMs + this.#place.delays.next() * 10, () => runWorker(scope, ports));
    return {
      post: (message, transfer = []) => {
        if (!main.isDead) toThread.post(message, transfer, (copy) => deliver(copy));
      },
      terminate: () => exit(null),
    };
  }
}

import { type HostPorts, type NodeSizes, runQuolite } from "../../../src/core/host/mod.ts";
import type { Clock, Process } from "../../../src/core/ports/mod.ts";
import type { FaultyFiles } from "../faulty-files.ts";
import type { Dice } from "./dice.ts";
import { type DiskTempo, type FileEvents, type FileFaults, ProcessFiles } from "./process-files.ts";
import { type NetworkTempo, SimulatedHttp } from "./simulated-http.ts";
import { MessageDelays, SimulatedWorkers, type ThreadWorld } from "./simulated-workers.ts";
import { Thread } from "./thread.ts";
import { sqliteModule } from "./wasm.ts";
import type { World } from "./world.ts";

/** What stays the same from one process of a node to the next. */
export interface ProcessOptions {
  readonly name: string;
  readonly commandLine: readonly string[];
  readonly sizes: NodeSizes;
  readonly disk: FaultyFiles;
  readonly diskTempo: DiskTempo;
  readonly networkTempo: NetworkTempo;
  readonly messages: ConstructorParameters<typeof MessageDelays>[1];
  /** What it costs a thread to look at the clock; so time passes in long statements. */
  readonly clockMs: number;
  /** Wall-clock time at the world's beginning. */
  wallStartMs(): number;
}

/** What a process tells. */
export interface ProcessEvents {
  said(text: string): void;
  exited(code: number): void;
  changing(thread: string, what: string): void;
  faulted(what: string): void;
  /** It was told to end in the middle of a call. */
  stopped(what: string, losesPower: boolean): void;
}

/** One run of a node's program, from its start to its end, however it ends. */
export class SimulatedProcess {
  readonly http: SimulatedHttp;
  readonly faults: FileFaults = {
    callsUntilFault: null,
    callsUntilStop: null,
    stopsAtSyncs: false,
    stopLosesPower: true,
    slowness: 1,
  };
  readonly threads: Thread[] = [];
  readonly #signals: ((signal: "SIGINT" | "SIGTERM") => void)[] = [];
  readonly #main: Thread;
  readonly #world: World;
  #isOver = false;

  constructor(world: World, dice: Dice, options: ProcessOptions, events: ProcessEvents) {
    this.#world = world;
    const main = new Thread(world, `${options.name}/main`, (error) => world.fail(error));
    this.#main = main;
    this.threads.push(main);
    this.http = new SimulatedHttp(world, main, dice, options.networkTempo);
    const exit = (code: number): void => {
      if (this.#isOver) return;
      this.end();
      events.exited(code);
    };
    const fileEvents: FileEvents = {
      changing: (thread, what) => events.changing(thread, what),
      faulted: (what) => events.faulted(what),
      stop: (what, losesPower) => {
        this.end();
        events.stopped(what, losesPower);
      },
    };
    const files = (thread: Thread): ProcessFiles =>
      new ProcessFiles(options.disk, thread, options.diskTempo, this.faults, fileEvents, dice);
    const clock = (thread: Thread): Clock => ({
      nowMs: () => Math.floor(options.wallStartMs() + this.#look(thread, options.clockMs)),
      monotonicMs: () => this.#look(thread, options.clockMs),
    });
    const place: ThreadWorld = {
      world,
      main,
      delays: new MessageDelays(dice, options.messages),
      files,
      clock,
      entropy: { fill: (into) => dice.fill(into) },
      started: (thread) => this.threads.push(thread),
    };
    const ports: HostPorts = {
      process: this.#process(options, events, exit),
      files: files(main),
      clock: clock(main),
      timers: {
        after: (delayMs, run) => main.at(world.nowMs + delayMs, run),
        soon: (run) => {
          main.at(world.nowMs + place.delays.next(), run);
        },
      },
      entropy: place.entropy,
      workers: new SimulatedWorkers(place),
      serveHttp: this.http.serve,
    };
    main.at(world.nowMs, () => {
      runQuolite(ports, options.sizes).catch((error: unknown) => world.fail(error));
    });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** It is gone in an instant; what it wrote is with the operating system. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    for (const thread of this.threads) thread.end();
    this.http.end();
  }

  signal(signal: "SIGINT" | "SIGTERM"): void {
    for (const receive of this.#signals) this.#main.at(this.#world.nowMs, () => receive(signal));
  }

  #look(thread: Thread, costMs: number): number {
    if (thread !== this.#main) thread.spend(costMs);
    return this.#world.nowMs;
  }

  #process(options: ProcessOptions, events: ProcessEvents, exit: (code: number) => void): Process {
    const say = (text: string): void => {
      if (!this.#isOver) events.said(text);
    };
    return {
      commandLine: options.commandLine,
      program: "quolite",
      executable: "quolite",
      pid: 1,
      ppid: 0,
      hostname: options.name,
      os: "linux",
      arch: "amd64",
      runtime: "simulator",
      cpus: 2,
      env: () => undefined,
      resolvePath: (name) => name,
      holdFolder: () => ({ ok: true, value: null }),
      writeOut: () => {},
      writeError: say,
      onSignal: (receive) => {
        this.#signals.push(receive);
      },
      memory: () => ({ residentBytes: 0, heapUsedBytes: 0, heapTotalBytes: 0 }),
      networkInterfaces: () => [],
      loadWasm: async () => sqliteModule(),
      exit: (code) => exit(code) as never,
    };
  }
}

import type { NodeSizes } from "../../../src/core/host/mod.ts";
import { FaultyFiles } from "../faulty-files.ts";
import type { Dice } from "./dice.ts";
import type { HttpReply, HttpRequest } from "./simulated-http.ts";
import { type ProcessOptions, SimulatedProcess } from "./simulated-process.ts";
import type { World } from "./world.ts";

/** A machine and the node on it. */
export interface NodeOptions extends Pick<ProcessOptions, "diskTempo" | "networkTempo" | "messages" | "clockMs"> {
  readonly name: string;
  readonly flags: readonly string[];
  readonly sizes: NodeSizes;
  readonly sectorBytes: number;
}

/** What the node's keeper wants to hear. */
export interface NodeEvents {
  /** The process ended by itself, with its last words. */
  exited(code: number, words: string): void;
  /** It was killed, or the power went, in the middle of a call to the disk. */
  stopped(): void;
  faulted(what: string): void;
}

/** Wall-clock time at the beginning of every world. */
const wallStartMs = Date.UTC(2026, 0, 1);
const lastWordsMax = 20;
/** What every process says and nobody wants to read. */
const everyStart = /: (?:launch command|connect using|visit the|simulator,|quolite starting)/;

/** One machine: a disk that outlives its processes, and at most one process at a time. */
export class SimulatedNode {
  readonly name: string;
  readonly folder = "data";
  readonly disk = new FaultyFiles();
  readonly #world: World;
  readonly #dice: Dice;
  readonly #options: NodeOptions;
  readonly #events: NodeEvents;
  #process: SimulatedProcess | null = null;
  #words: string[] = [];
  #clockOffsetMs = 0;
  #waitingMost = 0;
  #hasOpened = false;

  constructor(world: World, options: NodeOptions, events: NodeEvents) {
    this.#world = world;
    this.#options = options;
    this.#events = events;
    this.name = options.name;
    this.#dice = world.dice(options.name);
    this.disk.sectorBytes = options.sectorBytes;
  }

  get process(): SimulatedProcess | null {
    return this.#process;
  }

  /** Whether the newest process has taken requests. */
  get hasOpened(): boolean {
    return this.#hasOpened;
  }

  get isUp(): boolean {
    return this.#process !== null;
  }

  /** The most messages that ever waited for one of its threads, in processes that have ended. */
  get waitingMost(): number {
    return this.#waitingMost;
  }

  start(): void {
    const world = this.#world;
    world.line(this.name, "starts");
    world.coverage.hit("process started");
    this.#words = [];
    this.#hasOpened = false;
    const process = new SimulatedProcess(
      world,
      this.#dice,
      {
        ...this.#options,
        commandLine: [...this.#options.flags, this.folder],
        disk: this.disk,
        wallStartMs: () => wallStartMs + this.#clockOffsetMs,
      },
      {
        said: (text) => this.#said(text),
        exited: (code) => {
          world.line(this.name, `exits with code ${code}`);
          this.#ended();
          this.#events.exited(code, this.#words.join("\n"));
        },
        changing: (thread, what) => {
          world.detail(thread, what);
          if (/^rename \S+\.log /.test(what)) world.coverage.hit("segment recycled");
          if (/^rename \S+spare-\d+ \S+\.log$/.test(what)) world.coverage.hit("segment begun");
        },
        faulted: (what) => {
          world.line(this.name, `I/O error: ${what}`);
          this.#events.faulted(what);
        },
        stopped: (what, losesPower) => {
          world.line(this.name, `${losesPower ? "loses power" : "is killed"} in the middle of: ${what}`);
          world.coverage.hit(losesPower ? "power lost in a call" : "process killed in a call");
          const stage = stageOf(what);
          if (stage !== null) world.coverage.hit(`stopped in ${stage}`);
          if (!this.#hasOpened) world.coverage.hit("stopped in a recovery");
          this.#ended();
          if (losesPower) this.#losePower();
          this.#events.stopped();
        },
      },
    );
    this.#process = process;
  }

  /** SIGKILL: the process is gone, what it wrote stays with the operating system. */
  kill(): void {
    this.#world.line(this.name, "is killed");
    this.#process?.end();
    this.#ended();
  }

  /** The machine goes dark: what was not synced is lost, kept or torn. */
  powerOff(): void {
    this.#world.line(this.name, "loses power");
    this.#process?.end();
    this.#ended();
    this.#losePower();
  }

  /** SIGTERM. */
  terminate(): void {
    this.#world.line(this.name, "gets SIGTERM");
    this.#process?.signal("SIGTERM");
  }

  /** Its wall clock jumps. */
  shiftClock(ms: number): void {
    this.#world.line(this.name, `clock jumps by ${Math.round(ms)} ms`);
    this.#clockOffsetMs += ms;
  }

  request(request: HttpRequest): Promise<HttpReply> {
    const http = this.#process?.http;
    return http?.isListening === true ? http.request(request) : Promise.resolve({ type: "refused" });
  }

  #losePower(): void {
    this.disk.crash(this.#dice.random);
  }

  #ended(): void {
    for (const { waitingMost } of this.#process?.threads ?? [])
      this.#waitingMost = Math.max(this.#waitingMost, waitingMost);
    this.#process = null;
  }

  #said(text: string): void {
    for (const line of text.split("\n")) {
      const plain = line.replace(/^\[(\w+)\] \S+ \S+ /, "$1: ");
      if (line === "" || everyStart.test(plain)) continue;
      if (plain.includes("node HTTP API available")) this.#hasOpened = true;
      if (plain.includes("unfinished write")) this.#world.coverage.hit("torn tail cut");
      this.#words.push(plain);
      if (this.#words.length > lastWordsMax) this.#words.shift();
      this.#world.line(this.name, plain);
    }
  }
}

/** What a node is about when it changes this file. */
function stageOf(what: string): string | null {
  if (/db\.sqlite|checkpoint/.test(what)) return "a checkpoint";
  if (/^(?:write|sync) \S+\.log/.test(what)) return "the log";
  if (/spare-/.test(what)) return "the making of a segment";
  if (/image-|upload-/.test(what)) return "an upload";
  return what.includes("hard-state") ? "the hard state" : null;
}

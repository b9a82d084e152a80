import type { Clock, Logger, Process } from "../ports/mod.ts";

const two = (value: number): string => value.toString().padStart(2, "0");

/** Log lines on stderr, in local time: `[module] YYYY/MM/DD HH:MM:SS message` (operations §0). */
export class LineLog implements Logger {
  readonly #system: Process;
  readonly #clock: Clock;

  constructor(system: Process, clock: Clock) {
    this.#system = system;
    this.#clock = clock;
  }

  log(module: string, message: string): void {
    const now = new Date(this.#clock.nowMs());
    const day = `${now.getFullYear()}/${two(now.getMonth() + 1)}/${two(now.getDate())}`;
    const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
    this.#system.writeError(`[${module}] ${day} ${time} ${message.replaceAll("\n", " ")}\n`);
  }
}

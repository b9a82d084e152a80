import { type ChildProcess, spawn } from "node:child_process";
import { commandFor } from "../../scripts/server-process.ts";

export const runtimes = ["node", "bun", "deno"] as const;
export type Runtime = (typeof runtimes)[number];

/** A fixture under a runtime, and what it prints line by line. */
export class Child {
  readonly process: ChildProcess;
  readonly ended: Promise<number | string | null>;
  #out = "";
  #error = "";
  #changed = (): void => undefined;
  #over = false;

  constructor(runtime: Runtime, fixture: string, args: readonly string[], before: readonly string[] = []) {
    const [program = "", ...rest] = [...before, ...commandFor(runtime, `test/contract/${fixture}`), ...args];
    this.process = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"] });
    this.process.stdout?.on("data", (bytes: Buffer) => {
      this.#out += bytes.toString();
      this.#changed();
    });
    this.process.stderr?.on("data", (bytes: Buffer) => {
      this.#error += bytes.toString();
    });
    this.ended = new Promise((resolve) => {
      this.process.once("close", (code, signal) => {
        this.#over = true;
        this.#changed();
        resolve(code ?? signal);
      });
    });
  }

  get out(): string {
    return this.#out;
  }

  get error(): string {
    return this.#error;
  }

  /** Waits for a line of stdout, by number. */
  async line(number: number): Promise<string> {
    for (;;) {
      const lines = this.#out.split("\n");
      const line = lines[number];
      if (line !== undefined && lines.length > number + 1) return line;
      if (this.#over) throw new Error(`no line ${number}:\n${this.#out}${this.#error}`);
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  end(): void {
    this.process.kill("SIGKILL");
  }
}

import { present } from "../../src/core/base/mod.ts";
import { EpochHistory } from "./checks/epoch-history.ts";
import type { Inspector } from "./checks/inspector.ts";
import { Faults, rotReason } from "./faults.ts";
import { drawOptions, drawWeights, type SwarmOptions } from "./swarm.ts";
import { Bank } from "./workload/bank.ts";
import { Bulk } from "./workload/bulk.ts";
import { Families } from "./workload/families.ts";
import { Images } from "./workload/images.ts";
import { type Action, Client, Lab, type Workload } from "./workload/lab.ts";
import { Lists } from "./workload/lists.ts";
import { Marks } from "./workload/marks.ts";
import { Registers } from "./workload/registers.ts";
import type { Coverage } from "./world/coverage.ts";
import { SimulatedNode } from "./world/simulated-node.ts";
import type { Trace } from "./world/trace.ts";
import { Violation, World } from "./world/world.ts";

/** How a run went. */
export interface SeedReport {
  readonly seed: number;
  /** Null: every property held. */
  readonly violation: { readonly property: string; readonly message: string } | null;
  readonly simulatedMs: number;
  readonly operations: number;
  readonly digest: string;
  readonly coverage: Coverage;
}

/** Without faults all of these are done in much less. */
const setupMsMax = 60_000;
const drainMsMax = 120_000;
const stopMsMax = 60_000;
const answerMsMax = 30_000;
/** With so few clients and readers nothing piles up. */
const messagesMax = 400;

/** Runs one seed from the first start of the node to its last stop. */
export async function runSeed(seed: number, trace: Trace, inspector: Inspector): Promise<SeedReport> {
  const world = new World(seed, trace);
  const run = new Run(world, inspector);
  let violation: SeedReport["violation"] = null;
  try {
    await run.live();
  } catch (error) {
    const { property, message } =
      error instanceof Violation
        ? error
        : {
            property: "nothing unforeseen happens",
            message: error instanceof Error ? (error.stack ?? "") : `${error}`,
          };
    violation = { property, message };
    world.line("checker", `VIOLATION: ${property}: ${message}`);
  }
  run.close();
  const { nowMs: simulatedMs, coverage } = world;
  return { seed, violation, simulatedMs, operations: run.operations, digest: trace.digest(), coverage };
}

class Run {
  readonly #world: World;
  readonly #inspector: Inspector;
  readonly #options: SwarmOptions;
  readonly #lab: Lab;
  readonly #node: SimulatedNode;
  readonly #faults: Faults;
  readonly #epochs = new EpochHistory();
  readonly #registers: Registers;
  readonly #marks: Marks;
  readonly #images: Images;
  readonly #workloads: readonly Workload[];
  readonly #audits: readonly string[];
  readonly #actions: readonly Action[];
  readonly #weights: ReadonlyMap<string, number>;
  operations = 0;
  #clientsLeft = 0;
  #stopAwaited = false;

  constructor(world: World, inspector: Inspector) {
    this.#world = world;
    this.#inspector = inspector;
    const dice = world.dice("options");
    this.#options = drawOptions(dice);
    this.#node = new SimulatedNode(world, this.#options.node, {
      exited: (code, words) => this.#exited(code, words),
      stopped: () => this.#faults.restartLater(),
      faulted: (what) => {
        world.coverage.hit("I/O error");
        this.#faults.excuse(`I/O error: ${what}`);
      },
    });
    this.#faults = new Faults(world, this.#node, this.#options.faults);
    const lab = new Lab(world, this.#node, this.#options, () => this.#faults.tempt());
    this.#lab = lab;
    this.#marks = new Marks(lab, this.#epochs);
    this.#registers = new Registers(lab);
    const content: Workload[] = [
      this.#marks,
      this.#registers,
      new Lists(lab),
      new Bank(lab, this.#marks),
      new Families(lab, this.#marks),
      new Bulk(lab, this.#marks),
    ];
    this.#audits = content.flatMap(({ audits }) => audits);
    this.#images = new Images(lab, inspector, this.#epochs, {
      setup: (epoch) => content.flatMap((workload) => workload.setup(epoch)),
      audits: this.#audits,
      loaded: (epoch, span, by) => this.#registers.loaded(epoch, span, by),
    });
    this.#workloads = [...content, this.#images];
    this.#actions = this.#workloads.flatMap(({ actions }) => actions);
    this.#weights = drawWeights(dice, this.#actions);
  }

  async live(): Promise<void> {
    const { node, ...rest } = this.#options;
    this.#world.line(
      "world",
      `seed ${this.#world.seed}: ${node.flags.join(" ")} ${JSON.stringify({ ...node, flags: undefined })}`,
    );
    this.#world.line("world", JSON.stringify({ ...rest, weights: Object.fromEntries(this.#weights) }));
    this.#node.start();
    await this.#do("the database is set up", setupMsMax, (client) => this.#setUp(client));
    await this.#disasters();
    this.#faults.end();
    if (!this.#node.isUp) this.#faults.restartLater();
    await this.#do("the node takes requests again", answerMsMax, (client) => this.#look(client));
    await this.#stop();
    this.#node.start();
    await this.#do("the node takes requests after a clean stop", answerMsMax, (client) => this.#look(client));
    for (const workload of this.#workloads) workload.judge();
    this.#lab.check(
      this.#node.waitingMost <= messagesMax,
      "queues are bounded",
      `${this.#node.waitingMost} messages waited`,
    );
  }

  close(): void {
    if (this.#node.isUp) this.#node.kill();
  }

  /** Clients work while everything goes wrong. */
  async #disasters(): Promise<void> {
    const { clients, durationMs } = this.#options;
    this.#faults.start();
    const endMs = this.#world.nowMs + durationMs;
    this.#clientsLeft = clients;
    for (let number = 1; number <= clients; number++) this.#work(new Client(this.#lab, number), endMs);
    const isOver = (): boolean => this.#clientsLeft === 0;
    if (await this.#world.run(() => isOver() || this.#world.nowMs >= endMs, endMs + drainMsMax)) {
      this.#faults.end();
      if (!this.#node.isUp) this.#faults.restartLater();
      if (await this.#world.run(isOver, endMs + drainMsMax)) return;
    }
    throw new Violation("every request is answered", `after ${drainMsMax} ms some of ${clients} clients still wait`);
  }

  async #work(client: Client, endMs: number): Promise<void> {
    const { thinkMs, operationsMax } = this.#options;
    while (this.#world.nowMs < endMs && this.operations < operationsMax) {
      // Mostly one waits for a node that is down; now and then one has to hear that it is.
      if (!(this.#node.isUp && this.#node.hasOpened) && !client.dice.chance(0.05)) {
        await this.#world.sleep(10 + client.dice.random() * 50);
        continue;
      }
      this.operations++;
      const action = this.#choose(client);
      this.#world.detail(client.name, action.name);
      await action.run(client);
      await this.#world.sleep(client.dice.random() * thinkMs);
    }
    this.#clientsLeft--;
  }

  async #setUp(client: Client): Promise<boolean> {
    const calledAt = this.#lab.tick();
    const sql = this.#workloads.flatMap((workload) => workload.setup(0));
    const reply = await client.statements(
      "execute",
      sql.map((text) => [text]),
      "transaction",
    );
    if (reply.outcome !== "done") return false;
    const wrong = reply.results.find(({ error }) => error !== undefined)?.error ?? null;
    // An attempt before, of unknown outcome, has worked.
    const isDone = wrong === null || wrong.includes("already exists");
    this.#lab.check(isDone, "statements that can work do", wrong ?? "");
    this.#epochs.loaded(0, { calledAt, returnedAt: this.#lab.tick() });
    return true;
  }

  /** Everything is there and in order. */
  async #look(client: Client): Promise<boolean> {
    for (const look of [
      () => this.#marks.scan(client),
      () => this.#images.audit(client),
      () => this.#images.integrity(client),
    ])
      if (!(await look())) return false;
    return true;
  }

  /** A client does something, again and again until it works; that must not take long. */
  async #do(what: string, msMax: number, attempt: (client: Client) => Promise<boolean>): Promise<void> {
    const client = new Client(this.#lab, 0);
    const untilMs = this.#world.nowMs + msMax;
    let isDone = false;
    const work = async (): Promise<void> => {
      while (!isDone) {
        isDone = await attempt(client);
        if (!isDone) await this.#world.sleep(50);
      }
    };
    void work();
    if (!(await this.#world.run(() => isDone, untilMs)))
      throw new Violation("once faults stop the node makes progress", `${what} within ${msMax} ms: it was not`);
    this.#world.line("world", what);
  }

  async #stop(): Promise<void> {
    this.#stopAwaited = true;
    this.#node.terminate();
    const isStopped = await this.#world.run(() => !this.#node.isUp, this.#world.nowMs + stopMsMax);
    if (!isStopped) throw new Violation("a stop comes to an end", `SIGTERM, and after ${stopMsMax} ms it still runs`);
    this.#stopAwaited = false;
  }

  #exited(code: number, words: string): void {
    if (code === 0) {
      if (this.#node.hasOpened) this.#checkFolder();
      this.#world.coverage.hit(this.#node.hasOpened ? "clean stop" : "stop before the start was over");
      if (!this.#stopAwaited) this.#faults.restartLater();
      return;
    }
    const excuse = this.#faults.takeExcuse();
    if (excuse === null) {
      this.#world.fail(new Violation("a node stops only for a reason", words));
      return;
    }
    this.#world.line("world", `that is because ${excuse}`);
    // What the disk holds after an I/O error nobody knows.
    if (excuse.startsWith("I/O error")) this.#node.powerOff();
    if (excuse === rotReason) this.#world.coverage.hit("bit rot refused");
    this.#faults.restartLater();
  }

  #checkFolder(): void {
    try {
      this.#inspector.checkFolder(this.#node.disk, this.#node.folder, this.#audits, !this.#faults.hasExcuse);
    } catch (error) {
      this.#world.fail(error);
    }
  }

  #choose(client: Client): Action {
    const total = this.#actions.reduce((sum, { name }) => sum + (this.#weights.get(name) ?? 0), 0);
    let left = client.dice.random() * total;
    for (const action of this.#actions) {
      left -= this.#weights.get(action.name) ?? 0;
      if (left < 0) return action;
    }
    return present(this.#actions.at(-1), "there is something to do");
  }
}

import type { FaultRates } from "./swarm.ts";
import type { Dice } from "./world/dice.ts";
import type { SimulatedNode } from "./world/simulated-node.ts";
import type { World } from "./world/world.ts";

/** Why a node may refuse its files. */
export const rotReason = "of bit rot";

/** Disasters that befall one node while they last, and what gets it up again. */
export class Faults {
  readonly #world: World;
  readonly #node: SimulatedNode;
  readonly #rates: FaultRates;
  readonly #dice: Dice;
  #isOver = false;
  /** Why the node may stop by itself, or not start. */
  readonly #excuses = new Set<string>();
  #rotten: { readonly path: string; readonly position: number; readonly bits: number }[] = [];

  constructor(world: World, node: SimulatedNode, rates: FaultRates) {
    this.#world = world;
    this.#node = node;
    this.#rates = rates;
    this.#dice = world.dice("faults");
  }

  /** Begins. */
  start(): void {
    const node = this.#node;
    const dice = this.#dice;
    const { killMs, powerMs, midCallMs, terminateMs, ioErrorMs, fullDiskMs, slowDiskMs, clockMs, pauseMs } =
      this.#rates;
    this.#every(killMs, () => {
      if (!node.isUp) return;
      node.kill();
      this.#hit("process killed");
      this.restartLater();
    });
    this.#every(powerMs, () => {
      if (!node.isUp) return;
      node.powerOff();
      this.#hit("power lost");
      this.restartLater();
    });
    this.#every(midCallMs, () => {
      this.#stopInCall(dice.pick([3, 30, 100]));
    });
    this.#every(terminateMs, () => {
      if (!node.isUp) return;
      this.#hit("process terminated");
      node.terminate();
    });
    this.#every(ioErrorMs, () => this.#failInCall(dice.pick([3, 30, 300])));
    this.#every(fullDiskMs, () => this.#fillDisk());
    this.#every(slowDiskMs, () => this.#slowDown());
    this.#every(clockMs, () => node.shiftClock((dice.random() - 0.5) * dice.pick([100, 10_000, 10_000_000])));
    this.#every(pauseMs, () => {
      const threads = node.process?.threads ?? [];
      const thread = threads[dice.below(threads.length)];
      thread?.pause(dice.random() * dice.pick([5, 200, 3_000]));
      this.#hit("thread paused");
    });
  }

  /** Something delicate is about to happen. */
  tempt(): void {
    const dice = this.#dice;
    if (this.#isOver || !dice.chance(0.3)) return;
    const { midCallMs, ioErrorMs } = this.#rates;
    if (midCallMs !== null && dice.chance(0.5)) this.#stopInCall(30);
    else if (ioErrorMs !== null) this.#failInCall(30);
  }

  /** No more of it, and what was wrong is put right. The node starts if it is down. */
  end(): void {
    this.#isOver = true;
    this.#node.disk.roomBytes = Number.POSITIVE_INFINITY;
    const { process } = this.#node;
    if (process !== null) Object.assign(process.faults, { callsUntilFault: null, callsUntilStop: null, slowness: 1 });
  }

  get areOver(): boolean {
    return this.#isOver;
  }

  /** A new process has no excuse but a disk that is still full. */
  #forget(): void {
    if (!this.#node.hasOpened) this.#heal();
    // Otherwise nobody needed what had gone bad, or it has been noticed.
    this.#rotten = [];
    this.#excuses.clear();
    if (this.#node.disk.roomBytes !== Number.POSITIVE_INFINITY) this.excuse("the disk is full");
  }

  /** Something went wrong that lets the node stop. */
  excuse(reason: string): void {
    this.#excuses.add(reason);
  }

  get hasExcuse(): boolean {
    return this.#excuses.size > 0;
  }

  /** Takes the excuse for a stop or a refusal; null: there is none. */
  takeExcuse(): string | null {
    const [excuse = null] = this.#excuses;
    this.#excuses.clear();
    return excuse;
  }

  restartLater(): void {
    const node = this.#node;
    this.#world.after(this.#dice.random() * this.#dice.pick([5, 100, 1_500]), () => {
      if (node.isUp) return;
      this.#forget();
      if (!this.#isOver && this.#dice.chance(this.#rates.rotChance)) this.#rot();
      node.start();
      // Disasters seldom come alone: the next one meets a node that has not got over the last.
      if (!this.#isOver && this.#rates.midCallMs !== null && this.#dice.chance(0.3)) this.#stopInCall(10);
    });
  }

  /** The node has refused its files, and so changed nothing: they are as they were again. */
  #heal(): void {
    for (const { path, position, bits } of this.#rotten) this.#node.disk.flip(path, position, bits);
  }

  /**
   * A byte of the log or of the slots goes bad. Not of what was synced last: if that is damaged, no one can tell it from
   * a write that never returned.
   */
  #rot(): void {
    const { disk, folder, name } = this.#node;
    const dice = this.#dice;
    const paths = [
      ...disk
        .list(`${folder}/log`)
        .filter((file) => file.endsWith(".log"))
        .map((file) => `log/${file}`),
    ];
    const path = `${folder}/${dice.pick([paths[dice.below(paths.length)] ?? "checkpoint", "hard-state", "checkpoint"])}`;
    const settled = path.includes("/log/") ? disk.settledBytes(path) : 8192;
    if (settled === 0 || !disk.exists(path)) return;
    const rotten = { path, position: dice.below(settled), bits: 1 << dice.below(8) };
    disk.flip(rotten.path, rotten.position, rotten.bits);
    this.#rotten = [rotten];
    this.excuse(rotReason);
    this.#hit("bit rot");
    this.#world.line(name, `bit rot at byte ${rotten.position} of ${path}`);
  }

  #stopInCall(callsMax: number): void {
    const faults = this.#node.process?.faults;
    if (faults === undefined) return;
    faults.stopLosesPower = this.#dice.chance(0.5);
    faults.stopsAtSyncs = this.#dice.chance(0.6);
    faults.callsUntilStop = this.#dice.below(callsMax);
  }

  #failInCall(callsMax: number): void {
    const faults = this.#node.process?.faults;
    if (faults !== undefined) faults.callsUntilFault = this.#dice.below(callsMax);
  }

  #fillDisk(): void {
    const { disk } = this.#node;
    const dice = this.#dice;
    disk.roomBytes = disk.usedBytes() + dice.below(dice.pick([1_000, 100_000, 1_000_000]));
    this.excuse("the disk was full");
    this.#hit("disk full");
    this.#world.line(this.#node.name, "disk is full");
    this.#world.after(dice.random() * 2_000, () => {
      disk.roomBytes = Number.POSITIVE_INFINITY;
      this.#world.line(this.#node.name, "disk has room again");
    });
  }

  #slowDown(): void {
    const { process } = this.#node;
    if (process === null) return;
    process.faults.slowness = this.#dice.pick([10, 100]);
    this.#hit("disk slow");
    this.#world.after(this.#dice.random() * 1_000, () => {
      process.faults.slowness = 1;
    });
  }

  #every(meanMs: number | null, run: () => void): void {
    if (meanMs === null) return;
    this.#world.after(this.#dice.wait(meanMs), () => {
      if (this.#isOver) return;
      run();
      this.#every(meanMs, run);
    });
  }

  #hit(name: string): void {
    this.#world.coverage.hit(name);
  }
}

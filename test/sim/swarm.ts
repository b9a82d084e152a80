import type { NodeSizes } from "../../src/core/host/mod.ts";
import type { Dice } from "./world/dice.ts";
import type { NodeOptions } from "./world/simulated-node.ts";

/** Mean virtual time between two faults of a kind, while faults last; null: this seed does without them. */
export interface FaultRates {
  readonly killMs: number | null;
  readonly powerMs: number | null;
  /** Loss of power in the middle of a call to the disk. */
  readonly midCallMs: number | null;
  readonly terminateMs: number | null;
  readonly ioErrorMs: number | null;
  readonly fullDiskMs: number | null;
  readonly slowDiskMs: number | null;
  readonly clockMs: number | null;
  readonly pauseMs: number | null;
  /** Chance of bit rot while the node is down. */
  readonly rotChance: number;
}

/** Everything about a run that its seed decides beforehand. */
export interface SwarmOptions {
  readonly node: NodeOptions;
  readonly foreignKeys: boolean;
  readonly clients: number;
  /** Pause of a client between requests, at most. */
  readonly thinkMs: number;
  readonly patienceMs: number;
  readonly faults: FaultRates;
  /** How long faults last. */
  readonly durationMs: number;
  readonly operationsMax: number;
  readonly registers: number;
  readonly lists: number;
}

const kibibyte = 1024;

/** How often each action is chosen, by name; what a seed does without has no weight. */
export function drawWeights(
  dice: Dice,
  actions: readonly { readonly name: string; readonly weight: number }[],
): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const { name, weight } of actions) weights.set(name, weight * dice.pick([0, 0.3, 1, 1, 3]));
  return weights;
}

export function drawOptions(dice: Dice): SwarmOptions {
  const foreignKeys = dice.chance(0.5);
  const sizes: NodeSizes = {
    segmentBytes: dice.pick([128, 160, 256, 1024]) * kibibyte,
    logBytesMax: dice.pick([128, 1024, 16 * 1024]) * kibibyte,
    groupsInFlightMax: dice.within(1, 3),
    groupRequestsMax: dice.pick([1, 3, 512]),
    groupBytesMax: dice.pick([256, 64 * kibibyte, 4 * 1024 * kibibyte]),
  };
  const flags = [
    `-readers=${dice.within(1, 2)}`,
    `-fk=${foreignKeys}`,
    `-raft-snap=${dice.pick([2, 10, 50, 8192])}`,
    `-raft-snap-wal-size=${dice.pick([0, 32, 256, 4096]) * kibibyte}`,
    `-raft-snap-int=${dice.pick(["50ms", "300ms", "2s", "30s"])}`,
  ];
  const rate = (chance: number, means: readonly [number, ...number[]]): number | null =>
    dice.chance(chance) ? dice.pick(means) : null;
  return {
    node: {
      name: "node1",
      flags,
      sizes,
      sectorBytes: dice.pick([512, 4096]),
      diskTempo: {
        callMs: dice.pick([0.001, 0.01]),
        syncMs: dice.pick([0.05, 0.5, 5]),
        bytesPerMs: dice.pick([50, 1000]) * kibibyte,
      },
      networkTempo: { delayMs: dice.pick([0.05, 1, 20]) },
      messages: {
        usualMs: dice.pick([0.02, 0.2, 2]),
        longMs: dice.pick([5, 100]),
        longChance: dice.pick([0, 0.01, 0.1]),
      },
      clockMs: dice.pick([0.0005, 0.01]),
    },
    foreignKeys,
    clients: dice.pick([1, 2, 4, 8, 12]),
    thinkMs: dice.pick([0, 3, 30, 200]),
    patienceMs: dice.pick([50, 500, 5_000, 20_000]),
    faults: {
      killMs: rate(0.5, [300, 2_000, 10_000]),
      powerMs: rate(0.5, [300, 2_000, 10_000]),
      midCallMs: rate(0.6, [300, 2_000, 10_000]),
      terminateMs: rate(0.4, [1_000, 5_000]),
      ioErrorMs: rate(0.3, [2_000, 10_000]),
      fullDiskMs: rate(0.3, [2_000, 10_000]),
      slowDiskMs: rate(0.3, [1_000, 5_000]),
      clockMs: rate(0.3, [500, 5_000]),
      pauseMs: rate(0.3, [200, 2_000]),
      rotChance: dice.pick([0, 0, 0.3]),
    },
    durationMs: dice.pick([3_000, 10_000, 30_000]),
    operationsMax: dice.pick([150, 300, 500]),
    registers: dice.within(1, 4),
    lists: dice.within(1, 4),
  };
}

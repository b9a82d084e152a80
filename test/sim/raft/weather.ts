import type { NodeId, Prng } from "../../../src/core/base/mod.ts";
import { defaultRaftOptions, type RaftOptions } from "../../../src/core/raft/mod.ts";

/** What one run is like; drawn from its seed, so that runs differ in kind and not only in luck. */
export interface Weather {
  readonly servers: number;
  readonly voters: number;
  readonly lost: number;
  readonly doubled: number;
  readonly overtaking: number;
  /** Chances in a thousand, at each tick. */
  readonly crash: number;
  readonly restart: number;
  readonly cut: number;
  readonly heal: number;
  readonly change: number;
  readonly transfer: number;
  readonly compact: number;
  /** Letters, disk work and requests between one tick of all clocks and the next. */
  readonly eventsPerTick: number;
  /** In a hundred: how seldom the disk is synced. */
  readonly syncDelay: number;
  /** In a hundred: how seldom the engine does anything. */
  readonly workDelay: number;
  /** In a hundred: how often a new leader is struck soon, and a voter right after it was asked (seldom after other letters). */
  readonly unrest: number;
  readonly amnesia: number;
  readonly electionTimeoutTicks: number;
  /** Clocks may run at very different rates. */
  readonly skewed: boolean;
}

/** The whole run follows from what is drawn here and the dice after it. */
export function drawWeather(dice: Prng): Weather {
  const rough = dice.chance(1, 2);
  const voters = [1, 2, 3, 3, 3, 4, 5, 5][dice.below(8)] ?? 3;
  const servers = voters + dice.below(3);
  return {
    servers,
    voters,
    lost: rough ? dice.below(30) : 0,
    doubled: rough ? dice.below(20) : 0,
    overtaking: dice.chance(1, 2) ? dice.below(60) : 0,
    crash: dice.below(dice.chance(1, 3) ? 100 : 20),
    restart: 10 + dice.below(200),
    cut: dice.below(40),
    heal: 10 + dice.below(dice.chance(1, 2) ? 30 : 150),
    change: dice.chance(2, 3) ? dice.below(100) : 0,
    transfer: dice.chance(1, 2) ? dice.below(60) : 0,
    compact: dice.chance(2, 3) ? dice.below(100) : 0,
    eventsPerTick: servers * (3 + dice.below(15)),
    syncDelay: dice.below(90),
    workDelay: dice.chance(1, 3) ? dice.below(95) : 0,
    unrest: dice.chance(1, 2) ? dice.below(100) : 0,
    amnesia: dice.chance(1, 3) ? dice.below(60) : 0,
    electionTimeoutTicks: dice.chance(1, 2) ? 10 : 4 + dice.below(4),
    skewed: dice.chance(1, 2),
  };
}

/** Small bounds, so that they are met. */
export function drawOptions(dice: Prng, id: NodeId, electionTimeoutTicks: number): RaftOptions {
  return {
    ...defaultRaftOptions,
    id,
    electionTimeoutTicks,
    candidateTimeoutTicks: electionTimeoutTicks,
    leaderLeaseTicks: electionTimeoutTicks,
    heartbeatTicks: 2,
    messageEntriesMax: 1 + dice.below(5),
    messageBytesMax: 1 + dice.below(60),
    windowMessagesMax: 1 + dice.below(4),
    windowBytesMax: 100,
    uncommittedBytesMax: 200,
    readsWaitingMax: 5,
    catchUpRoundsMax: 3,
    catchUpSilenceTicks: 40,
    snapshotRetryTicks: 6,
    transferTicks: 10,
  };
}

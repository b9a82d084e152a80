import type { Epoch, Span } from "../workload/lab.ts";
import { Violation } from "../world/world.ts";

interface Zone {
  readonly epoch: Epoch;
  /** The first moment at which it had been seen, and the last at which it was still to be seen. */
  readonly firstReturn: number;
  readonly lastCall: number;
}

/** Which database every result came from. */
export class EpochHistory {
  readonly #loads = new Map<Epoch, Span>();
  readonly #seen: { readonly epoch: Epoch; readonly span: Span; readonly by: string }[] = [];

  /** `epoch` took the place of what was there. */
  loaded(epoch: Epoch, span: Span): void {
    this.#loads.set(epoch, span);
  }

  /** A request was answered from it. */
  saw(epoch: Epoch, span: Span, by: string): void {
    this.#seen.push({ epoch, span, by });
  }

  /**
   * The database as one register that loads write, each value once, and results read: it is linearizable if no zone
   * overlaps another's forward zone wrongly (Gibbons and Korach 1997, §4).
   */
  judge(): void {
    const zones = new Map<Epoch, Zone>();
    const extend = (epoch: Epoch, { calledAt, returnedAt }: Span): void => {
      const zone = zones.get(epoch) ?? { epoch, firstReturn: returnedAt, lastCall: calledAt };
      const firstReturn = Math.min(zone.firstReturn, returnedAt);
      zones.set(epoch, { epoch, firstReturn, lastCall: Math.max(zone.lastCall, calledAt) });
    };
    for (const { epoch, span, by } of this.#seen) {
      const load = this.#loads.get(epoch);
      if (load === undefined || span.returnedAt < load.calledAt)
        fail(`${by} saw database ${epoch} before it was loaded`);
      extend(epoch, span);
    }
    for (const [epoch, span] of this.#loads)
      if (zones.has(epoch) || Number.isFinite(span.returnedAt)) extend(epoch, span);
    const isForward = ({ firstReturn, lastCall }: Zone): boolean => firstReturn < lastCall;
    for (const zone of zones.values()) {
      if (!isForward(zone)) continue;
      for (const other of zones.values()) {
        if (other === zone) continue;
        const overlaps = isForward(other)
          ? other.firstReturn < zone.lastCall && zone.firstReturn < other.lastCall
          : other.lastCall > zone.firstReturn && other.firstReturn < zone.lastCall;
        if (overlaps) fail(`databases ${zone.epoch} and ${other.epoch} were each seen after the other`);
      }
    }
  }
}

function fail(message: string): never {
  throw new Violation("a loaded database takes the place of the one before, for all", message);
}

import { assert, type LogIndex, present } from "../base/mod.ts";
import { type Configuration, type IndexedConfiguration, memberOf } from "./configuration.ts";

/**
 * Every configuration in the log, so that a cut brings the one before back. A server uses the newest in its log,
 * committed or not (thesis §4.1).
 * Invariant: indexes ascend strictly, and there is always one: the base's.
 */
export class ConfigurationHistory {
  #held: IndexedConfiguration[];

  constructor(base: IndexedConfiguration) {
    this.#held = [base];
  }

  get latest(): IndexedConfiguration {
    return present(this.#held.at(-1), "a configuration is always known");
  }

  append(configurations: readonly IndexedConfiguration[]): void {
    for (const held of configurations) {
      assert(held.index > this.latest.index, `configuration ${held.index} after ${this.latest.index}`);
      this.#held.push(held);
    }
  }

  truncateFrom(index: LogIndex): void {
    while (this.#held.length > 1 && this.latest.index >= index) this.#held.pop();
  }

  dropThrough(index: LogIndex): void {
    this.#held = [...this.since(index)];
  }

  /** The one in force at `index`, and all later ones. */
  since(index: LogIndex): readonly IndexedConfiguration[] {
    const first = this.at(index);
    return this.#held.filter((held) => held.index >= first.index);
  }

  /** The one in force at `index`, which is not before the base. */
  at(index: LogIndex): IndexedConfiguration {
    return present(
      this.#held.findLast((held) => held.index <= index) ?? this.#held[0],
      "a configuration is always known",
    );
  }
}

/** How many servers have a vote in one of the two but not in the other: at most one may, per change (thesis §4.1). */
export function votersChanged(before: Configuration, after: Configuration): number {
  let count = 0;
  for (const member of before.members) if (member.voter && memberOf(after, member.id)?.voter !== true) count++;
  for (const member of after.members) if (member.voter && memberOf(before, member.id)?.voter !== true) count++;
  return count;
}

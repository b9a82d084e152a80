import { expect, test } from "vitest";
import { StorageSchedule } from "./storage-schedule.ts";

test("any schedule of transactions, checkpoints and crashes leaves what a plain list of versions says", () => {
  const total: Record<string, number> = {};
  for (let seed = 1; seed <= 100; seed++) {
    const schedule = new StorageSchedule(seed);
    try {
      schedule.run(120);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
    for (const [what, count] of Object.entries(schedule.counts)) total[what] = (total[what] ?? 0) + count;
  }
  for (const [what, count] of Object.entries(total)) expect(count, what).toBeGreaterThan(20);
});

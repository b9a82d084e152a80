import { expect, test } from "vitest";
import { ReplicaSchedule } from "./replica-schedule.ts";

test("two nodes that change places, crash, cut and catch up hold the same bytes at the same index", () => {
  const total: Record<string, number> = {};
  for (let seed = 1; seed <= 80; seed++) {
    const schedule = new ReplicaSchedule(seed);
    try {
      schedule.run(150);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
    for (const [what, count] of Object.entries(schedule.counts)) total[what] = (total[what] ?? 0) + count;
  }
  for (const [what, count] of Object.entries(total)) expect(count, what).toBeGreaterThan(20);
});

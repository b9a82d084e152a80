import { strict as assert } from "node:assert";
import type { Clock, Timers } from "../../src/core/ports/mod.ts";
import type { Cases } from "./verdicts.ts";

const later = (delayMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

export const clockCases = ({ clock, timers }: { readonly clock: Clock; readonly timers: Timers }): Cases => ({
  "the wall clock is Unix time": () => {
    assert.ok(Math.abs(clock.nowMs() - Date.now()) < 50);
  },
  "the monotonic clock never goes back and has digits below the millisecond": () => {
    const times = Array.from({ length: 10_000 }, () => clock.monotonicMs());
    for (let i = 1; i < times.length; i++) assert.ok((times[i] ?? 0) >= (times[i - 1] ?? 0));
    assert.ok(times.some((time) => time !== Math.trunc(time)));
    const took = (times.at(-1) ?? 0) - (times[0] ?? 0);
    assert.ok(took > 0 && took < 2000);
  },
  "timers fire once, in order, not too early": async () => {
    const fired: string[] = [];
    const startMs = clock.monotonicMs();
    let tookMs = 0;
    timers.after(30, () => {
      fired.push("second");
      tookMs = clock.monotonicMs() - startMs;
    });
    timers.after(1, () => fired.push("first"));
    await later(120);
    assert.deepEqual(fired, ["first", "second"]);
    assert.ok(tookMs >= 29, `${tookMs} ms`);
  },
  "a cancelled timer never fires; cancelling twice, or late, does nothing": async () => {
    let fired = 0;
    const cancel = timers.after(5, () => fired++);
    const cancelLate = timers.after(1, () => fired++);
    cancel();
    cancel();
    await later(30);
    cancelLate();
    assert.equal(fired, 1);
  },
  "a delay longer than any timer's doesn't fire at once": async () => {
    let fired = 0;
    const cancels = [1e12, Number.POSITIVE_INFINITY].map((delayMs) => timers.after(delayMs, () => fired++));
    await later(20);
    for (const cancel of cancels) cancel();
    assert.equal(fired, 0);
  },
  "soon comes after what runs now and before a later timer, once": async () => {
    const order: string[] = [];
    timers.after(20, () => order.push("timer"));
    timers.soon(() => order.push("soon"));
    timers.soon(() => order.push("soon too"));
    queueMicrotask(() => order.push("microtask"));
    order.push("now");
    await later(60);
    assert.deepEqual(order, ["now", "microtask", "soon", "soon too", "timer"]);
  },
});

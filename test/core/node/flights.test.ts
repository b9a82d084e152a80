import { expect, test } from "vitest";
import { logIndex, requestId } from "../../../src/core/base/mod.ts";
import { Flights } from "../../../src/core/node/flights.ts";
import type { NodeEffect } from "../../../src/core/node/mod.ts";

test("when leadership goes, nobody who is in the log hears that it failed, and nothing is released later", () => {
  const flights = new Flights();
  const effects: NodeEffect[] = [];
  flights.launch("group", [requestId(1)]);
  flights.launch("noop", [requestId(2)]);
  flights.launch("group", [requestId(3)]);
  flights.executed(1, logIndex(5));
  flights.lose("leadership lost while committing log", effects);
  expect(effects).toEqual([
    { type: "lose", ticket: 1, reason: "leadership lost while committing log" },
    { type: "refuse", request: 2, reason: "no-leader" },
    { type: "lose", ticket: 2, reason: "leadership lost while committing log" },
  ]);
  effects.length = 0;
  // The engine still reports what it had been given.
  flights.executed(null, logIndex(6));
  flights.executed(2, logIndex(7));
  expect([flights.groupsRunning, flights.hasStrongNoop]).toEqual([0, false]);
});

test("the engine reports in the order of its orders, or the node stops", () => {
  const flights = new Flights();
  flights.launch("group", [requestId(1)]);
  flights.launch("group", [requestId(2)]);
  expect(() => flights.executed(2, logIndex(1))).toThrow("in the order");
  flights.executed(1, logIndex(1));
  flights.executed(2, logIndex(2));
  expect(() => flights.executed(3, logIndex(3))).toThrow("only what it was given");
});

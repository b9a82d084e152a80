import { expect, test } from "vitest";
import { RaftScenario } from "./raft-scenario.ts";
import { playScenario, scenariosIn } from "./scenario-file.ts";

// Each file is a story about a few servers. `UPDATE_SCENARIOS=1 vitest run test/scenarios` writes down what happens now.
test.each(scenariosIn(import.meta.dirname, "raft-"))("$name", ({ text, expected }) => {
  const scenario = new RaftScenario();
  const played = playScenario(text, (words) => scenario.run(words));
  expect(played).toBe(expected(played));
});

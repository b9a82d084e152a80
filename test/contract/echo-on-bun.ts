import { runInScope } from "../../src/runtime/bun/worker-scope.ts";
import { echo } from "./echo-program.ts";

runInScope({ prepare: () => undefined, run: echo });

import { runInScope } from "../../src/runtime/node/worker-scope.ts";
import { echo } from "./echo-program.ts";

runInScope({ prepare: () => undefined, run: echo });

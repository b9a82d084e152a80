import { prepareWorker, runWorker } from "../../core/engine/mod.ts";
import { clock } from "./clock.ts";
import { entropy } from "./entropy.ts";
import { files } from "./files.ts";
import { runInScope } from "./worker-scope.ts";

runInScope({ prepare: prepareWorker, run: (scope) => runWorker(scope, { clock, entropy, files }) });

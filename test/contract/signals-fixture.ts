/** Waits for three signals, then says a lot and ends with 7: `signals-fixture.ts RUNTIME`. */
import type { Process } from "../../src/core/ports/mod.ts";

const [runtime = ""] = process.argv.slice(2);
const { thisProcess }: { thisProcess: Process } = await import(`../../src/runtime/${runtime}/process.ts`);
let received = 0;
thisProcess.onSignal((signal) => {
  thisProcess.writeOut(`${signal}\n`);
  received++;
  if (received < 3) return;
  thisProcess.writeOut("x".repeat(2_000_000));
  thisProcess.writeError("over\n");
  thisProcess.exit(7);
});
setInterval(() => undefined, 60_000);
thisProcess.writeOut("ready\n");

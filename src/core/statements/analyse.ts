import type { Clock } from "../ports/mod.ts";
import type { SqlConnection } from "../sqlite/mod.ts";
import { beginEnvelope, endEnvelope } from "./envelope.ts";
import { JsonOutput } from "./json-output.ts";
import type { StatementOptions } from "./options.ts";
import type { ParsedBody } from "./parsed-body.ts";

/** What the reference calls a text that holds no statement. */
const noStatement = "EOF";

/**
 * The body of `/db/sql` (http-api §13.4): each statement's text, which is never rewritten here, or SQLite's error for
 * its first statement. Runs nothing.
 */
export function analyse(
  connection: SqlConnection,
  clock: Clock,
  body: ParsedBody,
  options: Pick<StatementOptions, "pretty" | "timings">,
): Uint8Array<ArrayBuffer> {
  const startedMs = options.timings ? clock.monotonicMs() : 0;
  const output = new JsonOutput();
  beginEnvelope(output, options.pretty);
  for (const { sql } of body.statements) {
    output.item();
    output.open("{");
    output.member("original");
    output.string(sql);
    const prepared = connection.prepare(sql, 0);
    if (prepared.ok && prepared.value.statement !== null) {
      prepared.value.statement.release();
      output.member("rewritten");
      output.string(sql);
    } else {
      output.member("error");
      output.text(prepared.ok ? noStatement : prepared.error.message);
    }
    output.close("}");
  }
  // Some PRAGMAs take effect as they are prepared.
  connection.resetState();
  endEnvelope(output, null, options.timings ? clock.monotonicMs() - startedMs : null);
  return output.take();
}

import type { Clock } from "../ports/mod.ts";
import type { SqlConnection } from "../sqlite/mod.ts";
import type { StatementOptions } from "./options.ts";
import type { ParsedBody } from "./parsed-body.ts";

/** The body of `/db/sql` (http-api §13.4): each statement's text, or SQLite's error for it. Runs nothing. */
export function analyse(
  _connection: SqlConnection,
  _clock: Clock,
  _body: ParsedBody,
  _options: Pick<StatementOptions, "pretty" | "timings">,
): Uint8Array<ArrayBuffer> {
  return new Uint8Array(0);
}

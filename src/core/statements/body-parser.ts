import type { Outcome } from "../base/mod.ts";
import { failed } from "../base/mod.ts";
import type { BodyFormat } from "./options.ts";
import type { ParsedBody } from "./parsed-body.ts";

/** A request's body as statements (http-api §4.2, §4.3). The error is the text of the 400. */
export function parseBody(_format: BodyFormat, _body: Uint8Array): Outcome<ParsedBody> {
  return failed("invalid JSON body");
}

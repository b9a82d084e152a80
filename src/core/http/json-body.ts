import { done, failed, type Outcome } from "../base/mod.ts";

const decoder = new TextDecoder();

/** Parses a small JSON body, off the hot path. Error: what is wrong with it, in the runtime's words. */
export function parseJson(bytes: Uint8Array): Outcome<unknown> {
  try {
    return done(JSON.parse(decoder.decode(bytes)));
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}

import { expect, test } from "vitest";
import { failureText } from "../../../src/core/engine/failure-text.ts";
import { FileError } from "../../../src/core/ports/mod.ts";

test.each([
  ["ENOSPC: no space left on device, write", "ENOSPC: no space left on device, write"],
  ["no space left on device", "ENOSPC: no space left on device"],
])("the system's code is told once (%s)", (message, text) => {
  expect(failureText(new FileError("ENOSPC", message))).toBe(text);
});

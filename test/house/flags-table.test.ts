import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { flagsPage } from "../../scripts/flags-table.ts";
import { optionNames } from "../../src/core/config/option-table.ts";

test("docs/flags.md is what the table of options says", () => {
  expect(readFileSync(join(import.meta.dirname, "../../docs/flags.md"), "utf8")).toBe(flagsPage());
});

test("the page has every flag once", () => {
  const shown = [...flagsPage().matchAll(/^\| `-([a-z-]+)` \|/gm)].map(([, name]) => name);
  expect(shown.sort()).toEqual(optionNames);
});

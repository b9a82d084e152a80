import { describe, expect, test } from "vitest";
import { codeOnly, importsOf } from "../../scripts/source-text.ts";

describe("codeOnly", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["a; // b", "a;     "],
    ["a /* b\nc */ d", "a     \n     d"],
    [`x = "console.log(1)"`, `x = "              "`],
    [`x = 'it\\'s'`, `x = '     '`],
    ["x = /[/'\"]/.test(y)", "x = /     /.test(y)"],
    ["x = a / b / c", "x = a / b / c"],
  ];
  test.each(cases)("%s", (text, code) => {
    expect(codeOnly(text)).toHaveLength(text.length);
    expect(codeOnly(text)).toBe(code);
  });

  test("code inside a template literal stays code, its text does not", () => {
    const code = codeOnly("x = `console ${Date.now() + `${{ a: 1 }.a} inner`} tail`; y");
    expect(code).toContain("Date.now()");
    expect(code).toContain("a: 1");
    expect(code).toContain("; y");
    expect(code).not.toContain("console");
    expect(code).not.toContain("inner");
    expect(code).not.toContain("tail");
  });
});

test("importsOf finds every kind of import and says which are types", () => {
  const text = [
    `import a from "./a.ts";`,
    `import type { B } from "./b.ts";`,
    `import { type C, type D } from "./c.ts";`,
    `import { type E, f } from "./e.ts";`,
    `export * from "./g.ts";`,
    `export type { H } from "./h.ts";`,
    `import "./i.ts";`,
    `const j = await import("./j.ts");`,
    `// import k from "./k.ts";`,
    `const text = 'import l from "./l.ts"';`,
    `import {`,
    `  type M,`,
    `} from "./m.ts";`,
  ].join("\n");
  expect(importsOf(text).map(({ specifier, typeOnly, line }) => [specifier, typeOnly, line])).toEqual([
    ["./a.ts", false, 1],
    ["./b.ts", true, 2],
    ["./c.ts", true, 3],
    ["./e.ts", false, 4],
    ["./g.ts", false, 5],
    ["./h.ts", true, 6],
    ["./i.ts", false, 7],
    ["./j.ts", false, 8],
    ["./m.ts", true, 11],
  ]);
});

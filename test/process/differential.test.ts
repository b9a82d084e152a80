import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { ServerProcess } from "../../scripts/server-process.ts";
import { Dice, generateStatement, schema } from "./generated-sql.ts";
import { PlainSqlite } from "./plain-sqlite.ts";

const seed = Number(process.env.QUOLITE_SEED ?? "1");
const statementsPerRequest = 25;
const requests = Number(process.env.QUOLITE_REQUESTS ?? "200");

test(`${requests * statementsPerRequest} generated statements (seed ${seed}) answer as plain SQLite does, to the byte`, async () => {
  const home = mkdtempSync(join(tmpdir(), "quolite-differential-"));
  const server = await ServerProcess.start({ runtime: "node", folder: join(home, "data") });
  const plain = await PlainSqlite.create();
  onTestFinished(async () => {
    plain.close();
    await server.end("SIGKILL");
    rmSync(home, { recursive: true, force: true });
  });
  const compare = async (statements: readonly string[]): Promise<void> => {
    const response = await fetch(`${server.url}/db/request`, { method: "POST", body: JSON.stringify(statements) });
    const text = await response.text();
    const entries = statements.map((sql) => plain.entry(sql));
    if (text === `{"results":[${entries.join(",")}]}`) return;
    // Only now find out which: entry by entry, so that the message is short.
    let at = `{"results":[`.length;
    for (const [index, entry] of entries.entries()) {
      expect(
        text.slice(at, at + entry.length),
        `statement: ${statements[index]}\nrest: ${text.slice(at, at + 300)}`,
      ).toBe(entry);
      at += entry.length + 1;
    }
    expect(text).toBe(`{"results":[${entries.join(",")}]}`);
  };
  await compare(schema);
  const dice = new Dice(seed);
  for (let request = 0; request < requests; request++) {
    // The first is a write, so that the whole request runs on the writer, like the plain connection.
    const first = `INSERT INTO log VALUES('request', ${request})`;
    await compare([first, ...Array.from({ length: statementsPerRequest - 1 }, () => generateStatement(dice))]);
  }
  expect(plain.entry("SELECT count(*) FROM docs")).toMatch(/"values":\[\[[1-9]/);
});

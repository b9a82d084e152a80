import { expect, onTestFinished, test } from "vitest";
import { Dice, generateStatement, schema } from "./generated-sql.ts";
import { post, startNode } from "./node-fixture.ts";
import { PlainSqlite } from "./plain-sqlite.ts";

const seed = Number(process.env.QUOLITE_SEED ?? "1");
const statementsPerRequest = 25;
const requests = Number(process.env.QUOLITE_REQUESTS ?? "200");

test(`${requests * statementsPerRequest} generated statements (seed ${seed}) answer as plain SQLite does, to the byte`, async () => {
  const server = await startNode("node");
  const plain = await PlainSqlite.create();
  onTestFinished(() => plain.close());
  const compare = async (statements: readonly string[]): Promise<void> => {
    const text = await post(server.url, "/db/request", statements);
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

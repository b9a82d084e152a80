import { expect, onTestFinished, test } from "vitest";
import { type GoldenCase, goldenCases, staleCounterCases } from "../../process/golden-cases.ts";
import { type Options, startSqlite, TestDatabase } from "./database.ts";

const sqlite = await startSqlite();

function optionsOf(path: string): Options {
  const parameters = new URLSearchParams(path.split("?")[1] ?? "");
  return {
    transaction: parameters.has("transaction"),
    associative: parameters.has("associative"),
    blobArray: parameters.has("blob_array"),
    pretty: parameters.has("pretty"),
    dbTimeoutMs: parameters.has("db_timeout") ? 5000 : 0,
  };
}

function answer(database: TestDatabase, { path, body }: GoldenCase): string {
  const options = optionsOf(path);
  if (path.startsWith("/db/load")) return database.write("load", body ?? "", options);
  if (path.startsWith("/db/query")) return database.query(body ?? "", options);
  if (typeof body === "string" || body === null) throw new Error(`no such case: ${path}`);
  return path.startsWith("/db/execute") ? database.execute(body, options) : database.request(body, options);
}

// What is decided before statements are looked at is tested in the room that decides it.
const here = ({ path }: GoldenCase): boolean => !path.endsWith("?q=");

test.each([
  ["in order", goldenCases.filter(here)],
  ["stale counters", staleCounterCases],
])("the contract's golden cases (http-api §17), %s", (_name, cases) => {
  const database = new TestDatabase(sqlite);
  onTestFinished(() => database.close());
  for (const golden of cases) {
    const text = answer(database, golden);
    const expected = golden.answer;
    if (golden.status === 500) expect.soft(`${text}\n`, `case ${golden.name}`).toBe(`500 ${expected}`);
    else if (typeof expected === "string") expect.soft(text, `case ${golden.name}`).toBe(expected);
    else expect.soft(text, `case ${golden.name}`).toMatch(expected);
  }
});

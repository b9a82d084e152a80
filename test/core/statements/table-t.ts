import { onTestFinished } from "vitest";
import type { Sqlite } from "../../../src/core/sqlite/mod.ts";
import { TestDatabase } from "./database.ts";

/** A database with a table `t`, for one test. */
export function openTableT(sqlite: Sqlite, foreignKeys: boolean, statements: readonly string[]): TestDatabase {
  const made = new TestDatabase(sqlite, foreignKeys);
  onTestFinished(() => made.close());
  made.execute(["CREATE TABLE t(id INTEGER PRIMARY KEY, v UNIQUE)", ...statements]);
  return made;
}

/** What a query's first row says; by default which ids `t` has. */
export const rows = (made: TestDatabase, sql = "SELECT group_concat(id) FROM t"): string =>
  /"values":\[\[(.*)\]\]/.exec(made.query([sql]))?.[1] ?? "nothing";

// Answers, by their parts.
export const entries = (...list: readonly string[]): string => `{"results":[${list.join(",")}]}`;
export const inserted = (id: number): string => `{"last_insert_id":${id},"rows_affected":1}`;
export const duplicate = '{"error":"UNIQUE constraint failed: t.id"}';
export const failed = (error: string): string => `{"results":[],"error":"${error}"}`;

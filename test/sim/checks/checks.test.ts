import { describe, expect, test } from "vitest";
import { never } from "../workload/lab.ts";
import { EpochHistory } from "./epoch-history.ts";
import { checkLists, type ListStep, type ListTransaction } from "./list-history.ts";
import { MarkHistory } from "./mark-history.ts";
import { checkRegister, type RegisterOperation } from "./register-history.ts";

// Who judges the histories must himself be judged: each check has one that it lets pass and one that it must not.

const span = (calledAt: number, returnedAt: number) => ({ calledAt, returnedAt, by: "client1" });

describe("registers", () => {
  const write = (value: number, from: number, to: number): RegisterOperation => ({
    type: "write",
    value,
    ...span(from, to),
  });
  const read = (value: number, from: number, to: number): RegisterOperation => ({
    type: "read",
    value,
    ...span(from, to),
  });
  const judge =
    (...operations: RegisterOperation[]) =>
    () =>
      checkRegister("r", 0, operations);

  test("overlapping writes come in either order", () => {
    expect(judge(write(1, 1, 5), write(2, 2, 6), read(1, 7, 8))).not.toThrow();
    expect(judge(write(1, 1, 5), write(2, 2, 6), read(2, 7, 8))).not.toThrow();
  });

  test("a stale read has no place", () => {
    expect(judge(write(1, 1, 2), read(0, 3, 4))).toThrow("no order");
  });

  test("two reads don't see writes in different orders", () => {
    expect(judge(write(1, 1, 9), write(2, 1, 9), read(1, 2, 3), read(2, 4, 5), read(1, 6, 7))).toThrow("no order");
  });

  test("an unknown write may come late, or never", () => {
    expect(judge(write(1, 1, never), read(0, 2, 3), read(1, 8, 9))).not.toThrow();
    expect(judge(write(1, 1, never), read(0, 2, 3))).not.toThrow();
    expect(judge(write(1, 1, never), read(1, 2, 3), read(0, 4, 5))).toThrow("no order");
  });

  test("a swap tells what was there, a miss what was not", () => {
    expect(judge(write(1, 1, 2), { type: "swap", old: 1, value: 3, ...span(3, 4) }, read(3, 5, 6))).not.toThrow();
    expect(judge(write(1, 1, 2), { type: "swap", old: 0, value: 3, ...span(3, 4) })).toThrow("no order");
    expect(judge(write(1, 1, 2), { type: "missed", old: 1, ...span(3, 4) })).toThrow("no order");
    expect(judge(write(1, 1, 2), write(2, 3, never), { type: "missed", old: 1, ...span(4, 5) })).not.toThrow();
  });
});

describe("lists", () => {
  const list = (text: string) => text.split(" ");
  const append = (name: string, item: string, items: string): ListStep => ({
    type: "append",
    list: name,
    item,
    items: list(items),
  });
  const look = (name: string, items: string): ListStep => ({ type: "read", list: name, items: list(items) });
  const did = (from: number, to: number, ...steps: ListStep[]): ListTransaction => ({
    ...span(from, to),
    steps,
    mayHaveHappened: true,
  });
  const judge =
    (...transactions: ListTransaction[]) =>
    () =>
      checkLists(transactions);

  test("one after another", () => {
    expect(
      judge(did(1, 2, append("a", "1", "db 1")), did(3, 4, append("a", "2", "db 1 2"), look("b", "db"))),
    ).not.toThrow();
  });

  test("two that each miss what the other did are a cycle (write skew)", () => {
    const left = did(1, 9, look("a", "db"), append("b", "1", "db 1"));
    const right = did(1, 9, look("b", "db"), append("a", "2", "db 2"));
    expect(judge(left, right, did(10, 11, look("a", "db 2"), look("b", "db 1")))).toThrow("a cycle");
  });

  test("a read that misses what was there before its call is a cycle in real time", () => {
    expect(judge(did(1, 2, append("a", "1", "db 1")), did(3, 4, look("a", "db")))).toThrow("a cycle");
  });

  test("a read that is no beginning of the list", () => {
    const appends = ["1", "2", "3"].map((item) => did(1, never, { type: "append", list: "a", item, items: null }));
    expect(judge(...appends, did(1, 9, look("a", "db 1 2")), did(1, 9, look("a", "db 2 1 3")))).toThrow("read a");
  });

  test("an item twice, one that nobody appended, one that was refused", () => {
    expect(judge(did(1, 2, append("a", "1", "db 1")), did(3, 4, look("a", "db 1 1")))).toThrow("twice");
    expect(judge(did(3, 4, look("a", "db 1")))).toThrow("nobody has appended");
    const refused = { ...did(1, 2, append("a", "1", "db")), mayHaveHappened: false };
    expect(judge(refused, did(3, 4, look("a", "db 1")))).toThrow("refused");
  });

  test("half of a transaction of unknown outcome", () => {
    const steps: ListStep[] = [
      { type: "append", list: "a", item: "1", items: null },
      { type: "append", list: "b", item: "2", items: null },
    ];
    const unknown = { ...span(1, never), steps, mayHaveHappened: true };
    const seen = did(3, 4, look("a of db", "db 1"));
    expect(judge(unknown, seen, did(5, 6, look("b of db", "db 2")))).not.toThrow();
    expect(judge(unknown, seen, did(5, 6, look("b of db", "db")))).toThrow("a cycle");
  });
});

describe("marks", () => {
  function judge(tell: (history: MarkHistory) => void): () => void {
    const history = new MarkHistory();
    tell(history);
    return () => history.judge();
  }

  test("acknowledged, refused, unknown, twice", () => {
    const scan = (...numbers: number[]) =>
      judge((history) => {
        history.wrote(1, span(1, 2), "client1", 0);
        history.refused(2, span(1, 2), "client1");
        history.unknown(3, 1, "client1");
        history.scanned(numbers, span(5, 6), "client2", 0);
      });
    expect(scan(1)).not.toThrow();
    expect(scan(1, 3)).not.toThrow();
    expect(scan()).toThrow("acknowledged");
    expect(scan(1, 2)).toThrow("refused");
    expect(scan(1, 1)).toThrow("twice");
    expect(scan(1, 7)).toThrow("row 7");
  });

  test("what was seen stays", () => {
    const scans = judge((history) => {
      history.unknown(3, 1, "client1");
      history.scanned([3], span(5, 6), "client2", 0);
      history.scanned([], span(7, 8), "client2", 0);
    });
    expect(scans).toThrow("row 3");
  });
});

test("a loaded database takes the place of the one before for all", () => {
  const judge = (...seen: [epoch: number, calledAt: number, returnedAt: number][]) => {
    const history = new EpochHistory();
    history.loaded(0, span(1, 2));
    history.loaded(1, span(5, 10));
    for (const [epoch, calledAt, returnedAt] of seen) history.saw(epoch, span(calledAt, returnedAt), "client1");
    return () => history.judge();
  };
  expect(judge([0, 6, 7], [1, 8, 9], [1, 20, 21])).not.toThrow();
  expect(judge([1, 6, 7], [0, 8, 9])).toThrow("each seen after the other");
  expect(judge([0, 11, 12])).toThrow("each seen after the other");
  expect(judge([1, 3, 4])).toThrow("before it was loaded");
});

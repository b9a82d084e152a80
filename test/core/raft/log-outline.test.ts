import fc from "fast-check";
import { expect, test } from "vitest";
import { logIndex, term } from "../../../src/core/base/mod.ts";
import { lastOf, rangeFault, rangeFrom } from "../../../src/core/raft/entry-range.ts";
import { LogOutline } from "../../../src/core/raft/log-outline.ts";
import { TermHistory } from "../../../src/core/raft/term-history.ts";
import { rangeOfTerms } from "./one-server.ts";

/** The model: the term and size of every entry, and how many are only in the base. */
interface Model {
  base: number;
  terms: number[];
  bytes: number[];
}

type Step =
  | { readonly type: "append"; readonly terms: readonly number[]; readonly bytes: number }
  | { readonly type: "cut"; readonly back: number }
  | { readonly type: "compact"; readonly by: number };

const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    type: fc.constant("append" as const),
    terms: fc.array(fc.nat(2), { minLength: 1, maxLength: 6 }),
    bytes: fc.nat(9),
  }),
  fc.record({ type: fc.constant("cut" as const), back: fc.nat(8) }),
  fc.record({ type: fc.constant("compact" as const), by: fc.nat(8) }),
);

function play(steps: readonly Step[], check: (log: LogOutline, model: Model) => void): void {
  const log = new LogOutline({ base: { index: logIndex(0), term: term(0) }, runs: [], bytes: [], configurations: [] });
  const model: Model = { base: 0, terms: [0], bytes: [0] };
  for (const step of steps) {
    const last = model.terms.length - 1;
    if (step.type === "append") {
      let of = Math.max(1, model.terms.at(-1) ?? 0);
      const terms = step.terms.map((rise) => (of += rise));
      const range = { ...rangeOfTerms(last + 1, terms), bytes: terms.map((_, at) => step.bytes + at) };
      log.append(range);
      model.terms.push(...terms);
      model.bytes.push(...range.bytes);
    } else if (step.type === "cut") {
      const from = Math.max(model.base + 1, last + 1 - step.back);
      log.truncateFrom(logIndex(from));
      model.terms.length = from;
      model.bytes.length = from;
    } else {
      model.base = Math.min(last, model.base + step.by);
      log.compactThrough(logIndex(model.base));
    }
    check(log, model);
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

test("the outline tells the term of every entry, through appends, cuts and checkpoints", () => {
  fc.assert(
    fc.property(fc.array(stepArbitrary, { maxLength: 30 }), (steps) => {
      play(steps, (log, { base, terms }) => {
        expect(log.base).toEqual({ index: base, term: terms[base] });
        expect([log.lastIndex, log.lastTerm]).toEqual([terms.length - 1, terms.at(-1)]);
        for (let at = 0; at <= terms.length + 1; at++) {
          expect(log.termAt(logIndex(at))).toBe(at < base ? null : (terms[at] ?? null));
        }
      });
    }),
  );
});

test("the last entry up to an index whose term isn't above another", () => {
  fc.assert(
    fc.property(fc.array(stepArbitrary, { maxLength: 20 }), fc.nat(40), fc.nat(30), (steps, index, of) => {
      play(steps, (log, { base, terms }) => {
        let expected = Math.min(index, terms.length - 1);
        if (expected < base) return;
        while (expected >= base && (terms[expected] ?? 0) > of) expected--;
        const found = log.lastWithTermAtMost(logIndex(index), term(of));
        if (expected >= base) expect(found).toBe(expected);
        else expect(found).toBeLessThan(base);
      });
    }),
  );
});

test("a slice is a whole range within its bounds, with at least one entry", () => {
  const bounds = fc.record({ entries: fc.integer({ min: 1, max: 7 }), bytes: fc.integer({ min: 1, max: 40 }) });
  fc.assert(
    fc.property(fc.array(stepArbitrary, { maxLength: 20 }), bounds, (steps, { entries, bytes }) => {
      play(steps, (log, model) => {
        for (let first = model.base + 1; first < model.terms.length; first++) {
          const slice = log.slice(logIndex(first), entries, bytes);
          const count = slice.bytes.length;
          expect(rangeFault(slice)).toBeNull();
          expect(slice.bytes).toEqual(model.bytes.slice(first, first + count));
          expect(slice.runs).toEqual(rangeOfTerms(first, model.terms.slice(first, first + count)).runs);
          expect(count >= 1 && count <= entries).toBe(true);
          expect(count === 1 || sum(slice.bytes) <= bytes).toBe(true);
          const next = model.bytes[first + count];
          if (next !== undefined && count < entries) expect(sum(slice.bytes) + next).toBeGreaterThan(bytes);
        }
        for (let after = model.base; after < model.terms.length; after++) {
          expect(log.bytesAfter(logIndex(after))).toBe(sum(model.bytes.slice(after + 1)));
        }
      });
    }),
  );
});

test("what is missing of a range that agrees up to some point", () => {
  const cases = fc.record({
    terms: fc.array(fc.nat(2), { minLength: 1, maxLength: 12 }),
    at: fc.nat(12),
    tail: fc.array(fc.nat(2), { maxLength: 8 }),
  });
  fc.assert(
    fc.property(cases, ({ terms, at, tail }) => {
      let of = 1;
      const own = terms.map((rise) => (of += rise));
      const common = own.slice(0, at);
      // From another leader, so of higher terms than any here.
      of += 1;
      const others = tail.map((rise) => (of += rise));
      const log = new LogOutline({
        base: { index: logIndex(0), term: term(0) },
        ...rangeOfTerms(1, own),
      });
      const range = rangeOfTerms(1, [...common, ...others]);
      expect(log.firstMissing(range)).toBe(others.length === 0 ? null : common.length + 1);
    }),
  );
});

test("a part of a range is the range of that part", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(2), { maxLength: 12 }), fc.nat(12), (rises, skipped) => {
      let of = 1;
      const terms = rises.map((rise) => (of += rise));
      const from = Math.min(skipped, terms.length);
      const range = rangeOfTerms(5, terms);
      expect(rangeFrom(range, logIndex(5 + from))).toEqual(rangeOfTerms(5 + from, terms.slice(from)));
      expect(lastOf(range)).toBe(4 + terms.length);
    }),
  );
});

test("a range that breaks a guarantee is told by its fault", () => {
  const good = rangeOfTerms(3, [1, 1, 2]);
  const held = (index: number) => ({ index: logIndex(index), configuration: { members: [] } });
  const run = (first: number, of: number) => ({ first: logIndex(first), term: term(of) });
  expect(rangeFault(good)).toBeNull();
  expect(rangeFault({ ...good, configurations: [held(3), held(5)] })).toBeNull();
  const bad = [
    { ...good, first: logIndex(0) },
    { ...good, bytes: [1, -1, 1] },
    { ...good, bytes: [1, 0.5, 1] },
    { ...good, bytes: [] },
    { ...good, runs: [] },
    { ...good, runs: [run(4, 1)] },
    { ...good, runs: [run(3, 1), run(3, 2)] },
    { ...good, runs: [run(3, 1), run(6, 2)] },
    { ...good, runs: [run(3, 2), run(4, 1)] },
    { ...good, runs: [run(3, 0)] },
    { ...good, configurations: [held(2)] },
    { ...good, configurations: [held(6)] },
    { ...good, configurations: [held(4), held(4)] },
  ];
  for (const range of bad) expect(rangeFault(range)).not.toBeNull();
});

test("a term never falls from one entry to the next", () => {
  const history = new TermHistory({ index: logIndex(4), term: term(3) });
  expect(() => history.append([{ first: logIndex(5), term: term(2) }], 1)).toThrow(/I4/);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { requestId } from "../../../src/core/base/mod.ts";
import type { StatementRequest } from "../../../src/core/engine/mod.ts";
import { packRequests, unpackRequests } from "../../../src/core/engine/packed-requests.ts";

const options = [0, 250].map((dbTimeoutMs) => ({
  transaction: dbTimeoutMs > 0,
  associative: false,
  blobArray: false,
  qualifyColumns: false,
  pretty: false,
  timings: true,
  raftIndex: false,
  dbTimeoutMs,
}));

const request: fc.Arbitrary<StatementRequest> = fc.record({
  id: fc.nat().map(requestId),
  endpoint: fc.constantFrom("execute", "query", "request", "load", "analyse"),
  format: fc.constantFrom("json", "text"),
  body: fc
    .oneof(fc.uint8Array({ maxLength: 40 }), fc.constant(new Uint8Array(64 * 1024).fill(7)))
    .map((bytes) => bytes.slice()),
  options: fc.constantFrom(...options),
  cell: fc.record({ slot: fc.nat(16_383), key: fc.integer({ min: 1, max: 2 ** 30 - 1 }) }),
});

test("requests come out of a message as they went in, and those who shared options share them", () => {
  fc.assert(
    fc.property(fc.array(request, { maxLength: 5 }), (requests) => {
      const expected = structuredClone(requests);
      const { packed, transfer } = packRequests(requests);
      const received = structuredClone(packed, { transfer: [...transfer] });
      expect(received.options.length).toBeLessThanOrEqual(options.length);
      expect(unpackRequests(received)).toEqual(expected);
    }),
    { numRuns: 20 },
  );
});

test("small bodies are copied, long ones move", () => {
  const base = { id: requestId(1), endpoint: "execute", format: "json", cell: { slot: 0, key: 1 } } as const;
  const shared = options[0];
  if (shared === undefined) throw new Error("no options");
  const small = new Uint8Array([1, 2, 3]);
  const long = new Uint8Array(100_000);
  const { packed, transfer } = packRequests([
    { ...base, body: small, options: shared },
    { ...base, body: long, options: shared },
  ]);
  expect(transfer).toEqual([long.buffer]);
  expect(packed.bytes).toEqual(small);
});

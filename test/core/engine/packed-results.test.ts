import { expect, test } from "vitest";
import { requestId } from "../../../src/core/base/mod.ts";
import { noResults, ResultPacker, type StatementResult, unpackResults } from "../../../src/core/engine/mod.ts";

const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

const results: readonly StatementResult[] = [
  { type: "json", id: requestId(1), body: bytes('{"results":[]}'), failed: false },
  { type: "json", id: requestId(2), body: bytes('{"error":"no"}'), failed: true },
  { type: "stream", id: requestId(3), body: bytes('{"results":[') },
  { type: "text", id: requestId(4), status: 400, message: "invalid request" },
  { type: "text", id: requestId(5), status: 500, message: "Ungültig" },
  { type: "not-read-only", id: requestId(6) },
  { type: "stopped", id: requestId(Number.MAX_SAFE_INTEGER) },
];

test("every kind of result comes out as it went in", () => {
  const packer = new ResultPacker();
  for (const result of results) packer.add(result);
  const packed = packer.take();
  expect([...unpackResults(structuredClone(packed, { transfer: [packed.heads.buffer, packed.bytes.buffer] }))]).toEqual(
    results,
  );
  expect(packer.isEmpty).toBe(true);
  expect([...unpackResults(packer.take())]).toEqual([]);
  expect([...unpackResults(noResults)]).toEqual([]);
});

test("one body is not copied, unless it is part of something bigger", () => {
  const packer = new ResultPacker();
  const body = bytes("a long answer");
  packer.add({ type: "stream", id: requestId(1), body });
  expect(packer.take().bytes).toBe(body);
  packer.add({ type: "stream", id: requestId(1), body: body.subarray(2, 6) });
  const { bytes: part } = packer.take();
  expect(new TextDecoder().decode(part)).toBe("long");
  expect(part.buffer.byteLength).toBe(4);
});

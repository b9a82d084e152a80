import { expect, test } from "vitest";
import { gzip } from "../../src/core/http/gzip.ts";
import { streamOf, textOf } from "./fake-node.ts";

/** Bytes that don't compress. */
const noise = Uint8Array.from({ length: 65_536 }, (_, i) => Math.imul(i ^ (i >>> 3), 0x9e37_79b1) >>> 11);

function gunzip(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const { readable, writable } = new DecompressionStream("gzip");
  return stream.pipeThrough({ readable, writable });
}

/** Gives noise for ever, or fails after so many chunks. */
class NoiseSource {
  pulled = 0;
  cancelledFor: unknown = null;
  readonly stream: ReadableStream<Uint8Array>;

  constructor(failAfter = Number.POSITIVE_INFINITY) {
    this.stream = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (this.pulled++ < failAfter) controller.enqueue(noise.slice());
        else controller.error(new Error("disk"));
      },
      cancel: (reason: unknown) => {
        this.cancelledFor = reason;
      },
    });
  }
}

test("comes back as it was", async () => {
  expect(await textOf(gunzip(gzip(streamOf("a", "", "bc"))))).toBe("abc");
  expect(await textOf(gunzip(gzip(streamOf())))).toBe("");
  const chunks = Array.from({ length: 40 }, () => noise);
  const back = new Uint8Array(await new Response(gunzip(gzip(streamOf(...chunks)))).arrayBuffer());
  expect(back.length).toBe(40 * noise.length);
  expect(back.subarray(-noise.length)).toEqual(noise);
});

test("takes no more than is read", async () => {
  const source = new NoiseSource();
  const reader = gzip(source.stream).getReader();
  await reader.read();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(source.pulled).toBeLessThan(10);
  await reader.cancel();
});

test("cancelled, it cancels its source and stops", async () => {
  for (const reads of [0, 1, 3]) {
    const source = new NoiseSource();
    const reader = gzip(source.stream).getReader();
    for (let i = 0; i < reads; i++) await reader.read();
    await reader.cancel("gone");
    expect(source.cancelledFor).toBe("gone");
    const { pulled } = source;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(source.pulled).toBe(pulled);
  }
});

test("an error of the source is its own", async () => {
  for (const chunks of [0, 1, 20]) {
    await expect(textOf(gzip(new NoiseSource(chunks).stream))).rejects.toThrow("disk");
  }
});

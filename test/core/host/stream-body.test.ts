import { expect, test } from "vitest";
import { StreamBody } from "../../../src/core/host/stream-body.ts";

const text = (words: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(words);

function body(first: string | null): { body: StreamBody; told: string[] } {
  const told: string[] = [];
  const events = { taken: () => void told.push("taken"), cancelled: () => void told.push("cancelled") };
  return { body: new StreamBody(first === null ? null : text(first), events), told };
}

test("gives the first bytes and every chunk, and credit for each that was taken", async () => {
  const { body: made, told } = body("a");
  made.chunk(text("b"));
  made.chunk(text("c"));
  expect(told).toEqual([]);
  const reader = made.stream.getReader();
  const decode = async (): Promise<string | null> => {
    const { done, value } = await reader.read();
    return done ? null : new TextDecoder().decode(value);
  };
  expect(await decode()).toBe("a");
  expect(told).toEqual([]);
  expect(await decode()).toBe("b");
  expect(told).toEqual(["taken"]);
  expect(await decode()).toBe("c");
  const waiting = decode();
  made.chunk(text("d"));
  expect(await waiting).toBe("d");
  made.end();
  expect(await decode()).toBe(null);
  expect(told).toEqual(["taken", "taken", "taken"]);
});

test.each([["a"], [null]])("ends, also before it was read (first: %s)", async (first) => {
  const { body: made } = body(first);
  made.chunk(text("b"));
  made.end();
  expect(await new Response(made.stream).text()).toBe(`${first ?? ""}b`);
});

test("ends after its first bytes alone", async () => {
  const { body: made } = body("whole");
  made.end();
  expect(await new Response(made.stream).text()).toBe("whole");
});

test("tells when nobody reads on, and takes what still comes", async () => {
  const { body: made, told } = body("a");
  await made.stream.cancel();
  expect(told).toEqual(["cancelled"]);
  made.chunk(text("b"));
  made.end();
  made.fail("too late");
});

test("breaks off where it can't be finished", async () => {
  const { body: made } = body("a");
  const reader = made.stream.getReader();
  await reader.read();
  made.fail("reader died");
  await expect(reader.read()).rejects.toThrow("reader died");
});

test("tells for how long its client has left alone what is ready", async () => {
  const { body: made } = body("a");
  expect(made.idleMs(1000)).toBe(0);
  made.chunk(text("b"));
  made.chunk(text("c"));
  expect([made.idleMs(2000), made.idleMs(2500)]).toEqual([0, 500]);
  const reader = made.stream.getReader();
  await reader.read();
  await reader.read();
  expect([made.idleMs(3000), made.idleMs(3100)]).toEqual([0, 100]);
  await reader.read();
  const waiting = reader.read();
  // The client waits for more now, not we for it.
  expect([made.idleMs(4000), made.idleMs(9000)]).toEqual([0, 0]);
  made.chunk(text("d"));
  await waiting;
  made.chunk(text("e"));
  expect([made.idleMs(9000), made.idleMs(9300)]).toEqual([0, 300]);
});

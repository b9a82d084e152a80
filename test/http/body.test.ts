import { expect, test } from "vitest";
import { BodyRoom, readBody } from "../../src/core/http/body.ts";

interface Upload {
  readonly request: Request;
  send(bytes: number): void;
  end(): void;
}

function upload(length: number | null): Upload {
  let out: ReadableStreamDefaultController<Uint8Array> | null = null;
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      out = controller;
    },
  });
  const headers: Record<string, string> = length === null ? {} : { "content-length": String(length) };
  return {
    request: new Request("http://localhost/", { method: "POST", headers, body, duplex: "half" } as RequestInit),
    send: (bytes) => out?.enqueue(new Uint8Array(bytes)),
    end: () => out?.close(),
  };
}

test("slow clients share the room for bodies; who gives up makes room again", async () => {
  const room = new BodyRoom(300_000);
  const first = upload(200_000);
  const reading = readBody(first.request, 1_000_000, room);
  first.send(150_000);
  const second = upload(null);
  const refused = readBody(second.request, 1_000_000, room);
  second.send(150_001);
  expect(await refused).toEqual({ ok: false, error: "no-room" });
  first.send(50_000);
  first.end();
  expect(await reading).toMatchObject({ ok: true });
  expect(room.take(300_000)).toBe(true);
});

test("small bodies need no room, and too large ones take none", async () => {
  const room = new BodyRoom(10);
  const small = upload(1_000);
  small.send(1_000);
  small.end();
  expect(await readBody(small.request, 2_000, room)).toMatchObject({ ok: true });
  const large = upload(null);
  large.send(2_001);
  expect(await readBody(large.request, 2_000, room)).toEqual({ ok: false, error: "too-large" });
  expect(room.take(10)).toBe(true);
});

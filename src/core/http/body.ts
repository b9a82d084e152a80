import { done, failed, type Outcome } from "../base/mod.ts";

/** Why a body could not be had: it is too big to hold, or there is no room beside the others, or the client broke off. */
export type BodyFault = "too-large" | "no-room" | "broken-off";
export type Bytes = Uint8Array<ArrayBuffer>;

/** Bodies up to this size are bounded by the connections that there can be. */
const uncountedBytesMax = 64 * 1024;

/** Memory for bodies that are on their way in: clients who are slow to finish must not fill it. */
export class BodyRoom {
  #leftBytes: number;

  constructor(bytes: number) {
    this.#leftBytes = bytes;
  }

  /** False: there is not so much left. */
  take(bytes: number): boolean {
    if (bytes > this.#leftBytes) return false;
    this.#leftBytes -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#leftBytes += bytes;
  }
}

/** Reads a request's body whole, at most `bytesMax` of it. */
export function readBody(request: Request, bytesMax: number, room: BodyRoom): Promise<Outcome<Bytes, BodyFault>> {
  const declared = request.headers.get("content-length");
  if (declared !== null && !(Number(declared) <= bytesMax)) return Promise.resolve(failed("too-large"));
  if (declared !== null && Number(declared) <= uncountedBytesMax) return request.arrayBuffer().then(wrap, brokenOff);
  // What takes long to come, or says no length (chunked), has to be counted as it comes.
  return readStream(request.body, bytesMax, room);
}

const wrap = (buffer: ArrayBuffer): Outcome<Bytes, BodyFault> => done(new Uint8Array(buffer));
const brokenOff = (): Outcome<Bytes, BodyFault> => failed("broken-off");

/** Reads a stream to its end, at most `bytesMax` of it. */
export async function readStream(
  stream: ReadableStream<Uint8Array> | null,
  bytesMax: number,
  room: BodyRoom,
): Promise<Outcome<Bytes, BodyFault>> {
  if (stream === null) return done(new Uint8Array(0));
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  let takenBytes = 0;
  try {
    for (;;) {
      const { done: ended, value } = await reader.read();
      if (ended) return done(concatenate(chunks, length));
      length += value.length;
      if (length <= bytesMax && room.take(value.length)) takenBytes += value.length;
      else {
        reader.cancel().catch(() => undefined);
        return failed(length > bytesMax ? "too-large" : "no-room");
      }
      chunks.push(value);
    }
  } catch {
    return failed("broken-off");
  } finally {
    room.give(takenBytes);
  }
}

/** The beginning of a body, and all of it (the beginning included) as a stream. */
export interface Peeked {
  readonly head: Bytes;
  readonly whole: ReadableStream<Uint8Array>;
}

/** Waits for the first `count` bytes, or fewer if the body ends before. */
export async function peek(
  stream: ReadableStream<Uint8Array> | null,
  count: number,
): Promise<Outcome<Peeked, "broken-off">> {
  if (stream === null) return done({ head: new Uint8Array(0), whole: emptyStream() });
  const reader = stream.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    while (length < count) {
      const { done: ended, value } = await reader.read();
      if (ended) break;
      chunks.push(value);
      length += value.length;
    }
  } catch {
    return failed("broken-off");
  }
  const head = concatenate(chunks, length);
  return done({ head, whole: startingWith(head, reader) });
}

/** `head`, then what the reader still gives, pulled only as fast as it is read. */
function startingWith(head: Bytes, reader: ReadableStreamDefaultReader<Uint8Array>): ReadableStream<Uint8Array> {
  let headDue = head.length > 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (headDue) {
          headDue = false;
          controller.enqueue(head);
          return;
        }
        const { done: ended, value } = await reader.read();
        if (ended) controller.close();
        else controller.enqueue(value);
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}

function emptyStream(): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({ start: (controller) => controller.close() });
}

function concatenate(chunks: readonly Uint8Array[], length: number): Bytes {
  const bytes = new Uint8Array(length);
  let position = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, position);
    position += chunk.length;
  }
  return bytes;
}

const sqliteMagic = "SQLite format";

/** Whether bytes begin as every SQLite file does. */
export function beginsAsSqlite(bytes: Uint8Array): boolean {
  for (let i = 0; i < sqliteMagic.length; i++) if (bytes[i] !== sqliteMagic.charCodeAt(i)) return false;
  return true;
}

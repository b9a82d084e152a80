import { assert, present, requestId } from "../base/mod.ts";
import type { StatementOptions } from "../statements/mod.ts";
import type { StatementRequest } from "./statement-messages.ts";

/**
 * Many requests as one message: a few numbers each and one buffer of all small bodies. Cloning an object for each
 * request costs main several times more than everything else that it does for a hop.
 */
export interface PackedRequests {
  /** Per request `headLength` numbers, see `ends`. */
  readonly heads: Float64Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Bodies too long to be copied; they are transferred. */
  readonly longBodies: readonly Uint8Array<ArrayBuffer>[];
  /** The options that occur, each once: requests with the same query string share theirs. */
  readonly options: readonly StatementOptions[];
}

/** Request id, endpoint, format, place of the options, slot and key of the cell, place of a long body or -1, start, end. */
const headLength = 9;
const endpoints = ["execute", "query", "request", "load", "analyse"] as const;
const formats = ["json", "text"] as const;
/** From here on moving a buffer costs less than copying it. */
const longBodyBytes = 64 * 1024;

/** Packs requests. Bodies of `transfer` must go along with the message, and are gone here then. */
export function packRequests(requests: readonly StatementRequest[]): {
  readonly packed: PackedRequests;
  readonly transfer: readonly ArrayBuffer[];
} {
  const heads = new Float64Array(requests.length * headLength);
  const longBodies: Uint8Array<ArrayBuffer>[] = [];
  const options: StatementOptions[] = [];
  let byteLength = 0;
  for (const { body } of requests) if (body.length < longBodyBytes) byteLength += body.length;
  const bytes = new Uint8Array(byteLength);
  let head = 0;
  let end = 0;
  for (const request of requests) {
    const { body, cell } = request;
    let place = options.indexOf(request.options);
    if (place < 0) place = options.push(request.options) - 1;
    heads[head] = request.id;
    heads[head + 1] = endpoints.indexOf(request.endpoint);
    heads[head + 2] = formats.indexOf(request.format);
    heads[head + 3] = place;
    heads[head + 4] = cell.slot;
    heads[head + 5] = cell.key;
    if (body.length < longBodyBytes) {
      bytes.set(body, end);
      heads[head + 6] = -1;
      heads[head + 7] = end;
      end += body.length;
      heads[head + 8] = end;
    } else {
      heads[head + 6] = longBodies.push(body) - 1;
    }
    head += headLength;
  }
  return { packed: { heads, bytes, longBodies, options }, transfer: longBodies.map((body) => body.buffer) };
}

/** The requests again; small bodies are views of the packed buffer. */
export function unpackRequests({ heads, bytes, longBodies, options }: PackedRequests): readonly StatementRequest[] {
  assert(heads.length % headLength === 0, "packed requests have whole heads");
  const requests: StatementRequest[] = [];
  for (let head = 0; head < heads.length; head += headLength) {
    const number = (offset: number): number => heads[head + offset] ?? -1;
    const long = number(6);
    requests.push({
      id: requestId(number(0)),
      endpoint: present(endpoints[number(1)], "a packed request has an endpoint"),
      format: present(formats[number(2)], "a packed request has a format"),
      body: long < 0 ? bytes.subarray(number(7), number(8)) : present(longBodies[long], "a long body came along"),
      options: present(options[number(3)], "a packed request has options"),
      cell: { slot: number(4), key: number(5) },
    });
  }
  return requests;
}

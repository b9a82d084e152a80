import { done, failed, type Outcome } from "../base/mod.ts";

const version = 1;
const at = { version: 0, nameBytes: 2, pageSize: 4, pageCount: 8, checksum: 16, name: 24 } as const;

/** The body of an `image` entry: from here on the database is this file of the data folder. */
export interface ImageBody {
  readonly file: string;
  readonly pageSize: number;
  readonly pageCount: number;
  /** The rolling checksum of the image. */
  readonly checksum: bigint;
}

/** A whole body. */
export function encodeImageBody(image: ImageBody): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(image.file);
  const body = new Uint8Array(at.name + name.length);
  const view = new DataView(body.buffer);
  view.setUint16(at.version, version, true);
  view.setUint16(at.nameBytes, name.length, true);
  view.setUint32(at.pageSize, image.pageSize, true);
  view.setUint32(at.pageCount, image.pageCount, true);
  view.setBigUint64(at.checksum, image.checksum, true);
  body.set(name, at.name);
  return body;
}

/** Reads a body whose checksum has been verified. */
export function decodeImageBody(body: Uint8Array): Outcome<ImageBody> {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  if (body.length < at.name || view.getUint16(at.version, true) !== version)
    return failed("an image entry of a newer version");
  const nameEnd = at.name + view.getUint16(at.nameBytes, true);
  if (nameEnd > body.length) return failed("an image entry that is cut short");
  return done({
    file: new TextDecoder().decode(body.subarray(at.name, nameEnd)),
    pageSize: view.getUint32(at.pageSize, true),
    pageCount: view.getUint32(at.pageCount, true),
    checksum: view.getBigUint64(at.checksum, true),
  });
}

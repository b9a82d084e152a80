import { done, failed, type Outcome } from "../base/mod.ts";

/** What the first 100 bytes of a SQLite file say of it (SQLite: Database File Format, §1.3). */
export interface DatabaseHeader {
  readonly pageSize: number;
  /** Pages by the header; null where an old SQLite wrote it and only the file's size tells. */
  readonly pageCount: number | null;
}

export const databaseHeaderBytes = 100;

const magic = "SQLite format 3\0";
const at = {
  pageSize: 16,
  writeVersion: 18,
  readVersion: 19,
  reservedBytes: 20,
  payloadFractions: 21,
  changeCounter: 24,
  pageCount: 28,
  schemaFormat: 44,
  textEncoding: 56,
  versionValidFor: 92,
} as const;
const usableBytesMin = 480;

/** Reads and judges a header. The error says what is wrong with it, after "the file …". */
export function readDatabaseHeader(header: Uint8Array): Outcome<DatabaseHeader> {
  if (header.length < databaseHeaderBytes) return failed("is shorter than a database header");
  for (let position = 0; position < magic.length; position++) {
    if (header[position] !== magic.charCodeAt(position)) return failed("does not begin as a SQLite database does");
  }
  const view = new DataView(header.buffer, header.byteOffset, databaseHeaderBytes);
  const said = view.getUint16(at.pageSize);
  const pageSize = said === 1 ? 65_536 : said;
  if (pageSize < 512 || (pageSize & (pageSize - 1)) !== 0) return failed(`gives an impossible page size, ${said}`);
  if (pageSize - view.getUint8(at.reservedBytes) < usableBytesMin) return failed("reserves too much of every page");
  const versions = [view.getUint8(at.writeVersion), view.getUint8(at.readVersion)];
  if (!versions.every((version) => version === 1 || version === 2)) {
    return failed(`has file format versions ${versions.join(" and ")}, which no known SQLite writes`);
  }
  if (view.getUint8(at.payloadFractions) !== 64 || view.getUint16(at.payloadFractions + 1) !== 0x20_20) {
    return failed("has a damaged header, or is encrypted");
  }
  if (view.getUint32(at.schemaFormat) > 4) return failed("has a schema format that no known SQLite writes");
  if (view.getUint32(at.textEncoding) > 1) return failed("holds its text as UTF-16, only UTF-8 is supported");
  const pageCount = view.getUint32(at.pageCount);
  const isValid = pageCount > 0 && view.getUint32(at.changeCounter) === view.getUint32(at.versionValidFor);
  return done({ pageSize, pageCount: isValid ? pageCount : null });
}

/** Sets the two file format versions: 1 for a rollback journal, 2 for WAL. */
export function setJournalVersion(firstPage: Uint8Array, version: 1 | 2): void {
  firstPage[at.writeVersion] = version;
  firstPage[at.readVersion] = version;
}

/** The bytes at `journalVersionPosition` that make a file one with a rollback journal. */
export const rollbackJournalVersions: Uint8Array = Uint8Array.of(1, 1);
export const journalVersionPosition: number = at.writeVersion;

/** Page 1 of a database with nothing in it: what SQLite itself writes at the first change. */
export function emptyFirstPage(pageSize: number): Uint8Array<ArrayBuffer> {
  const page = new Uint8Array(pageSize);
  const view = new DataView(page.buffer);
  for (let position = 0; position < magic.length; position++) page[position] = magic.charCodeAt(position);
  view.setUint16(at.pageSize, pageSize === 65_536 ? 1 : pageSize);
  setJournalVersion(page, 1);
  page.set([64, 32, 32], at.payloadFractions);
  view.setUint32(at.pageCount, 1);
  // An empty leaf of a table b-tree: `sqlite_schema`.
  page[databaseHeaderBytes] = 13;
  view.setUint16(databaseHeaderBytes + 5, pageSize === 65_536 ? 0 : pageSize);
  return page;
}

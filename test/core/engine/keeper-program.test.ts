import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createHasher, requestId } from "../../../src/core/base/mod.ts";
import { emptyFirstPage, setJournalVersion } from "../../../src/core/engine/database-header.ts";
import {
  type Cell,
  createCells,
  type FromKeeper,
  queueCell,
  reclaimCell,
  type ToKeeper,
} from "../../../src/core/engine/mod.ts";
import { databaseChecksum } from "../../../src/core/pages/mod.ts";
import type { Files } from "../../../src/core/ports/mod.ts";
import { FaultyFiles } from "../../sim/faulty-files.ts";
import { MemoryStore } from "../sqlite/memory-store.ts";
import { sqlite } from "./group-fixture.ts";
import { makeImage } from "./image-fixture.ts";
import { WorkerDouble, wasm } from "./worker-double.ts";

const cells = createCells();
const cell: Cell = { slot: 0, key: 1 };
let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "quolite-keeper-"));
  queueCell(cells, cell);
});
afterEach(() => rmSync(folder, { recursive: true }));

const startKeeper = (files?: Files): WorkerDouble<ToKeeper, FromKeeper> =>
  new WorkerDouble("keeper", { folder, cells, wasm }, files);

let lastId = 0;
async function upload(keeper: WorkerDouble<ToKeeper, FromKeeper>, image: Uint8Array, chunkBytes = 10_000) {
  const id = requestId(++lastId);
  keeper.post({ type: "upload-begin", id });
  for (let from = 0; from < image.length; from += chunkBytes) {
    keeper.post({ type: "upload-chunk", id, bytes: image.slice(from, from + chunkBytes) });
    await keeper.next("upload-credit");
  }
  keeper.post({ type: "upload-end", id, cell });
  return id;
}

describe("uploads", () => {
  test.each([512, 1024, 4096, 16_384, 65_536])("a sound file with pages of %i bytes", async (pageSize) => {
    const image = makeImage(await sqlite(), pageSize);
    const keeper = startKeeper();
    const id = await upload(keeper, image);
    const checked = await keeper.next("upload-checked");
    const hasher = await createHasher();
    expect(checked).toEqual({
      type: "upload-checked",
      id,
      image: {
        file: "image-1.sqlite",
        pageSize,
        pageCount: image.length / pageSize,
        checksum: databaseChecksum(hasher, new MemoryStore(pageSize, image)),
      },
    });
    expect(readdirSync(folder)).toEqual(["image-1.sqlite"]);
    expect(Buffer.compare(readFileSync(join(folder, "image-1.sqlite")), image)).toBe(0);
    keeper.post({ type: "image-drop", file: "image-1.sqlite" });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a WAL-mode file becomes one with a rollback journal; images get names of their own", async () => {
    const image = makeImage(await sqlite());
    writeFileSync(join(folder, "image-6.sqlite"), "");
    setJournalVersion(image, 2);
    const keeper = startKeeper();
    await upload(keeper, image);
    expect((await keeper.next("upload-checked")).image.file).toBe("image-7.sqlite");
    expect([...readFileSync(join(folder, "image-7.sqlite")).subarray(18, 20)]).toEqual([1, 1]);
  });

  test("an empty database, and one with pages behind its end, as SQLite leaves them", async () => {
    const keeper = startKeeper();
    await upload(keeper, emptyFirstPage(4096));
    expect((await keeper.next("upload-checked")).image.pageCount).toBe(1);
    const image = makeImage(await sqlite());
    const longer = new Uint8Array(image.length + 3 * 4096);
    longer.set(image);
    queueCell(cells, cell);
    await upload(keeper, longer);
    const { file, pageCount } = (await keeper.next("upload-checked")).image;
    expect(pageCount).toBe(image.length / 4096);
    expect(statSync(join(folder, file)).size).toBe(image.length);
  });

  test("a row that breaks a CHECK is its owner's business", async () => {
    const instance = await sqlite();
    const store = new MemoryStore(4096, makeImage(instance));
    const writer = instance.openWriter(store, { foreignKeys: false });
    writer.run("PRAGMA ignore_check_constraints=1");
    writer.run("INSERT INTO rowless VALUES('z', 99)");
    writer.close();
    const keeper = startKeeper();
    await upload(keeper, store.image());
    await keeper.next("upload-checked");
  });

  const broken: readonly (readonly [string, (image: Uint8Array) => Uint8Array, RegExp])[] = [
    ["no SQLite file", () => new TextEncoder().encode("Hello, world! ".repeat(100)), /does not begin as a SQLite/],
    ["an empty file", () => new Uint8Array(0), /shorter than a database header/],
    ["a truncated file", (image) => image.subarray(0, image.length - 4096), /truncated/],
    ["a file cut inside a page", (image) => image.subarray(0, image.length - 1000), /truncated/],
    ["zeros over a page", (image) => image.fill(0, 8192, 12_288), /./],
    ["noise over a page", (image) => image.fill(0xa7, 4096 * 5, 4096 * 6), /./],
    ["a good header over nothing", (image) => image.fill(0, 4096), /./],
    ["a good header over noise", (image) => image.fill(0x5b, 100), /./],
  ];
  test.each(broken)("refused, with nothing left: %s", async (_name, damage, reason) => {
    const image = damage(makeImage(await sqlite()));
    const keeper = startKeeper();
    const id = await upload(keeper, image);
    const refused = await keeper.next("upload-refused");
    expect(refused).toMatchObject({ id, kind: "unsound", reason: expect.stringMatching(reason) });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("any one page damaged: refused", async () => {
    const image = makeImage(await sqlite(), 1024, 60);
    const keeper = startKeeper();
    for (let page = 0; page < image.length / 1024; page++) {
      queueCell(cells, cell);
      await upload(keeper, image.slice().fill(0xee, page * 1024, page * 1024 + 1024), image.length);
      await keeper.next("upload-refused");
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a request that is taken back, or stopped, is not checked", async () => {
    const keeper = startKeeper();
    reclaimCell(cells, cell);
    await upload(keeper, makeImage(await sqlite()));
    expect((await keeper.next("upload-refused")).kind).toBe("stopped");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("dropped half-way: nothing is left, later chunks do nothing", async () => {
    const keeper = startKeeper();
    const id = requestId(++lastId);
    keeper.post({ type: "upload-begin", id });
    keeper.post({ type: "upload-chunk", id, bytes: new Uint8Array(100) });
    await keeper.next("upload-credit");
    expect(readdirSync(folder)).toEqual([`upload-${id}.tmp`]);
    keeper.post({ type: "upload-drop", id });
    keeper.post({ type: "upload-chunk", id, bytes: new Uint8Array(100) });
    keeper.post({ type: "upload-end", id, cell });
    await keeper.next("upload-credit");
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a full disk refuses the upload, a spare, and no more", async () => {
    const disk = new FaultyFiles();
    disk.roomBytes = 1000;
    const keeper = startKeeper(disk);
    const id = requestId(++lastId);
    keeper.post({ type: "upload-begin", id });
    keeper.post({ type: "upload-chunk", id, bytes: new Uint8Array(2000) });
    expect(await keeper.next("upload-refused")).toMatchObject({ id, kind: "no-room" });
    keeper.post({ type: "make-spare", path: `${folder}/log/spare-1`, sizeBytes: 4096 });
    expect(await keeper.next("spare-failed")).toMatchObject({ path: `${folder}/log/spare-1` });
    expect(disk.list(folder)).toEqual([]);
    expect(disk.list(`${folder}/log`)).toEqual([]);
    keeper.post({ type: "make-spare", path: `${folder}/log/spare-2`, sizeBytes: 512 });
    await keeper.next("spare-made");
  });

  test("a disk that breaks ends the thread, once", async () => {
    const disk = new FaultyFiles();
    const keeper = startKeeper(disk);
    keeper.post({ type: "upload-begin", id: requestId(++lastId) });
    keeper.post({ type: "measure", ticket: 1 });
    await keeper.next("measured");
    disk.failAt = disk.calls + 1;
    keeper.post({ type: "upload-chunk", id: requestId(lastId), bytes: new Uint8Array(10) });
    expect((await keeper.next("failed")).reason).toMatch(/^EIO/);
    keeper.post({ type: "measure", ticket: 2 });
    expect(keeper.takeAll()).toEqual([]);
  });
});

test("measures the data folder", async () => {
  mkdirSync(join(folder, "log"));
  for (const [name, text] of [
    ["db.sqlite", "four"],
    ["checkpoint", "x"],
    ["log/0000000000000001.log", "seven.."],
  ] as const) {
    writeFileSync(join(folder, name), text);
  }
  const keeper = startKeeper();
  keeper.post({ type: "measure", ticket: 5 });
  expect(await keeper.next("measured")).toMatchObject({
    ticket: 5,
    sizes: { folderBytes: 12, databaseBytes: 4, logBytes: 7 },
  });
});

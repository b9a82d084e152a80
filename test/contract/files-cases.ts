import { strict as assert } from "node:assert";
import { join } from "node:path";
import { FileError, type FileHandle, type Files } from "../../src/core/ports/mod.ts";
import type { Cases } from "./verdicts.ts";

const pattern = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 7 + seed) % 251);

function readBack(handle: FileHandle, length: number, position: number): Uint8Array {
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, handle.readAt(bytes, position));
}

function failsWith(code: string, run: () => unknown): void {
  assert.throws(run, (error: unknown) => {
    assert.ok(error instanceof FileError, `a FileError, not ${error}`);
    assert.equal(error.code, code, error.message);
    return true;
  });
}

export const filesCases = (files: Files, folder: string): Cases => ({
  "bytes are read where they were written, by position": () => {
    const handle = files.open(join(folder, "positions"), "create");
    handle.writeAt(pattern(5000, 1), 0);
    handle.writeAt(pattern(100, 2), 4097);
    handle.writeAt(pattern(10, 3), 20_000);
    assert.equal(handle.sizeBytes(), 20_010);
    assert.deepEqual(readBack(handle, 100, 4097), pattern(100, 2));
    assert.deepEqual(readBack(handle, 4097, 0), pattern(4097, 1));
    assert.deepEqual(readBack(handle, 10, 20_000), pattern(10, 3));
    assert.ok(
      readBack(handle, 1000, 10_000).every((byte) => byte === 0),
      "a gap is zeros",
    );
    handle.close();
  },
  "a read is short only at the file's end": () => {
    const handle = files.open(join(folder, "short"), "create");
    handle.writeAt(pattern(100, 1), 0);
    assert.equal(handle.readAt(new Uint8Array(64), 80), 20);
    assert.equal(handle.readAt(new Uint8Array(64), 100), 0);
    assert.equal(handle.readAt(new Uint8Array(64), 1e9), 0);
    assert.equal(handle.readAt(new Uint8Array(0), 0), 0);
    handle.writeAt(new Uint8Array(0), 500);
    assert.equal(handle.sizeBytes(), 100);
    handle.close();
  },
  "views into bigger buffers, shared ones too, keep their borders": () => {
    const handle = files.open(join(folder, "views"), "create");
    const whole = pattern(300, 5);
    handle.writeAt(whole.subarray(100, 200), 0);
    assert.equal(handle.sizeBytes(), 100);
    for (const buffer of [new ArrayBuffer(300), new SharedArrayBuffer(300)]) {
      const into = new Uint8Array(buffer);
      assert.equal(handle.readAt(into.subarray(100, 200), 0), 100);
      assert.deepEqual(into.slice(100, 200), whole.slice(100, 200));
      assert.ok(into.subarray(0, 100).every((byte) => byte === 0) && into.subarray(200).every((byte) => byte === 0));
    }
    handle.close();
  },
  "eight megabytes in one call, and positions beyond 4 GiB": () => {
    const handle = files.open(join(folder, "big"), "create");
    const bytes = pattern(8 * 1024 * 1024, 9);
    handle.writeAt(bytes, 3);
    assert.ok(Buffer.compare(readBack(handle, bytes.length, 3), bytes) === 0);
    const far = 5_000_000_123;
    handle.writeAt(pattern(20, 4), far);
    assert.equal(handle.sizeBytes(), far + 20);
    assert.deepEqual(readBack(handle, 30, far), pattern(20, 4));
    handle.truncate(0);
    handle.close();
  },
  "truncate shrinks, and grows with zeros": () => {
    const handle = files.open(join(folder, "truncate"), "create");
    handle.writeAt(pattern(100, 1), 0);
    handle.truncate(40);
    assert.equal(handle.sizeBytes(), 40);
    handle.truncate(80);
    assert.deepEqual(readBack(handle, 200, 0), Uint8Array.from([...pattern(40, 1), ...new Uint8Array(40)]));
    handle.close();
  },
  "modes: read must exist and can't write, write must exist, create keeps what is there": () => {
    const path = join(folder, "modes");
    failsWith("ENOENT", () => files.open(path, "read"));
    failsWith("ENOENT", () => files.open(path, "write"));
    const made = files.open(path, "create");
    made.writeAt(pattern(10, 1), 0);
    made.close();
    const again = files.open(path, "create");
    assert.equal(again.sizeBytes(), 10);
    again.close();
    const reading = files.open(path, "read");
    failsWith("EBADF", () => reading.writeAt(pattern(1, 1), 0));
    assert.equal(reading.readAt(new Uint8Array(10), 0), 10);
    reading.close();
    const writing = files.open(path, "write");
    writing.writeAt(pattern(5, 2), 5);
    assert.equal(writing.sizeBytes(), 10);
    writing.close();
    failsWith("ENOENT", () => files.open(join(folder, "no", "such"), "create"));
  },
  "what is written through one handle is seen through another": () => {
    const path = join(folder, "two");
    const writing = files.open(path, "create");
    const reading = files.open(path, "read");
    writing.writeAt(pattern(50, 6), 0);
    assert.deepEqual(readBack(reading, 50, 0), pattern(50, 6));
    writing.dataSync();
    writing.close();
    reading.close();
  },
  "a full disk is ENOSPC": () => {
    if (!files.exists("/dev/full")) return;
    const handle = files.open("/dev/full", "write");
    failsWith("ENOSPC", () => handle.writeAt(pattern(4096, 1), 0));
    handle.close();
  },
  "a closed handle's calls fail": () => {
    const handle = files.open(join(folder, "closed"), "create");
    handle.close();
    failsWith("EBADF", () => handle.dataSync());
    failsWith("EBADF", () => handle.writeAt(pattern(1, 1), 0));
    failsWith("EBADF", () => handle.readAt(new Uint8Array(1), 0));
  },
  "rename replaces, remove removes, list is sorted and names files only": () => {
    const home = join(folder, "home", "deep");
    files.makeFolder(home);
    files.makeFolder(home);
    for (const name of ["b", "a", "c"]) files.open(join(home, name), "create").close();
    files.makeFolder(join(home, "folder"));
    assert.deepEqual(files.list(home), ["a", "b", "c"]);
    files.rename(join(home, "a"), join(home, "c"));
    files.remove(join(home, "b"));
    files.remove(join(home, "b"));
    assert.deepEqual(files.list(home), ["c"]);
    assert.deepEqual(files.list(join(home, "none")), []);
    failsWith("ENOENT", () => files.rename(join(home, "none"), join(home, "d")));
    files.syncFolder(home);
    failsWith("ENOENT", () => files.syncFolder(join(home, "none")));
    failsWith("EEXIST", () => files.makeFolder(join(home, "c")));
    if (files.exists("/proc/self")) failsWith("ENOENT", () => files.makeFolder("/proc/none/deep"));
  },
  "exists and the time of the last change": () => {
    const path = join(folder, "time");
    assert.equal(files.exists(path), false);
    assert.equal(files.modifiedMs(path), 0);
    files.open(path, "create").close();
    assert.equal(files.exists(path), true);
    assert.ok(files.exists(folder));
    assert.ok(Math.abs(files.modifiedMs(path) - Date.now()) < 10_000);
  },
});

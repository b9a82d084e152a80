import { assert } from "../base/mod.ts";
import type { SnapshotStore, SqlitePorts, WritablePageStore } from "./api.ts";
import { OpenFlag, ResultCode } from "./codes.ts";
import type { Heap, WasmInstance } from "./heap.ts";
import { ReaderFile, WriterFile } from "./page-file.ts";
import { ScratchBudget, ScratchFile } from "./scratch-file.ts";
import type { VfsFile } from "./vfs-file.ts";

/** Layout of the C structures on 32 bits: a pointer or int each, in the order of sqlite3.h. */
const vfsFields = 22;
const methodFields = 13;
/** `sqlite3_file`: pointer to the methods, then our number of the file. */
const fileBytes = 8;
const fileNumberAt = 4;
const pathBytesMax = 64;
const scratchBytesMaxDefault = 1024 * 1024 * 1024;
/** `SQLITE_IOCAP_POWERSAFE_OVERWRITE`: pages next to a written one are safe, so journal no neighbours. */
const characteristics = 0x1000;
const sectorBytes = 4096;
/** Julian day of the Unix epoch, in ms. */
const julianEpochMs = 210_866_760_000_000;
const dayMs = 86_400_000;
const scratchFlags =
  OpenFlag.temporaryDatabase | OpenFlag.transientDatabase | OpenFlag.temporaryJournal | OpenFlag.subJournal;

/**
 * The default VFS of an instance, so that SQLite's clock and dice are ours too. A database file is a page store that was
 * announced under a name; temporary files live in memory; nothing else opens.
 */
export class Vfs {
  readonly #heap: Heap;
  readonly #ports: SqlitePorts;
  readonly #announced = new Map<string, VfsFile>();
  readonly #files: (VfsFile | undefined)[] = [];
  readonly #free: number[] = [];
  readonly #methods: number;
  readonly #scratch: ScratchBudget;
  #names = 0;

  constructor(heap: Heap, instance: WasmInstance, ports: SqlitePorts) {
    this.#heap = heap;
    this.#ports = ports;
    this.#scratch = new ScratchBudget(ports.scratchBytesMax ?? scratchBytesMaxDefault);
    this.#methods = this.#makeMethods(instance);
    this.#register(instance);
  }

  /** Names a store; the name opens it once. */
  announceWriter(store: WritablePageStore): string {
    return this.#announce(new WriterFile(this.#heap, store));
  }

  /** Names a store; the name opens it once. */
  announceReader(store: SnapshotStore): string {
    return this.#announce(new ReaderFile(this.#heap, store));
  }

  #announce(file: VfsFile): string {
    this.#names += 1;
    const name = `database-${this.#names}`;
    this.#announced.set(name, file);
    return name;
  }

  #open(namePointer: number, flags: number): VfsFile | null {
    if ((flags & scratchFlags) !== 0) return new ScratchFile(this.#heap, this.#scratch);
    if ((flags & OpenFlag.mainDatabase) === 0 || namePointer === 0) return null;
    const name = this.#heap.string(namePointer);
    const file = this.#announced.get(name);
    if (file === undefined) return null;
    this.#announced.delete(name);
    return file;
  }

  #file(pointer: number): VfsFile {
    const file = this.#files[this.#heap.word(pointer + fileNumberAt)];
    assert(file !== undefined, "SQLite uses only files that it has opened");
    return file;
  }

  #makeMethods(instance: WasmInstance): number {
    const heap = this.#heap;
    const guarded = (code: number, run: () => number): number => {
      try {
        return run();
      } catch (error) {
        return heap.caught(error, code);
      }
    };
    const close = (pointer: number): number =>
      guarded(ResultCode.ioErrorClose, () => {
        const number = heap.word(pointer + fileNumberAt);
        const file = this.#file(pointer);
        this.#files[number] = undefined;
        this.#free.push(number);
        heap.setWord(pointer, 0);
        file.close();
        return ResultCode.ok;
      });
    // Reading and writing are the hot ones: no closure is made for them.
    const read = (pointer: number, into: number, length: number, offset: bigint): number => {
      try {
        return this.#file(pointer).read(into, length, Number(offset));
      } catch (error) {
        return heap.caught(error, ResultCode.ioErrorRead);
      }
    };
    const write = (pointer: number, from: number, length: number, offset: bigint): number => {
      try {
        if (heap.broken) return ResultCode.ioErrorWrite;
        return this.#file(pointer).write(from, length, Number(offset));
      } catch (error) {
        return heap.caught(error, ResultCode.ioErrorWrite);
      }
    };
    const truncate = (pointer: number, size: bigint): number =>
      guarded(ResultCode.ioErrorTruncate, () =>
        heap.broken ? ResultCode.ioErrorTruncate : this.#file(pointer).truncate(Number(size)),
      );
    const sync = (): number => ResultCode.ok;
    const fileSize = (pointer: number, size: number): number =>
      guarded(ResultCode.ioErrorFileSize, () => {
        heap.setInt64(size, BigInt(this.#file(pointer).sizeBytes()));
        return ResultCode.ok;
      });
    const lock = (pointer: number, level: number): number =>
      guarded(ResultCode.ioErrorLock, () => {
        this.#file(pointer).lock(level);
        return ResultCode.ok;
      });
    const unlock = (pointer: number, level: number): number =>
      guarded(ResultCode.ioErrorUnlock, () => {
        this.#file(pointer).unlock(level);
        return ResultCode.ok;
      });
    const checkReservedLock = (_pointer: number, held: number): number => {
      heap.setWord(held, 0);
      return ResultCode.ok;
    };
    const methods = [
      instance.installFunction("i(p)", close),
      instance.installFunction("i(ppij)", read),
      instance.installFunction("i(ppij)", write),
      instance.installFunction("i(pj)", truncate),
      instance.installFunction("i(pi)", sync),
      instance.installFunction("i(pp)", fileSize),
      instance.installFunction("i(pi)", lock),
      instance.installFunction("i(pi)", unlock),
      instance.installFunction("i(pp)", checkReservedLock),
      instance.installFunction("i(pip)", () => ResultCode.notFound),
      instance.installFunction("i(p)", () => sectorBytes),
      instance.installFunction("i(p)", () => characteristics),
    ];
    const version = 1; // no shared memory: no WAL
    return this.#structure(methodFields, [version, ...methods]);
  }

  #register(instance: WasmInstance): void {
    const heap = this.#heap;
    const open = (_vfs: number, name: number, pointer: number, flags: number, flagsOut: number): number => {
      heap.setWord(pointer, 0);
      const file = this.#open(name, flags);
      if (file === null) return ResultCode.cantOpen;
      const number = this.#free.pop() ?? this.#files.length;
      this.#files[number] = file;
      heap.setWord(pointer, this.#methods);
      heap.setWord(pointer + fileNumberAt, number);
      if (flagsOut !== 0) heap.setWord(flagsOut, flags);
      return ResultCode.ok;
    };
    const access = (_vfs: number, _name: number, _flags: number, found: number): number => {
      heap.setWord(found, 0);
      return ResultCode.ok;
    };
    const fullPathname = (_vfs: number, name: number, length: number, into: number): number => {
      const text = heap.text(name);
      if (text.length >= length) return ResultCode.cantOpen;
      heap.bytes.set(text, into);
      heap.bytes[into + text.length] = 0;
      return ResultCode.ok;
    };
    const randomness = (_vfs: number, length: number, into: number): number => {
      this.#ports.entropy.fill(heap.view(into, length));
      return length;
    };
    const nowMs = (): number => Math.floor(this.#ports.clock.nowMs()) + julianEpochMs;
    const currentTime = (_vfs: number, days: number): number => {
      heap.setDouble(days, nowMs() / dayMs);
      return ResultCode.ok;
    };
    const currentTimeInt64 = (_vfs: number, ms: number): number => {
      heap.setInt64(ms, BigInt(nowMs()));
      return ResultCode.ok;
    };
    const version = 2; // with xCurrentTimeInt64
    const vfs = this.#structure(vfsFields, [
      version,
      fileBytes,
      pathBytesMax,
      0, // next
      heap.permanentString("quolite"),
      0, // application data
      instance.installFunction("i(pppip)", open),
      instance.installFunction("i(ppi)", () => ResultCode.ok), // delete: temporary files go when closed
      instance.installFunction("i(ppip)", access),
      instance.installFunction("i(ppip)", fullPathname),
      0, // no dynamic libraries
      0,
      0,
      0,
      instance.installFunction("i(pip)", randomness),
      instance.installFunction("i(pi)", () => ResultCode.ok), // sleep
      instance.installFunction("i(pp)", currentTime),
      instance.installFunction("i(pip)", () => ResultCode.ok), // last error
      instance.installFunction("i(pp)", currentTimeInt64),
    ]);
    const code = heap.exports.sqlite3_vfs_register(vfs, 1);
    assert(code === ResultCode.ok, `a VFS can be registered: ${code}`);
  }

  #structure(fields: number, values: readonly number[]): number {
    const pointer = this.#heap.allocate(fields * 4);
    assert(pointer !== 0, "WASM memory was just made");
    for (let field = 0; field < fields; field += 1) this.#heap.setWord(pointer + field * 4, values[field] ?? 0);
    return pointer;
  }
}

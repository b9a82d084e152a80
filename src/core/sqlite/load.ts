import { assert, present } from "../base/mod.ts";
import type { ConnectionOptions, SnapshotStore, SqlConnection, Sqlite, SqlitePorts, WritablePageStore } from "./api.ts";
import { DatabaseConfig, LimitId, OpenFlag, ResultCode } from "./codes.ts";
import { Connection, type Shared } from "./connection.ts";
import { Heap, Scratch, type WasmInstance } from "./heap.ts";
import { bindScratchBytes } from "./statement.ts";
import { Vfs } from "./vfs.ts";

/** `SQLITE_UTF8 | SQLITE_INNOCUOUS`, as the built-in functions have it. */
const functionFlags = 0x20_0001;
/** The longest string, blob or row. */
const valueBytesMax = 256 * 1024 * 1024;
/** Each `%` is a level of recursion; the stacks of the runtimes' workers overflow at 5000 and more. */
const likePatternBytesMax = 2_000;
const writerCacheBytes = 64 * 1024 * 1024;
/**
 * The virtual tables that stay: what rqlite's build has too. The others show other requests' statements
 * (`sqlite_stmt`), raw pages (`sqlite_dbpage`) or the VM's programs.
 */
const modules = ["fts5", "fts5vocab", "rtree", "rtree_i32", "dbstat"];

/**
 * C's stack in WASM memory. The build's own has half a megabyte, with SQLite's data right below it: SQL that nests deeply
 * (triggers that fire triggers) would write over that data without anybody noticing.
 */
const stackBytes = 16 * 1024 * 1024;
const stackAlignment = 16;

/** Of what the package gives the WASM, the memory. A type and not an interface: the web's own types want an index. */
type StartImports = { readonly env: { readonly memory: WebAssembly.Memory } };

/** What the package's start takes; its types don't say. */
interface StartOptions {
  instantiateWasm(imports: StartImports, started: (instance: object, module: object) => void): object;
  print(text: string): void;
  printErr(text: string): void;
}

/**
 * Starts SQLite from its WASM: a `WebAssembly.Module` or its bytes (`Uint8Array`). Nothing is fetched or read from
 * disk. Rejects when the WASM is neither or doesn't start. One instance serves one thread.
 */
export async function loadSqlite(wasm: unknown, ports: SqlitePorts): Promise<Sqlite> {
  return new Instance(await start(wasm), ports);
}

/** Half a megabyte of source that only threads with a database need. */
const loadPackage = () => import("@sqlite.org/sqlite-wasm");

/** Loads what `loadSqlite` will need, for a thread that has nothing else to do yet. */
export async function prepareSqlite(): Promise<void> {
  await loadPackage();
}

async function start(wasm: unknown): Promise<WasmInstance> {
  const module = wasm instanceof Uint8Array ? await WebAssembly.compile(new Uint8Array(wasm)) : wasm;
  if (!(module instanceof WebAssembly.Module)) throw new TypeError("SQLite's WASM is a module or its bytes");
  const { default: startPackage } = await loadPackage();
  const startWith: (options: StartOptions) => ReturnType<typeof startPackage> = startPackage;
  return new Promise((resolve, reject) => {
    let memory: WebAssembly.Memory | null = null;
    startWith({
      instantiateWasm(imports, started) {
        memory = imports.env.memory;
        WebAssembly.instantiate(module, imports).then((instance) => started(instance, module), reject);
        return {};
      },
      print: () => {},
      printErr: () => {},
    }).then(({ wasm }) => {
      resolve({
        exports: wasm.exports,
        memory: present(memory, "the package asks for the instance before it is ready"),
        installFunction: (signature, callback) => wasm.installFunction(signature, callback),
      });
    }, reject);
  });
}

class Instance implements Sqlite {
  readonly version: string;
  readonly compileOptions: readonly string[];
  readonly #heap: Heap;
  readonly #vfs: Vfs;
  readonly #shared: Shared;
  readonly #modules: number;
  /** SQL's `changes()`, which must say what `restoreCounters` was told. */
  readonly #changesFunction: number;
  readonly #changesName: number;
  readonly #connections: (Connection | null)[] = [];

  constructor(instance: WasmInstance, ports: SqlitePorts) {
    const heap = new Heap(instance);
    this.#heap = heap;
    this.#moveStack();
    this.#vfs = new Vfs(heap, instance, ports);
    this.#modules = this.#moduleList();
    this.#changesName = heap.permanentString("changes");
    this.#changesFunction = instance.installFunction("v(pip)", (context: number): void =>
      heap.exports.sqlite3_result_int(context, this.#connection(heap.exports.sqlite3_user_data(context)).changes()),
    );
    this.#shared = {
      heap,
      bindScratch: new Scratch(heap, bindScratchBytes),
      outPointer: heap.allocate(8),
      freeFunction: instance.installFunction("v(p)", (pointer: number) => heap.exports.sqlite3_free(pointer)),
      authorizerFunction: instance.installFunction(
        "i(pipppp)",
        (number: number, action: number, first: number, second: number, database: number): number =>
          this.#connection(number).authorize(action, first, second, database) ? 0 : 1,
      ),
      progressFunction: instance.installFunction("i(p)", (number: number): number => {
        try {
          return this.#connection(number).isDue() ? 1 : 0;
        } catch (error) {
          return heap.caught(error, 1);
        }
      }),
      closed: (connection) => {
        this.#connections[this.#connections.indexOf(connection)] = null;
      },
    };
    this.version = heap.string(heap.exports.sqlite3_libversion());
    const options: string[] = [];
    for (let at = 0; ; at += 1) {
      const option = heap.exports.sqlite3_compileoption_get(at);
      if (option === 0) break;
      options.push(heap.string(option));
    }
    this.compileOptions = options;
  }

  openWriter(store: WritablePageStore, options: ConnectionOptions): SqlConnection {
    const flags = OpenFlag.readWrite | OpenFlag.create;
    const connection = this.#open(this.#vfs.announceWriter(store), flags, true, options);
    // The size holds only where there are no pages yet; otherwise the file says.
    this.#set(connection, `PRAGMA page_size=${store.pageSize}`);
    this.#set(connection, "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE");
    this.#setCache(connection, options.cacheBytes ?? writerCacheBytes);
    return connection;
  }

  openReader(store: SnapshotStore, options: ConnectionOptions): SqlConnection {
    const connection = this.#open(this.#vfs.announceReader(store), OpenFlag.readOnly, false, options);
    this.#set(connection, "PRAGMA query_only=1");
    if (options.cacheBytes !== undefined) this.#setCache(connection, options.cacheBytes);
    return connection;
  }

  #setCache(connection: Connection, bytes: number): void {
    this.#set(connection, `PRAGMA cache_size=-${Math.ceil(bytes / 1024)}`);
  }

  #open(name: string, flags: number, writes: boolean, options: ConnectionOptions): Connection {
    const heap = this.#heap;
    const { exports } = heap;
    const { outPointer } = this.#shared;
    const bytes = new TextEncoder().encode(`${name}\0`);
    const namePointer = this.#shared.bindScratch.take(bytes.length);
    heap.bytes.set(bytes, namePointer);
    const code = exports.sqlite3_open_v2(namePointer, outPointer, flags, 0);
    const database = heap.word(outPointer);
    if (code !== ResultCode.ok) {
      exports.sqlite3_close_v2(database);
      heap.rethrow();
      throw new Error(`opening a database: ${heap.string(exports.sqlite3_errstr(code))}`);
    }
    const free = this.#connections.indexOf(null);
    const number = free === -1 ? this.#connections.length : free;
    const connection = new Connection(this.#shared, database, number, writes, options);
    this.#connections[number] = connection;
    exports.sqlite3_extended_result_codes(database, 1);
    const config = (option: number, value: number): void => {
      const result = exports.sqlite3__wasm_db_config_ip(database, option, value, 0);
      assert(result === ResultCode.ok, `SQLite has the option ${option}: ${result}`);
    };
    config(DatabaseConfig.dqsInDml, 1);
    config(DatabaseConfig.dqsInDdl, 1);
    config(DatabaseConfig.defensive, 1);
    config(DatabaseConfig.foreignKeys, options.foreignKeys ? 1 : 0);
    exports.sqlite3_limit(database, LimitId.length, valueBytesMax);
    exports.sqlite3_limit(database, LimitId.likePatternLength, likePatternBytesMax);
    exports.sqlite3_limit(database, LimitId.attached, 1); // for VACUUM
    exports.sqlite3_drop_modules(database, this.#modules);
    exports.sqlite3_set_authorizer(database, this.#shared.authorizerFunction, number);
    const overridden = exports.sqlite3_create_function_v2(
      database,
      this.#changesName,
      0,
      functionFlags,
      number,
      this.#changesFunction,
      0,
      0,
      0,
    );
    assert(overridden === ResultCode.ok, `SQL's changes() can be ours: ${overridden}`);
    // Through the VFS, which bounds what temporary files hold, instead of in WASM memory, which never shrinks.
    this.#set(connection, "PRAGMA temp_store=FILE");
    return connection;
  }

  #set(connection: Connection, sql: string): void {
    try {
      const result = connection.run(sql);
      if (!result.ok) throw new Error(`opening a database: ${result.error.message}`);
    } catch (error) {
      connection.close();
      throw error;
    }
  }

  #moveStack(): void {
    const { exports } = this.#heap;
    const bottom = this.#heap.allocate(stackBytes);
    assert(bottom !== 0, "WASM memory was just made");
    exports._emscripten_stack_restore((bottom + stackBytes) & -stackAlignment);
  }

  #moduleList(): number {
    const list = this.#heap.allocate((modules.length + 1) * 4);
    for (const [at, module] of modules.entries()) {
      this.#heap.setWord(list + at * 4, this.#heap.permanentString(module));
    }
    this.#heap.setWord(list + modules.length * 4, 0);
    return list;
  }

  #connection(number: number): Connection {
    const connection = this.#connections[number];
    assert(connection !== undefined && connection !== null, "SQLite calls back for open connections only");
    return connection;
  }
}

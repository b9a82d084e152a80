import { AssertionError, createHasher, done, type Outcome } from "../base/mod.ts";
import { type Clock, type Entropy, FileError, type Files, type WorkerScope } from "../ports/mod.ts";
import type { Sqlite } from "../sqlite/mod.ts";
import type { EngineData, FromEngine, ToEngine } from "./engine-messages.ts";
import { failureText } from "./failure-text.ts";
import type { FromKeeper, KeeperData, ToKeeper } from "./keeper-messages.ts";
import type { FromReader, ReaderData, ToReader } from "./reader-messages.ts";

/** What the storage threads' programs need of the world. */
export interface WorkerPorts {
  readonly files: Files;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

type FromWorker = FromEngine | FromReader | FromKeeper;
type Post = (message: FromWorker, transfer?: readonly ArrayBuffer[]) => void;
/** Takes one message; what it throws, or rejects with, is final for the thread. */
type Receive = (message: unknown) => Promise<void> | undefined;

/**
 * The whole program of a storage thread. Whatever goes wrong beyond what its messages provide for is told once, as
 * `failed`, and from then on the thread does nothing more: it must not write after a failed write. Only a reader whose
 * SQLite breaks down ends by throwing: it is replaced, and the node goes on.
 */
export function runWorker(scope: WorkerScope, ports: WorkerPorts): void {
  let hasFailed = false;
  const fail = (reason: string): void => {
    if (!hasFailed) scope.post({ type: "failed", reason } satisfies FromWorker);
    hasFailed = true;
  };
  const judge = (error: unknown): void => {
    const isFinal = error instanceof FileError || error instanceof AssertionError;
    if (scope.role === "reader" && !isFinal) throw error;
    fail(failureText(error));
  };
  const listen = (receive: Receive): void =>
    scope.onMessage((message) => {
      if (hasFailed) return;
      try {
        receive(message)?.catch(judge);
      } catch (error) {
        judge(error);
      }
    });
  start(scope, ports, (message, transfer) => scope.post(message, transfer)).then((started) => {
    if (started.ok) listen(started.value);
    else fail(started.error);
  }, judge);
}

/** Loads what the engine needs: for a thread that was started before there was anything for it to do. */
export function prepareWorker(): void {
  const sqlite = import("../sqlite/mod.ts").then((room) => room.prepareSqlite());
  // Who needs what can't be had will hear why.
  Promise.all([sqlite, import("./engine-program.ts"), import("./storage.ts")]).catch(() => undefined);
}

function start(scope: WorkerScope, ports: WorkerPorts, post: Post): Promise<Outcome<Receive>> {
  switch (scope.role) {
    case "engine":
      return startEngine(scope.data as EngineData, ports, post);
    case "reader":
      return startReader(scope.data as ReaderData, ports, post);
    case "keeper":
      return startKeeper(scope.data as KeeperData, ports, post);
  }
}

// Each thread loads its own program, and the main thread none of them, though it too comes in through this room's door.
const startSqlite = async (wasm: unknown, ports: WorkerPorts): Promise<Sqlite> =>
  (await import("../sqlite/mod.ts")).loadSqlite(wasm, ports);

async function startEngine(data: EngineData, ports: WorkerPorts, post: Post): Promise<Outcome<Receive>> {
  const loading = startSqlite(data.wasm, ports);
  const [hasher, { EngineProgram }, { Storage }] = await Promise.all([
    createHasher(),
    import("./engine-program.ts"),
    import("./storage.ts"),
  ]);
  const opened = Storage.open({
    ...ports,
    ...data,
    hasher,
    wantSpare: (path, sizeBytes) => post({ type: "want-spare", path, sizeBytes }),
  });
  if (!opened.ok) return opened;
  const program = new EngineProgram(await loading, opened.value, { ...ports, post }, data);
  return done((message) => {
    program.receive(message as ToEngine);
    return undefined;
  });
}

async function startReader(data: ReaderData, ports: WorkerPorts, post: Post): Promise<Outcome<Receive>> {
  const loadSqlite = (): Promise<Sqlite> => startSqlite(data.wasm, ports);
  const [sqlite, { ReaderProgram }] = await Promise.all([loadSqlite(), import("./reader-program.ts")]);
  const program = new ReaderProgram(sqlite, { ...ports, loadSqlite, post }, data);
  return done((message) => program.receive(message as ToReader));
}

async function startKeeper(data: KeeperData, ports: WorkerPorts, post: Post): Promise<Outcome<Receive>> {
  const [hasher, { KeeperProgram }] = await Promise.all([createHasher(), import("./keeper-program.ts")]);
  const loadSqlite = (): Promise<Sqlite> => startSqlite(data.wasm, ports);
  const program = new KeeperProgram({ ...ports, hasher, loadSqlite, post }, data);
  return done((message) => program.receive(message as ToKeeper));
}

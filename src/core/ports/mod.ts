/** ports: what a runtime must give the core, and what its adapters have in common. */
export type { Clock, Entropy, Timers } from "./clock.ts";
export { FileError, type FileHandle, type Files } from "./files.ts";
export { FolderHolds, type LockDatabase } from "./folder-holds.ts";
export {
  type ConnectionInfo,
  type HttpServer,
  type HttpServerOptions,
  listenOn,
  type ServeHttp,
} from "./http-server.ts";
export type { Logger } from "./logger.ts";
export { type FileCalls, PosixFiles } from "./posix-files.ts";
export { goWord, interfacesOf, type NetworkInterface, type Process, programNamed } from "./process.ts";
export { StandardStream } from "./standard-stream.ts";
export { createWorkers, type StartThread, type Thread, type ThreadEvents } from "./threads.ts";
export {
  Inbox,
  prepareWord,
  type WorkerEvents,
  type WorkerHandle,
  type WorkerProgram,
  type WorkerRole,
  type WorkerScope,
  type Workers,
} from "./workers.ts";

/** ports: what a runtime must give the core. Types only (and `FileError`, so that a failure can be recognised). */
export type { Clock, Entropy, Timers } from "./clock.ts";
export { FileError, type FileHandle, type Files } from "./files.ts";
export type { ConnectionInfo, HttpServer, HttpServerOptions, ServeHttp } from "./http-server.ts";
export type { Logger } from "./logger.ts";
export type { NetworkInterface, Process } from "./process.ts";
export type { WorkerEvents, WorkerHandle, WorkerRole, WorkerScope, Workers } from "./workers.ts";

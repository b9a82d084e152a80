/** http: the HTTP API, from `Request` to `Response`, over a node that it knows only as `Service`. */
export { type App, createApp } from "./app.ts";
export type { Authorizer, Permission } from "./authorize.ts";
export type { HttpConfig } from "./config.ts";
export type { PlainObject, PlainStruct, PlainValue } from "./json-text.ts";
export type * from "./service.ts";

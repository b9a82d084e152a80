/** sqlite: SQLite over WebAssembly: the binding, the VFS over page stores, connections and statements. */
export * from "./api.ts";
export { loadSqlite, prepareSqlite } from "./load.ts";

import type { Sqlite, SqlitePorts } from "./api.ts";

/**
 * Starts SQLite from its WASM: a `WebAssembly.Module` or its bytes (`Uint8Array`). Nothing is fetched or read from
 * disk. Rejects when the WASM is neither or doesn't start. One instance serves one thread.
 */
export async function loadSqlite(wasm: unknown, ports: SqlitePorts): Promise<Sqlite> {
  throw new Error(`not yet: ${typeof wasm} ${typeof ports}`);
}

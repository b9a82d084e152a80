/** What this program says of itself. `version` follows package.json. */
export const build = {
  version: "v0.1.0",
  commit: "unknown",
  buildTime: "unknown",
  compiler: "none",
  /** Of the pinned WASM package: known before any thread has loaded it. */
  sqliteVersion: "3.54.1",
} as const;

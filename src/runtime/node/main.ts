import "./compile-cache.ts";

// When these are loaded, the first thread starts and SQLite is compiled; both go on while the rest is loaded.
await Promise.all([import("./workers.ts"), import("./process.ts")]);
const [{ ports }, { runQuolite }] = await Promise.all([import("./ports.ts"), import("../../core/host/mod.ts")]);
await runQuolite(ports);

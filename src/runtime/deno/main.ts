// The first thread starts when this is loaded, and gets ready while the rest is.
await import("./workers.ts");
const [{ ports }, { runQuolite }] = await Promise.all([import("./ports.ts"), import("../../core/host/mod.ts")]);
await runQuolite(ports);

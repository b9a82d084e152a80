import type { Address } from "../config/mod.ts";

/** Where a listener of this address is, as Go tells it: `127.0.0.1:4001`, `[::]:4001`. */
export function boundAddress({ host }: Address, port: number): string {
  if (host === "localhost") return `127.0.0.1:${port}`;
  const shown = host === "" || host === "0.0.0.0" ? "::" : host;
  return shown.includes(":") ? `[${shown}]:${port}` : `${shown}:${port}`;
}

const units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

/** `7 B`, `4.1 kB`, `83 MB`: base 1000, one decimal below ten of a unit (http-api §15.2). */
export function friendlySize(sizeBytes: number): string {
  if (sizeBytes < 10) return `${sizeBytes} B`;
  const power = Math.min(units.length - 1, Math.floor(Math.log10(sizeBytes) / 3));
  const value = Math.floor((sizeBytes / 1000 ** power) * 10 + 0.5) / 10;
  return `${value < 10 ? value.toFixed(1) : Math.floor(value + 0.5)} ${units[power]}`;
}

/** Log lines go to stderr as `[module] YYYY/MM/DD HH:MM:SS message` (operations §0). */
export interface Logger {
  log(module: string, message: string): void;
}

/**
 * One shared 32-bit cell per request under way, through which main and a worker that sits inside SQLite (and so gets
 * no messages) agree on who may run it. A cell holds the key of the current attempt and whether it has begun. A worker
 * begins only while the cell shows its own key, and stops once it shows anything else; so main takes a request back,
 * or stops it, by writing there.
 */
export interface Cell {
  readonly slot: number;
  /** 1 … 2^30-1, new for every attempt, so that a worker with an outdated message can't run the request again. */
  readonly key: number;
}

/** How many requests may be under way on one node; the bound of every queue behind it. */
export const requestCellsMax = 16_384;

const stopped = 0;
const queued = (key: number): number => key * 2;
const running = (key: number): number => key * 2 + 1;

/** Makes the shared cells; main owns them and hands the buffer to every worker. */
export function createCells(): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(requestCellsMax * Int32Array.BYTES_PER_ELEMENT));
}

/** Worker: begins the request; false when main has taken it back. */
export function beginCell(cells: Int32Array, cell: Cell): boolean {
  return Atomics.compareExchange(cells, cell.slot, queued(cell.key), running(cell.key)) === queued(cell.key);
}

/** Worker: has main asked for a stop? */
export function isStopped(cells: Int32Array, cell: Cell): boolean {
  return Atomics.load(cells, cell.slot) !== running(cell.key);
}

/** Main: a new attempt under this key. */
export function queueCell(cells: Int32Array, cell: Cell): void {
  Atomics.store(cells, cell.slot, queued(cell.key));
}

/** Main: takes a request back before any worker began it; false when one has. */
export function reclaimCell(cells: Int32Array, cell: Cell): boolean {
  return Atomics.compareExchange(cells, cell.slot, queued(cell.key), stopped) === queued(cell.key);
}

/** Main: stops the request, begun or not. */
export function stopCell(cells: Int32Array, cell: Cell): void {
  Atomics.store(cells, cell.slot, stopped);
}

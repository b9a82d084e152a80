import { type Cell, createCells, queueCell, requestCellsMax, stopCell } from "../engine/mod.ts";

const keyMax = 2 ** 30 - 1;

/** Hands out the shared cells: one per request under way; none left = the node is full. */
export class CellPool {
  readonly cells: Int32Array<SharedArrayBuffer> = createCells();
  readonly #free: number[] = [];
  #fresh = 0;
  #lastKey = 0;

  /** A cell that is ready for a first attempt, or null when all are taken. */
  take(): Cell | null {
    const slot = this.#free.pop() ?? (this.#fresh < requestCellsMax ? this.#fresh++ : null);
    return slot === null ? null : this.#queue(slot);
  }

  /** The same cell for another attempt; workers that know the old one will not begin. */
  again(cell: Cell): Cell {
    return this.#queue(cell.slot);
  }

  /** Tells whoever runs it, or would, to stop. */
  stop(cell: Cell): void {
    stopCell(this.cells, cell);
  }

  give(cell: Cell): void {
    this.#free.push(cell.slot);
  }

  get inUse(): number {
    return this.#fresh - this.#free.length;
  }

  #queue(slot: number): Cell {
    this.#lastKey = this.#lastKey === keyMax ? 1 : this.#lastKey + 1;
    const cell = { slot, key: this.#lastKey };
    queueCell(this.cells, cell);
    return cell;
  }
}

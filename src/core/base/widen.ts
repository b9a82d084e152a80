/** The column's values at the start of `wider`, which is returned: how a growing typed array moves to a bigger one. */
export function widen<T extends ArrayBufferView>(column: ArrayBufferView, wider: T): T {
  new Uint8Array(wider.buffer, wider.byteOffset, wider.byteLength).set(
    new Uint8Array(column.buffer, column.byteOffset, column.byteLength),
  );
  return wider;
}

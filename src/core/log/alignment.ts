/** Everything in a segment begins at a multiple of this, so that entries can be looked for behind damage. */
export const alignment = 64;

/** The next multiple of 64. */
export const aligned = (bytes: number): number => Math.ceil(bytes / alignment) * alignment;

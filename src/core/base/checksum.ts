import xxhash from "xxhash-wasm";

/** 64-bit xxHash of bytes (XXH64). Not cryptographic: it finds torn writes and bit rot, not forgery. */
export interface Hasher {
  hash64(bytes: Uint8Array, seed?: bigint): bigint;
}

/** Loads the hash function; everything after is synchronous. One instance serves one thread. */
export async function createHasher(): Promise<Hasher> {
  const { h64Raw } = await xxhash();
  return { hash64: (bytes, seed) => h64Raw(bytes, seed) };
}

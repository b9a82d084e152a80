import type { StorageClass } from "../sqlite/mod.ts";

/** A value to bind, by the storage class it is bound as. Texts are UTF-8; bytes may be a view of the request's body. */
export type ParameterValue =
  | { readonly class: typeof StorageClass.integer; readonly value: number | bigint }
  | { readonly class: typeof StorageClass.real; readonly value: number }
  | { readonly class: typeof StorageClass.text | typeof StorageClass.blob; readonly value: Uint8Array }
  | { readonly class: typeof StorageClass.null; readonly value: null };

/** One entry of a statement's parameter list. `name` has no prefix character; null is a positional one (http-api §4.4). */
export type Parameter = ParameterValue & { readonly name: string | null };

export interface ParsedStatement {
  /** UTF-8, up to the text's first U+0000. Empty: the statement is skipped and has no entry. */
  readonly sql: Uint8Array;
  /** Empty also where no list was given at all: the contract doesn't tell the two apart. */
  readonly parameters: readonly Parameter[];
  /** The statement error of a parameter name that doesn't begin with a letter, or null. */
  readonly nameFault: string | null;
}

export interface ParsedBody {
  readonly statements: readonly ParsedStatement[];
  /** A statement is a PRAGMA that the whole request is refused for (http-api §8.9). */
  readonly disallowedPragma: boolean;
}

import type { SqlError } from "../sqlite/mod.ts";

/** Why a statement came to nothing. */
export type Fault =
  /** The error of its entry. */
  | { readonly type: "statement"; readonly message: string }
  /** It was stopped; the run's limit says why. */
  | { readonly type: "interrupted" }
  /** A value that JSON can't say: the whole request fails with this text (http-api §5.2). */
  | { readonly type: "request"; readonly message: string };

/** The contract's words for every write that a read tries. */
const changeByQuery: Fault = {
  type: "statement",
  message: "attempt to change database via query operation",
};

const readonlyCode = 8;
const interruptCode = 9;

/** A fault whose message is the entry's error. */
export function statementFault(message: string): Fault {
  return { type: "statement", message };
}

/** SQLite's error in the contract's words, which are mostly SQLite's own. */
export function sqlFault({ code, message }: SqlError): Fault {
  const primary = code & 0xff;
  if (primary === interruptCode) return { type: "interrupted" };
  return primary === readonlyCode ? changeByQuery : statementFault(message);
}

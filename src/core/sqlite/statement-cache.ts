/** What the cache needs of a statement: the text it was made of. */
export interface Cached {
  /** The text, from the statement's first byte to the end of what was handed in. */
  readonly text: Uint8Array;
}

const statementsMax = 256;
const bytesMax = 1024 * 1024;
/** Longer texts are seldom sent twice, and hashing them costs as much as preparing. */
export const cachedTextBytesMax = 8 * 1024;

/**
 * Idle statements by the content of their text, least recently used first. A statement in use is not in here, so two
 * users of one text get two statements.
 */
export class StatementCache<S extends Cached> {
  readonly #idle = new Map<number, S>();
  #bytes = 0;

  /** Takes out the statement of the text that begins at `from`, if there is one. */
  take(sql: Uint8Array, from: number): S | null {
    const key = hash(sql, from);
    const found = this.#idle.get(key);
    if (found === undefined || !sameText(found.text, sql, from)) return null;
    this.#idle.delete(key);
    this.#bytes -= found.text.length;
    return found;
  }

  /** Puts an idle statement in. Returns those that have to be finalized for it (perhaps itself). */
  put(statement: S): readonly S[] {
    const key = hash(statement.text, 0);
    if (this.#idle.has(key)) return [statement];
    this.#idle.set(key, statement);
    this.#bytes += statement.text.length;
    if (this.#idle.size <= statementsMax && this.#bytes <= bytesMax) return none;
    const out: S[] = [];
    for (const [oldest, idle] of this.#idle) {
      if (this.#idle.size <= statementsMax && this.#bytes <= bytesMax) break;
      this.#idle.delete(oldest);
      this.#bytes -= idle.text.length;
      out.push(idle);
    }
    return out;
  }

  get size(): number {
    return this.#idle.size;
  }
}

const none: readonly never[] = [];

/** FNV-1a in 30 bits, which engines keep as small integers. */
function hash(bytes: Uint8Array, from: number): number {
  let value = 0x811c9dc5;
  for (let at = from; at < bytes.length; at += 1) value = Math.imul(value ^ (bytes[at] ?? 0), 0x01000193);
  return (value ^ (value >>> 30)) & 0x3fffffff;
}

function sameText(text: Uint8Array, sql: Uint8Array, from: number): boolean {
  if (text.length !== sql.length - from) return false;
  for (let at = 0; at < text.length; at += 1) if (text[at] !== sql[from + at]) return false;
  return true;
}

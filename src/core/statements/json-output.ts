import { writeBase64 } from "./base64.ts";
import { ByteOutput, outputBytesMax } from "./byte-output.ts";
import { writeJsonString } from "./json-string.ts";

const encoder = new TextEncoder();
const indent = 4;

/** JSON text by the rules of http-api §5.2, written from left to right, compact or with four-space indent. */
export class JsonOutput extends ByteOutput {
  #pretty = false;
  #depth = 0;
  /** Nothing has been written yet in the innermost bracket. */
  #fresh = true;

  /** Forgets everything; what is written next is a text of its own. */
  restart(pretty: boolean): void {
    this.clear();
    this.#pretty = pretty;
    this.#depth = 0;
    this.#fresh = true;
  }

  get pretty(): boolean {
    return this.#pretty;
  }

  /** How many brackets are open; for `rewind`. */
  get depth(): number {
    return this.#depth;
  }

  /** Back to where `length` and `depth` were as given, right after an `item`. */
  rewind(length: number, depth: number): void {
    this.length = length;
    this.#depth = depth;
    this.#fresh = false;
  }

  /** `[` or `{`. */
  open(bracket: "[" | "{"): void {
    this.byte(bracket === "[" ? 0x5b : 0x7b);
    this.#depth++;
    this.#fresh = true;
  }

  close(bracket: "]" | "}"): void {
    this.#depth--;
    if (this.#pretty && !this.#fresh) this.#newline();
    this.byte(bracket === "]" ? 0x5d : 0x7d);
    this.#fresh = false;
  }

  /** What stands before the next item of an array. */
  item(): void {
    if (this.#fresh) this.#fresh = false;
    else this.byte(0x2c);
    if (this.#pretty) this.#newline();
  }

  /** What stands before a member's value. The name needs no escapes. */
  member(name: string): void {
    this.item();
    this.byte(0x22);
    this.ascii(name);
    this.byte(0x22);
    this.#colon();
  }

  /** As `member`, for a name in JSON already, with its quotes. */
  memberQuoted(name: Uint8Array): void {
    this.item();
    this.raw(name);
    this.#colon();
  }

  /** A JSON string from UTF-8. False: too big. */
  string(utf8: Uint8Array): boolean {
    return writeJsonString(this, utf8);
  }

  text(text: string): boolean {
    return writeJsonString(this, encoder.encode(text));
  }

  /** A JSON string in base64. False: too big. */
  base64(bytes: Uint8Array): boolean {
    this.byte(0x22);
    if (!writeBase64(this, bytes)) return false;
    this.byte(0x22);
    return true;
  }

  /** An array of numbers. False: too big. */
  byteArray(bytes: Uint8Array): boolean {
    this.open("[");
    for (let i = 0; i < bytes.length; i++) {
      if (this.length > outputBytesMax) return false;
      this.item();
      this.integer(bytes[i] ?? 0);
    }
    this.close("]");
    return true;
  }

  #colon(): void {
    this.byte(0x3a);
    if (this.#pretty) this.byte(0x20);
  }

  #newline(): void {
    const width = 1 + this.#depth * indent;
    this.reserve(width);
    this.bytes.fill(0x20, this.length, this.length + width);
    this.bytes[this.length] = 0x0a;
    this.length += width;
  }
}

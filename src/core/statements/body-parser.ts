import { done, failed, type Outcome } from "../base/mod.ts";
import { isDisallowedPragma } from "./disallowed-pragma.ts";
import { JsonScanner } from "./json-scanner.ts";
import type { BodyFormat } from "./options.ts";
import { nameFault } from "./parameter-name.ts";
import { ParameterReader } from "./parameter-reader.ts";
import type { Parameter, ParsedBody, ParsedStatement } from "./parsed-body.ts";

const invalidJson = "invalid JSON body";
const invalidRequest = "invalid request";
const noParameters: readonly Parameter[] = [];
/** Holds no statement, yet is not empty, so it has an entry. */
const blank = new Uint8Array([0x20]);

/**
 * A request's body as statements (http-api §4.2, §4.3). The error is the text of the 400: the first problem in reading
 * order. What follows the closing bracket is not looked at. Texts and blobs may be views of `body`.
 */
export function parseBody(format: BodyFormat, body: Uint8Array): Outcome<ParsedBody> {
  if (format === "json") return new JsonBody(body).parse();
  return done(parsed([statement(body, noParameters)]));
}

/** One JSON body being read. Methods answer false once `#fault` says what is wrong. */
class JsonBody {
  readonly #scanner: JsonScanner;
  readonly #parameters: ParameterReader;
  readonly #statements: ParsedStatement[] = [];
  #fault = invalidJson;

  constructor(body: Uint8Array) {
    this.#scanner = new JsonScanner(body);
    this.#parameters = new ParameterReader(this.#scanner);
  }

  parse(): Outcome<ParsedBody> {
    return this.#readBody() ? done(parsed(this.#statements)) : failed(this.#fault);
  }

  #readBody(): boolean {
    const scanner = this.#scanner;
    if (scanner.peek() !== 0x5b) return this.#refuseToken();
    scanner.skip();
    if (scanner.take(0x5d)) return this.#fail("no statements");
    for (;;) {
      const first = scanner.peek();
      if (first === 0x22) {
        const text = scanner.readString();
        if (text === null) return false;
        this.#statements.push(statement(text, noParameters));
      } else if (first === 0x5b) {
        if (!this.#readParameterised()) return false;
      } else return this.#refuseToken();
      if (scanner.take(0x2c)) continue;
      return scanner.take(0x5d);
    }
  }

  /** A list is judged as a whole: what is not JSON in it comes before what is not a statement. */
  #readParameterised(): boolean {
    const scanner = this.#scanner;
    scanner.skip();
    if (scanner.take(0x5d)) return this.#fail(invalidRequest);
    let text: Uint8Array | null = null;
    if (scanner.peek() === 0x22) {
      text = scanner.readString();
      if (text === null) return false;
    } else if (!scanner.skipValue()) return false;
    const list = this.#parameters.readRest();
    if (list === null) return false;
    if (text === null) return this.#fail(invalidRequest);
    if (list.fault !== null) return this.#fail(list.fault);
    this.#statements.push(statement(text, list.parameters));
    return true;
  }

  /** A token that may not stand here is one thing, and no token at all another. An open bracket is one already. */
  #refuseToken(): false {
    const scanner = this.#scanner;
    return scanner.peek() === 0x7b || scanner.skipValue() ? this.#fail(invalidRequest) : false;
  }

  #fail(fault: string): false {
    this.#fault = fault;
    return false;
  }
}

function statement(text: Uint8Array, parameters: readonly Parameter[]): ParsedStatement {
  return { sql: upToNul(text), parameters, nameFault: parameters.length === 0 ? null : nameFault(parameters) };
}

/** SQLite reads a text up to its first U+0000. */
function upToNul(text: Uint8Array): Uint8Array {
  const end = text.indexOf(0);
  if (end < 0) return text;
  return end === 0 ? blank : text.subarray(0, end);
}

const parsed = (statements: readonly ParsedStatement[]): ParsedBody => ({
  statements,
  disallowedPragma: statements.some(({ sql }) => isDisallowedPragma(sql)),
});

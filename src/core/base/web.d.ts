// The slice of the web platform that the neutral core uses and that Node, Bun and Deno all have. Core is compiled
// with no DOM and no runtime types, so anything not declared here is a compile error in it.
declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
  encodeInto(text: string, into: Uint8Array): { read: number; written: number };
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: Uint8Array | ArrayBuffer): string;
}

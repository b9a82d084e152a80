// The slice of WebAssembly that this room uses: the same on every runtime, and declared here because core is compiled
// without the web's types.
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    private readonly opaque: never;
  }
  interface Instance {
    readonly exports: object;
  }
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  function instantiate(module: Module, imports: object): Promise<Instance>;
  function compile(bytes: Uint8Array): Promise<Module>;
}

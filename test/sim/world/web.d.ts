// What the simulator needs of WebAssembly beyond the slice that the core has declared: starting an instance at once.
declare namespace WebAssembly {
  const Instance: new (module: Module, imports?: object) => Instance;
}

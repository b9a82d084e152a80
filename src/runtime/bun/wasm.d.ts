// Imported `with { type: "file" }`: the file's path, in a checkout as inside a compiled program.
declare module "*.wasm" {
  const path: string;
  export default path;
}

// The pure rooms only pass these along, so to them they are names and nothing more. `http/` and `host/` are compiled
// with the real ones.
declare class Request {
  private readonly opaque: never;
}
declare class Response {
  private readonly opaque: never;
}

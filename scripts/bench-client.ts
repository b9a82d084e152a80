/**
 * The load where `wrk` is missing: keep-alive sockets, one request under way on each, the request's bytes built once.
 * `node scripts/bench-client.ts URL LOAD-AS-JSON` prints one `LOAD {…}` line.
 */
import { connect } from "node:net";
import { type Load, randomMark, requestText } from "./bench-load.ts";

const [url = "", json = "{}"] = process.argv.slice(2);
const { hostname, host, port } = new URL(url);
const load: Load = JSON.parse(json);
const template = Buffer.from(requestText(host, load));
const markAt = template.indexOf(randomMark);

const latenciesMs: number[] = [];
let errors = 0;
let running = true;

function nextRequest(): Buffer {
  if (markAt < 0) return template;
  const request = Buffer.from(template);
  const id = 1 + Math.floor(Math.random() * (load.randomMax ?? 1));
  request.write(String(id).padStart(randomMark.length, "0"), markAt, "latin1");
  return request;
}

/**
 * Tells where the response ends at which `bytes` begins: its length, or -1 if more must come. A chunked body is walked
 * chunk by chunk, so that its own bytes can't be taken for its end.
 */
function responseLength(bytes: Buffer): number {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd < 0) return -1;
  const head = bytes.toString("latin1", 0, headEnd).toLowerCase();
  const length = head.match(/\r\ncontent-length: *(\d+)/)?.[1];
  let at = headEnd + 4;
  if (length !== undefined) return bytes.length >= at + Number(length) ? at + Number(length) : -1;
  if (!head.includes("\r\ntransfer-encoding: chunked")) return at;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) return -1;
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    at = lineEnd + 2 + size + 2;
    if (at > bytes.length) return -1;
    if (size === 0) return at;
  }
}

function runClient(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port || 80), noDelay: true });
    let pending: Buffer = Buffer.alloc(0);
    let sentMs = 0;
    const send = (): void => {
      sentMs = performance.now();
      socket.write(nextRequest());
    };
    socket.on("connect", send);
    socket.on("data", (bytes: Buffer) => {
      pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes]);
      const length = responseLength(pending);
      if (length < 0) return;
      latenciesMs.push(performance.now() - sentMs);
      if (pending[9] !== 0x32) errors++;
      pending = pending.subarray(length);
      if (running) send();
      else socket.destroy();
    });
    socket.on("error", () => {
      errors++;
    });
    socket.on("close", () => resolve());
  });
}

const startedMs = performance.now();
const clients = Array.from({ length: load.clients }, runClient);
setTimeout(() => {
  running = false;
}, load.seconds * 1000);
await Promise.all(clients);
const seconds = (performance.now() - startedMs) / 1000;
latenciesMs.sort((a, b) => a - b);
const percentile = (share: number): number => latenciesMs[Math.floor((latenciesMs.length - 1) * share)] ?? 0;
const result = { requests: latenciesMs.length, seconds, p50Ms: percentile(0.5), p99Ms: percentile(0.99), errors };
console.log(`LOAD ${JSON.stringify(result)}`);

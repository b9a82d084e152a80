import { done, failed, type Outcome } from "./outcome.ts";

const unitNs: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n, // U+00B5, micro sign
  μs: 1_000n, // U+03BC, Greek mu
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};
const limitNs = 2n ** 63n;
const secondNs = 1_000_000_000n;
const textLengthMax = 256;
const whole = /^(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+$/u;
const parts = /([0-9]*)(?:\.([0-9]*))?(ns|us|µs|μs|ms|s|m|h)/gu;

/**
 * A duration in nanoseconds from Go's notation: an optional sign, then `0` alone or decimals with units (`1h30m`,
 * `.5s`, `-1ms`), within ±2^63 ns (http-api §3.2). Digits below a nanosecond are cut off. Error: why not.
 */
export function parseGoDuration(text: string): Outcome<bigint> {
  const negative = text.startsWith("-");
  const magnitude = negative || text.startsWith("+") ? text.slice(1) : text;
  if (magnitude === "0") return done(0n);
  if (text.length > textLengthMax || !whole.test(magnitude)) return failed(`invalid duration ${JSON.stringify(text)}`);
  let totalNs = 0n;
  for (const [, digits = "", fraction = "", unit = ""] of magnitude.matchAll(parts)) {
    const scale = unitNs[unit] ?? 0n;
    totalNs += BigInt(digits) * scale + (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length);
  }
  const inRange = negative ? totalNs <= limitNs : totalNs < limitNs;
  return inRange ? done(negative ? -totalNs : totalNs) : failed(`invalid duration ${JSON.stringify(text)}`);
}

/** Go's way of writing a duration: `0s`, `31.2µs`, `1.5s`, `1h2m3.004s`. */
export function formatGoDuration(durationNs: bigint): string {
  if (durationNs < 0n) return `-${formatGoDuration(-durationNs)}`;
  if (durationNs === 0n) return "0s";
  if (durationNs < 1_000n) return `${durationNs}ns`;
  if (durationNs < 1_000_000n) return `${decimal(durationNs, 1_000n)}µs`;
  if (durationNs < secondNs) return `${decimal(durationNs, 1_000_000n)}ms`;
  const minutes = durationNs / (60n * secondNs);
  const seconds = `${decimal(durationNs % (60n * secondNs), secondNs)}s`;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** `value / scale` without trailing zeros; `scale` is a power of ten. */
function decimal(value: bigint, scale: bigint): string {
  const fraction = (value % scale)
    .toString()
    .padStart(scale.toString().length - 1, "0")
    .replace(/0+$/, "");
  return fraction === "" ? `${value / scale}` : `${value / scale}.${fraction}`;
}

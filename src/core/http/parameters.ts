import { done, failed, type Outcome, parseGoDuration } from "../base/mod.ts";
import type { StatementEndpoint, StatementOptions } from "../statements/mod.ts";
import { parseQueryString } from "./query-string.ts";
import type { BackupFormat, ReadLevel, StatementTerms } from "./service.ts";

/** The validated query string (http-api §3.3). Frozen and shared by all requests with the same query string. */
export interface Parameters {
  /** How a statement request of each endpoint is to be run. */
  readonly terms: Readonly<Record<StatementEndpoint, StatementTerms>>;
  readonly compress: boolean;
  readonly format: BackupFormat;
  readonly key: string;
  readonly noleader: boolean;
  readonly nonvoters: boolean;
  readonly pretty: boolean;
  /** The bytes of `q`; null without it. */
  readonly q: Uint8Array<ArrayBuffer> | null;
  readonly queue: boolean;
  readonly redirect: boolean;
  readonly retries: number;
  readonly sync: boolean;
  readonly tables: readonly string[];
  /** Node-to-node limit in ms; zero and below expire at once. */
  readonly timeoutMs: number;
  readonly timings: boolean;
  readonly trailingLogs: number;
  readonly vacuum: boolean;
  /** `ver=2`: nodes as an array. */
  readonly nodesAsArray: boolean;
  readonly wait: boolean;
}

const timeoutMsDefault = 30_000;
const queryLinearizableTimeoutMsDefault = 10_000;
const linearizableTimeoutMsFallback = 1_000;
const durationNames = ["timeout", "freshness", "db_timeout", "linearizable_timeout"] as const;
const integerNames = ["retries", "trailing_logs"] as const;
const int64Min = -(2n ** 63n);
const int64Max = 2n ** 63n - 1n;

/** Parses and validates the whole query string, in the order of http-api §3.2. Error: the body of the 400. */
export function parseParameters(rawQuery: string): Outcome<Parameters> {
  const query = parseQueryString(rawQuery);
  if (!query.ok) return query;
  const { values, q } = query.value;
  if (values.has("freshness_strict") && !values.has("freshness")) {
    return failed("freshness_strict requires freshness");
  }
  const durationsMs = new Map<string, number>();
  for (const name of durationNames) {
    const text = values.get(name);
    if (text === undefined) continue;
    const duration = parseGoDuration(text);
    if (!duration.ok) return failed(`${name} is not a valid duration`);
    durationsMs.set(name, Number(duration.value) / 1e6);
  }
  const integers = new Map<string, number>();
  for (const name of integerNames) {
    const text = values.get(name);
    if (text === undefined) continue;
    const integer = parseInt64(text);
    if (integer === null) return failed(`${name} is not a valid integer`);
    integers.set(name, integer);
  }
  if (values.get("q") === "") return failed("query parameter not set");

  const timeoutMs = durationsMs.get("timeout") ?? timeoutMsDefault;
  const retries = integers.get("retries") ?? 0;
  const redirect = values.has("redirect");
  const timings = values.has("timings");
  const pretty = values.has("pretty");
  const executeOptions: StatementOptions = Object.freeze({
    transaction: values.has("transaction"),
    associative: values.has("associative"),
    blobArray: values.has("blob_array"),
    qualifyColumns: false,
    pretty,
    timings,
    raftIndex: values.has("raft_index"),
    dbTimeoutMs: Math.max(0, durationsMs.get("db_timeout") ?? 0),
  });
  const queryOptions = Object.freeze({ ...executeOptions, qualifyColumns: values.has("qualify_columns") });
  const loadOptions = Object.freeze({
    ...executeOptions,
    transaction: false,
    associative: false,
    blobArray: false,
    raftIndex: false,
    dbTimeoutMs: 0,
  });
  const shared = {
    level: readLevel(values.get("level")),
    freshnessMs: durationsMs.get("freshness") ?? 0,
    freshnessStrict: values.has("freshness_strict"),
    linearizableTimeoutMs: linearizableTimeoutMsFallback,
    timeoutMs,
    retries,
    redirect,
  };
  const queryLinearizableTimeoutMs = durationsMs.get("linearizable_timeout") ?? queryLinearizableTimeoutMsDefault;
  return done(
    Object.freeze({
      terms: Object.freeze({
        execute: Object.freeze({ ...shared, options: executeOptions }),
        query: Object.freeze({
          ...shared,
          options: queryOptions,
          // §10.5: 0 means 1 s.
          linearizableTimeoutMs:
            queryLinearizableTimeoutMs === 0 ? linearizableTimeoutMsFallback : queryLinearizableTimeoutMs,
        }),
        request: Object.freeze({ ...shared, options: queryOptions }),
        load: Object.freeze({ ...shared, options: loadOptions }),
      }),
      compress: values.has("compress"),
      format: backupFormat(values.get("fmt")),
      key: values.get("key") ?? "",
      noleader: values.has("noleader"),
      nonvoters: values.has("nonvoters"),
      pretty,
      q,
      queue: values.has("queue"),
      redirect,
      retries,
      sync: values.has("sync"),
      tables: Object.freeze(commaList(values.get("tables"))),
      timeoutMs,
      timings,
      trailingLogs: integers.get("trailing_logs") ?? 0,
      vacuum: values.has("vacuum"),
      nodesAsArray: values.get("ver") === "2",
      wait: values.has("wait"),
    }),
  );
}

/** Go's `strconv.ParseInt(text, 10, 64)`. Past 2^53 the value is rounded; nothing of ours counts that far. */
function parseInt64(text: string): number | null {
  if (!/^[+-]?[0-9]+$/.test(text)) return null;
  const digits = text.replace(/^[+-]?0*/, "");
  if (digits.length > 19) return null;
  const value = (text.startsWith("-") ? -1n : 1n) * BigInt(digits);
  return value < int64Min || value > int64Max ? null : Number(value);
}

function readLevel(text: string | undefined): ReadLevel {
  const level = text?.toLowerCase();
  switch (level) {
    case "none":
    case "strong":
    case "auto":
    case "linearizable":
      return level;
    default:
      return "weak";
  }
}

function backupFormat(text: string | undefined): BackupFormat {
  const format = text?.toLowerCase();
  return format === "sql" || format === "delete" ? format : "binary";
}

function commaList(text: string | undefined): readonly string[] {
  return (text ?? "")
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

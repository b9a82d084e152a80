import { type Address, isUnspecifiedIp, isWholeNumber, parseAddress, splitHostPort } from "./address.ts";
import type { OptionValues } from "./option-table.ts";

/** The addresses and the name of a node, defaulted from one another. */
export interface Identity {
  readonly nodeId: string;
  readonly httpAddress: Address;
  readonly httpAdvertised: Address;
  readonly raftAddress: Address;
  readonly raftAdvertised: Address;
}

/** A message without its `fatal: `, or the addresses. The checks and their order are the contract's (operations §1.3). */
export function validate(
  values: OptionValues,
  dataFolder: string,
  exists: (path: string) => boolean,
): Identity | { readonly error: string } {
  const early =
    dataFolder === "" ? "data directory path is required" : (extensionFault(values, exists) ?? pairFault(values));
  if (early !== null) return { error: early };
  const identity = identify(values);
  if ("error" in identity) return identity;
  const late = clusterFault(values, identity) ?? otlpFault(values) ?? discoveryFault(values);
  return late === null ? identity : { error: late };
}

const isEmpty = (text: string): boolean => text === "";
const elements = (list: string): readonly string[] => (list === "" ? [] : list.split(","));
const isAddress = (text: string): boolean => splitHostPort(text).ok;

function extensionFault(values: OptionValues, exists: (path: string) => boolean): string | null {
  const missing = elements(values["extensions-path"]).find((path) => path !== "" && !exists(path));
  return missing === undefined ? null : `extension path does not exist: ${missing}`;
}

function pairFault(values: OptionValues): string | null {
  for (const side of ["http", "node"] as const) {
    if (isEmpty(values[`${side}-cert`]) !== isEmpty(values[`${side}-key`]))
      return `either both -${side}-cert and -${side}-key must be set, or neither`;
  }
  for (const side of ["http", "node"] as const) {
    if (!isEmpty(values[`${side}-verify-common-name`]) && !values[`${side}-verify-client`])
      return `-${side}-verify-common-name requires -${side}-verify-client`;
  }
  return values["raft-addr"] === values["http-addr"] ? "HTTP and Raft addresses must differ" : null;
}

function identify(values: OptionValues): Identity | { readonly error: string } {
  const httpText = values["http-addr"];
  const httpAdvertisedText = values["http-adv-addr"] || httpText;
  const raftAdvertisedText = values["raft-adv-addr"] || values["raft-addr"];
  if ([httpText, httpAdvertisedText].some((text) => /^http/i.test(text)))
    return { error: "HTTP options should not include protocol (http:// or https://)" };
  const httpAddress = parseAddress(httpText);
  if (httpAddress === null) return { error: "HTTP bind address not valid" };
  const httpAdvertised = parseAddress(httpAdvertisedText);
  if (httpAdvertised === null) return { error: "HTTP advertised HTTP address not valid" };
  if (isUnspecifiedIp(httpAdvertised.host))
    return { error: unroutable("HTTP", httpAdvertised, "-http-addr or -http-adv-addr") };
  const raftAddress = parseAddress(values["raft-addr"]);
  if (raftAddress === null) return { error: "raft bind address not valid" };
  if (!hasNumericPort(raftAddress)) return { error: "raft bind port not valid" };
  const raftAdvertised = parseAddress(raftAdvertisedText);
  if (raftAdvertised === null) return { error: "raft advertised address not valid" };
  if (isUnspecifiedIp(raftAdvertised.host))
    return { error: unroutable("Raft", raftAdvertised, "-raft-addr or -raft-adv-addr") };
  if (!hasNumericPort(raftAdvertised)) return { error: "raft advertised port is not valid" };
  if (raftAdvertisedText === httpAdvertisedText) return { error: "advertised HTTP and Raft addresses must differ" };
  return { nodeId: values["node-id"] || raftAdvertisedText, httpAddress, httpAdvertised, raftAddress, raftAdvertised };
}

const unroutable = (name: "HTTP" | "Raft", { host }: Address, flags: string): string =>
  `advertised ${name} address is not routable (${host}), specify it via ${flags}`;

function hasNumericPort({ text }: Address): boolean {
  return isWholeNumber(text.slice(text.lastIndexOf(":") + 1));
}

function clusterFault(values: OptionValues, { raftAddress, raftAdvertised }: Identity): string | null {
  const expected = values["bootstrap-expect"];
  if (expected > 0n && values["raft-non-voter"]) return "bootstrapping only applicable to voting nodes";
  for (const address of elements(values.join)) {
    if (!isAddress(address)) return `${address} is an invalid join address`;
    if (expected !== 0n) continue;
    if (address === raftAdvertised.text || address === raftAddress.text)
      return "node cannot join with itself unless bootstrapping";
    if (!isEmpty(values["auto-restore"])) return "auto-restoring cannot be used when joining a cluster";
  }
  if (!isEmpty(values.join) && !isEmpty(values["disco-mode"]))
    return "disco mode cannot be used when also explicitly joining a cluster";
  if (!isEmpty(values["cdc-config"]) && values["raft-non-voter"]) return "CDC cannot be enabled on non-voting nodes";
  return null;
}

function otlpFault(values: OptionValues): string | null {
  const endpoint = values["otlp-endpoint"];
  const certificates = [values["otlp-cert"], values["otlp-key"], values["otlp-ca-cert"]];
  const secured = values["otlp-no-verify"] || certificates.some((file) => !isEmpty(file));
  if (isEmpty(values["otlp-cert"]) !== isEmpty(values["otlp-key"]))
    return "either both -otlp-cert and -otlp-key must be set, or neither";
  if (isEmpty(endpoint)) return secured || values["otlp-insecure"] ? "OTLP options require -otlp-endpoint" : null;
  if (endpoint.includes("://")) return "-otlp-endpoint must not include a protocol scheme";
  if (!isAddress(endpoint)) return "-otlp-endpoint is not a valid address";
  if (values["otlp-interval"] <= 0n) return "-otlp-interval must be greater than zero";
  if (values["otlp-insecure"] && secured) return "-otlp-insecure cannot be used with other OTLP TLS options";
  return null;
}

function discoveryFault(values: OptionValues): string | null {
  const mode = values["disco-mode"];
  const expected = values["bootstrap-expect"];
  switch (mode) {
    case "":
      return null;
    case "consul-kv":
    case "etcd-kv":
      return expected > 0n ? `bootstrapping not applicable when using ${mode}` : null;
    case "dns":
    case "dns-srv":
      return expected === 0n && !values["raft-non-voter"]
        ? `bootstrap-expect value required when using ${mode} with a voting node`
        : null;
    default:
      return "disco mode must be one of consul-kv, etcd-kv, dns, or dns-srv";
  }
}

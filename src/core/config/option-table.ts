import { bool, duration, int, type Option, string, uint } from "./option.ts";

const second = 1_000_000_000n;
const milli = 1_000_000n;

/** Why a feature is missing, as the end of the sentence `-flag is not supported yet: …`. */
const alone = "this version runs one node by itself";
const noClientTls = "this version serves plain HTTP only";
const noNodeTls = "this version has no TLS between nodes";
const noAuth = "this version checks no credentials";
const noReplica = "this version has no read replicas";
const noReap = "this version runs one node by itself, so there is none to reap";
const noQueue = "this version has no queued writes";
const noMaintenance = "this version does it on request only";
const noOtlp = "this version exports no OTLP metrics; GET /debug/vars has them";
const noProfile = "this version writes no profiles";

const node = {
  version: bool(false, "Print the version on stderr and exit."),
  "node-id": string(
    "",
    "ID",
    "Unique name of this node, which may never change; by default its advertised Raft address.",
  ),
};

const http = {
  "http-addr": string("localhost:4001", "HOST:PORT", "Address to serve HTTP on."),
  "http-adv-addr": string("", "HOST:PORT", "HTTP address told to others; by default the one served on."),
  "http-allow-origin": string(
    "",
    "ORIGIN",
    "Value of the header Access-Control-Allow-Origin; without it the header is not sent.",
  ),
  "http-body-max": uint(
    268_435_456n,
    "BYTES",
    "Largest request body held in memory; SQLite files being loaded are streamed and have no limit.",
    { ours: true },
  ),
};

const security = {
  auth: string("", "FILE", "JSON file of users, passwords and permissions; without it everything is allowed.", {
    missing: noAuth,
  }),
  "http-ca-cert": string(
    "",
    "FILE",
    "PEM file of the authorities that HTTPS clients' certificates are checked against.",
    { missing: noClientTls },
  ),
  "http-cert": string("", "FILE", "PEM certificate; together with -http-key it turns HTTP into HTTPS.", {
    missing: noClientTls,
  }),
  "http-key": string("", "FILE", "PEM private key of -http-cert.", { missing: noClientTls }),
  "http-verify-client": bool(false, "Let only HTTPS clients in that show a valid certificate.", {
    missing: noClientTls,
  }),
  "http-verify-common-name": string("", "NAME", "Common name that an HTTPS client's certificate must carry.", {
    missing: noClientTls,
  }),
  "node-ca-cert": string(
    "",
    "FILE",
    "PEM file of the authorities that other nodes' certificates are checked against.",
    { missing: noNodeTls },
  ),
  "node-cert": string("", "FILE", "PEM certificate; together with -node-key it turns on TLS between nodes.", {
    missing: noNodeTls,
  }),
  "node-key": string("", "FILE", "PEM private key of -node-cert.", { missing: noNodeTls }),
  "node-no-verify": bool(false, "Dial other nodes without checking their certificates.", { missing: noNodeTls }),
  "node-verify-client": bool(false, "Let only nodes in that show a valid certificate.", { missing: noNodeTls }),
  "node-verify-common-name": string("", "NAME", "Common name that a dialling node's certificate must carry.", {
    missing: noNodeTls,
  }),
  "node-verify-server-name": string(
    "",
    "NAME",
    "Host name expected in a dialled node's certificate, instead of the host dialled.",
    { missing: noNodeTls },
  ),
};

const raft = {
  "raft-addr": string("localhost:4002", "HOST:PORT", "Address on which the other nodes reach this one."),
  "raft-adv-addr": string("", "HOST:PORT", "Raft address told to others; by default -raft-addr."),
  "raft-log-level": string("WARN", "LEVEL", "How much Raft logs: ERROR, WARN, INFO or DEBUG."),
  "raft-heartbeat-timeout": duration(second, "Silence of the leader after which a follower calls an election."),
  "raft-election-timeout": duration(
    second,
    "Time after which a candidate gives up an election; not below the heartbeat timeout.",
  ),
  "raft-leader-lease-timeout": duration(
    0n,
    "Time without contact to a majority after which a leader steps down; not above the heartbeat timeout; 0 = 500ms.",
  ),
  "raft-commit-timeout": duration(
    50n * milli,
    "Idle time after which a leader tells the commit index to its followers.",
  ),
  "raft-apply-timeout": duration(10n * second, "Limit for getting a write into the log."),
  "raft-shutdown-stepdown": bool(true, "Hand leadership over before stopping."),
  "raft-remove-shutdown": bool(false, "Stop Raft when this node is removed from the cluster while it leads."),
  "raft-cluster-remove-shutdown": bool(false, "Leave the cluster when stopping; a node by itself just stops."),
};

const cluster = {
  join: string("", "HOST:PORT,…", "Raft addresses of nodes through which to join a cluster.", { missing: alone }),
  "join-attempts": int(5n, "N", "Rounds over the addresses of -join.", { missing: alone }),
  "join-interval": duration(3n * second, "Pause between the rounds.", { missing: alone }),
  "join-as": string("", "USER", "User of the -auth file on whose behalf this node joins and leaves.", {
    missing: alone,
  }),
  "bootstrap-expect": int(0n, "N", "Number of nodes that must have found one another before they form a cluster.", {
    missing: alone,
  }),
  "bootstrap-expect-timeout": duration(120n * second, "Limit for forming a cluster.", { missing: alone }),
  "disco-mode": string("", "MODE", "How to find other nodes: consul-kv, etcd-kv, dns or dns-srv.", { missing: alone }),
  "disco-key": string("rqlite", "KEY", "Prefix of the keys in Consul or etcd.", { missing: alone }),
  "disco-config": string("", "JSON|FILE", "Settings of the discovery, as JSON or as the path of a JSON file.", {
    missing: alone,
  }),
  "cluster-connect-timeout": duration(30n * second, "Limit for connecting to another node.", {
    missing: alone,
  }),
  "compress-snap-transport": bool(false, "Compress snapshots sent between nodes; the same on all of them.", {
    missing: alone,
  }),
  "raft-non-voter": bool(false, "Run as a read replica, which has no vote.", { missing: noReplica }),
  "raft-reap-node-timeout": duration(
    0n,
    "Time after which the leader removes an unreachable voter; off if not given.",
    { missing: noReap },
  ),
  "raft-reap-read-only-node-timeout": duration(
    0n,
    "Time after which the leader removes an unreachable read replica; off if not given.",
    { missing: noReap },
  ),
};

const storage = {
  fk: bool(false, "Enforce foreign keys; the same on all nodes."),
  readers: uint(0n, "N", "Threads that run queries; 0 = one per processor core beyond the first, at least one.", {
    ours: true,
  }),
  "db-max-ro-conns": int(256n, "N", "Most read-only SQLite connections at a time; 0 or less = no limit."),
  "raft-snap": uint(8192n, "N", "Log entries since the last checkpoint that bring about the next one; 0 = 8192."),
  "raft-snap-wal-size": uint(
    4_194_304n,
    "BYTES",
    "Bytes of log since the last checkpoint that bring about the next one; 0 = off.",
  ),
  "raft-snap-int": duration(
    10n * second,
    "How often the log's length is looked at; 0 = every 2m0s, and -raft-snap-wal-size is off.",
  ),
  "auto-vacuum-int": duration(0n, "How often to VACUUM; 0 = never.", { missing: noMaintenance }),
  "auto-optimize-int": duration(86_400n * second, "How often to run PRAGMA optimize; 0 = never.", {
    missing: noMaintenance,
    idle: 0n,
  }),
  "extensions-path": string("", "PATH,…", "Files, folders and archives of SQLite extensions.", {
    missing: "SQLite's WASM build loads no native extensions",
  }),
};

const queue = {
  "write-queue-capacity": int(1024n, "N", "Queued writes held at most.", { missing: noQueue }),
  "write-queue-batch-size": int(128n, "N", "Queued writes per batch.", { missing: noQueue }),
  "write-queue-timeout": duration(50n * milli, "Age at which a batch is written though it is not full; 0 = never.", {
    missing: noQueue,
  }),
  "write-queue-tx": bool(false, "Make each batch a transaction.", { missing: noQueue }),
};

const backup = {
  "auto-backup": string("", "FILE", "JSON file that says where and how often to upload backups.", {
    missing: "this version makes no backups by itself; GET /db/backup does",
  }),
  "auto-restore": string("", "FILE", "JSON file that says which backup an empty node starts from.", {
    missing: "this version downloads no backups; POST /boot takes one",
  }),
  "cdc-config": string("", "URL|FILE", "Where to send every change of a row.", {
    missing: "this version has no change data capture",
  }),
};

const observe = {
  "otlp-endpoint": string("", "HOST:PORT", "OTLP collector (gRPC) to send metrics to.", { missing: noOtlp }),
  "otlp-interval": duration(30n * second, "How often to send them.", { missing: noOtlp }),
  "otlp-insecure": bool(false, "Send them without TLS.", { missing: noOtlp }),
  "otlp-no-verify": bool(false, "Send them without checking the collector's certificate.", { missing: noOtlp }),
  "otlp-ca-cert": string(
    "",
    "FILE",
    "PEM file of the authorities that the collector's certificate is checked against.",
    { missing: noOtlp },
  ),
  "otlp-cert": string("", "FILE", "PEM certificate shown to the collector.", { missing: noOtlp }),
  "otlp-key": string("", "FILE", "PEM private key of -otlp-cert.", { missing: noOtlp }),
  "cpu-profile": string("", "FILE", "Where to write a CPU profile.", { missing: noProfile }),
  "mem-profile": string("", "FILE", "Where to write a heap profile.", { missing: noProfile }),
  "trace-profile": string("", "FILE", "Where to write a trace.", { missing: noProfile }),
};

/**
 * Every flag there is, by the section it is shown in. From this table come parsing, `-help`, the defaults, the refusal
 * of what isn't there yet, and docs/flags.md. Names, types and defaults are the contract's (operations §1.2), but for
 * those marked `ours`.
 */
export const optionGroups = {
  "This node": node,
  HTTP: http,
  Storage: storage,
  Raft: raft,
  Cluster: cluster,
  Security: security,
  "Queued writes": queue,
  "Backup and change data capture": backup,
  "Metrics and profiles": observe,
};

export const optionTable = {
  ...node,
  ...http,
  ...storage,
  ...raft,
  ...cluster,
  ...security,
  ...queue,
  ...backup,
  ...observe,
};

export type OptionTable = typeof optionTable;
export type OptionName = keyof OptionTable;
type ValueOf<O> = O extends Option<infer T> ? T : never;
/** One value per flag: what was given last, or the default. */
export type OptionValues = { readonly [Name in OptionName]: ValueOf<OptionTable[Name]> };

export const optionNames = Object.keys(optionTable).sort() as readonly OptionName[];

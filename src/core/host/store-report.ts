import type { Config } from "../config/mod.ts";
import type { FolderSizes } from "../engine/mod.ts";
import type { PlainObject, PlainStruct } from "../http/mod.ts";
import type { RoleName } from "../raft/mod.ts";
import { friendlySize } from "./friendly-size.ts";
import type { NodeHost } from "./node-host.ts";
import { duration, time } from "./plain-time.ts";

/** The open store (http-api §15.2). */
export function storeReport(config: Config, host: NodeHost, sizes: FolderSizes): PlainObject {
  const { commitIndex } = host.node;
  const leader = host.standing.configuration.members.find(({ id }) => id === host.standing.leader);
  return {
    addr: config.raftAdvertised.text,
    apply_timeout: duration(config.applyTimeoutMs),
    cdc: { enabled: false, registered: false },
    commit_timeout: duration(config.commitTimeoutMs),
    db_applied_index: commitIndex,
    db_conf: { fk_constraints: config.foreignKeys },
    dir: config.dataFolder,
    dir_size: sizes.folderBytes,
    dir_size_friendly: friendlySize(sizes.folderBytes),
    election_timeout: duration(config.electionTimeoutMs),
    fsm_index: commitIndex,
    fsm_term: host.standing.term,
    fsm_update_time: time(host.lastCommitMs),
    heartbeat_timeout: duration(config.heartbeatTimeoutMs),
    leader: { addr: leader?.address ?? "", node_id: host.standing.leader ?? "" },
    node_id: host.standing.id,
    nodes: host.standing.configuration.members.map(
      ({ id, address, voter }): PlainStruct =>
        new Map([
          ["id", id],
          ["addr", address],
          ["suffrage", voter ? "voter" : "nonvoter"],
        ]),
    ),
    open: {},
    raft: raftReport(config, host, sizes),
    ready: host.standing.leader !== null,
    reap_read_only_timeout: duration(config.reapReadOnlyTimeoutMs),
    reap_timeout: duration(config.reapTimeoutMs),
    snapshot_interval: duration(config.checkpointIntervalMs),
    snapshot_store: {
      dir: config.dataFolder,
      dir_size: sizes.databaseBytes,
      snapshots: host.node.checkpointIndex === 0 ? [] : [String(host.node.checkpointIndex)],
    },
    snapshot_threshold: config.checkpointEntries,
    sqlite3: sqliteReport(config, host, sizes),
    trailing_logs: 0,
  };
}

const stateNames: Readonly<Record<RoleName, string>> = {
  follower: "Follower",
  "pre-candidate": "Candidate",
  candidate: "Candidate",
  leader: "Leader",
};

function raftReport(config: Config, host: NodeHost, sizes: FolderSizes): PlainObject {
  const { commitIndex, lastIndex, checkpointIndex } = host.node;
  const { members } = host.standing.configuration;
  const voter = members.some((member) => member.id === host.standing.id && member.voter);
  const items = members.map(
    (member) => `{Suffrage:${member.voter ? "Voter" : "Nonvoter"} ID:${member.id} Address:${member.address}}`,
  );
  const nanoseconds = (timeMs: number): number => Math.round(timeMs * 1e6);
  return {
    applied_index: commitIndex,
    commit_index: commitIndex,
    config: new Map<string, string | number | boolean>([
      ["LocalID", host.standing.id],
      ["HeartbeatTimeout", nanoseconds(config.heartbeatTimeoutMs)],
      ["ElectionTimeout", nanoseconds(config.electionTimeoutMs)],
      ["LeaderLeaseTimeout", nanoseconds(config.leaderLeaseTimeoutMs)],
      ["CommitTimeout", nanoseconds(config.commitTimeoutMs)],
      ["SnapshotInterval", nanoseconds(config.checkpointIntervalMs)],
      ["SnapshotThreshold", config.checkpointEntries],
      ["ShutdownOnRemove", config.removeShutdown],
      ["LogLevel", config.raftLogLevel],
    ]),
    fsm_pending: 0,
    last_contact: host.standing.role === "leader" ? 0 : "never",
    last_log_index: lastIndex,
    last_log_term: host.standing.term,
    last_snapshot_index: checkpointIndex,
    latest_configuration: `[${items.join(" ")}]`,
    latest_configuration_index: host.standing.configurationIndex,
    log_size: sizes.logBytes,
    log_size_friendly: friendlySize(sizes.logBytes),
    num_peers: voter ? members.filter((member) => member.voter).length - 1 : 0,
    state: stateNames[host.standing.role],
    term: host.standing.term,
    transport: { command_commit_index: commitIndex, leader_commit_index: commitIndex },
    voter,
  };
}

/** Pragma values are those that clients check, whatever the engine does in their place (operations §7). */
function sqliteReport(config: Config, host: NodeHost, sizes: FolderSizes): PlainObject {
  const { pageSize, pageCount } = host.history.shape;
  const databaseBytes = pageSize * pageCount; // The file, `size`, is the last checkpoint and may be behind.
  const path = `${config.dataFolder}/db.sqlite`;
  const { foreignKeys } = config;
  const pragmas = {
    busy_timeout: "5000",
    foreign_keys: foreignKeys ? "1" : "0",
    journal_mode: "wal",
    synchronous: "0",
  };
  const { readers, readersInUse } = host.pool;
  return {
    compile_options: host.recovered.compileOptions,
    conn_pool_stats: {
      ro: poolStruct(config.readOnlyConnectionsMax, readers, readersInUse),
      rw: poolStruct(1, 1, 0),
    },
    db_size: databaseBytes,
    db_size_friendly: friendlySize(databaseBytes),
    extensions: [],
    last_modified: time(sizes.databaseModifiedMs),
    mem_stats: { page_count: pageCount, page_size: pageSize },
    path,
    pragmas: {
      ro: { ...pragmas, wal_autocheckpoint: "1000" },
      rw: { ...pragmas, wal_autocheckpoint: "0" },
    },
    ro_dsn: `file:${path}?_fk=${foreignKeys}&_query_only=true&_sync=0&mode=ro`,
    rw_dsn: `file:${path}?_fk=${foreignKeys}&_journal=WAL&_sync=0`,
    size: sizes.databaseBytes,
    transaction: { ro: false, rw: false },
    version: host.recovered.sqliteVersion,
    wal_size: host.node.logBytes,
  };
}

const poolStruct = (max: number, open: number, inUse: number): PlainStruct =>
  new Map([
    ["max_open_connections", max],
    ["open_connections", open],
    ["in_use", inUse],
    ["idle", open - inUse],
  ]);

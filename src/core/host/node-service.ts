import { nodeId } from "../base/mod.ts";
import type {
  ActionReply,
  AnalyseCall,
  BackupCall,
  BackupReply,
  BootReply,
  ForwardCall,
  LeaderReply,
  LoadFileReply,
  NodeReport,
  NodesCall,
  NodesReply,
  ProcessVars,
  Readiness,
  ReapReply,
  Refusal,
  RemoveCall,
  Service,
  SnapshotReply,
  StatementCall,
  StatementReply,
  StatusReply,
  StepdownCall,
} from "../http/mod.ts";
import type { ConnectionInfo } from "../ports/mod.ts";
import { parseBody } from "../statements/mod.ts";
import { BackupTask } from "./backup-task.ts";
import { build } from "./build.ts";
import { CheckpointTask } from "./checkpoint-task.ts";
import { type ClusterEnd, ClusterTask } from "./cluster-task.ts";
import type { NodeHost } from "./node-host.ts";
import { refusalReply } from "./refusal-reply.ts";
import { StatementTask, type StatementWork } from "./statement-task.ts";
import { type StatusFacts, statusReport } from "./status-report.ts";
import { type UploadEnd, UploadTask } from "./upload-task.ts";

const notOpen: Refusal = { type: "not-open" };
const full: Refusal = refusalReply("full", false);

/** Answers the HTTP room for one node. Until `host` is there and open, the store is "not open". */
export class NodeService implements Service {
  readonly #facts: StatusFacts;
  #host: NodeHost | null = null;
  #lastBackupMs: number | null = null;

  constructor(facts: StatusFacts) {
    this.#facts = facts;
  }

  /** The store is about to be opened by it. */
  attach(host: NodeHost): void {
    this.#host = host;
  }

  submit(call: StatementCall, connection: ConnectionInfo): Promise<StatementReply> {
    return this.#runStatements(call, connection);
  }

  analyse({ format, body, pretty, timings }: AnalyseCall, connection: ConnectionInfo): Promise<StatementReply> {
    const options = {
      transaction: false,
      associative: false,
      blobArray: false,
      qualifyColumns: false,
      pretty,
      timings,
      raftIndex: false,
      dbTimeoutMs: 0,
    };
    const terms = { options, level: "none", freshnessMs: 0, redirect: false } as const;
    return this.#runStatements({ endpoint: "analyse", format, body, terms }, connection);
  }

  #runStatements(work: StatementWork, connection: ConnectionInfo): Promise<StatementReply> {
    const host = this.#open;
    if (host === null) return Promise.resolve(unopened(work));
    return new Promise((reply) => {
      const task = host.admit((id, cell) => new StatementTask(host, id, cell, work, connection, reply));
      if (task === null) reply(full);
      else task.begin();
    });
  }

  backup(call: BackupCall, connection: ConnectionInfo): Promise<BackupReply> {
    const host = this.#open;
    if (host === null) return Promise.resolve(notOpen);
    host.metrics.store.num_backups++;
    const finished = (): void => {
      this.#lastBackupMs = this.#facts.clock.nowMs();
    };
    return new Promise((reply) => {
      const task = host.admit((id, cell) => new BackupTask(host, id, cell, call, connection, reply, finished));
      if (task === null) reply(full);
      else task.begin();
    });
  }

  async loadFile(
    { redirect }: ForwardCall,
    body: ReadableStream<Uint8Array>,
    connection: ConnectionInfo,
  ): Promise<LoadFileReply> {
    const host = this.#open;
    if (host === null) return notOpen;
    const end = await this.#upload(host, body, connection);
    switch (end.type) {
      case "installed":
        host.metrics.store.num_loads++;
        return { type: "done", servedBy: host.servedBy };
      case "refused":
        return refusalReply(end.reason, redirect);
      case "failed":
        return { type: "text", status: 500, message: `error swapping databases: ${end.reason}` };
    }
  }

  async boot(body: ReadableStream<Uint8Array>, connection: ConnectionInfo): Promise<BootReply> {
    const host = this.#open;
    if (host === null) return notOpen;
    if (host.standing.configuration.members.length > 1)
      return { type: "text", status: 503, message: "not single-node" };
    const end = await this.#upload(host, body, connection);
    switch (end.type) {
      case "installed":
        host.metrics.store.num_boots++;
        return { type: "done" };
      case "refused": {
        const reply = refusalReply(end.reason, false);
        return reply.type === "text" ? { ...reply, status: 503 } : reply;
      }
      case "failed":
        return { type: "text", status: 503, message: `error swapping database file: ${end.reason}` };
    }
  }

  async #upload(host: NodeHost, body: ReadableStream<Uint8Array>, connection: ConnectionInfo): Promise<UploadEnd> {
    const end = await new Promise<UploadEnd>((ended) => {
      const task = host.admit((id, cell) => new UploadTask(host, id, cell, body, connection, ended));
      if (task === null) ended({ type: "refused", reason: "full" });
      else task.begin();
    });
    // The image takes over from db.sqlite only then; nobody need wait for it.
    if (end.type === "installed") host.give({ type: "checkpoint", request: null });
    return end;
  }

  async remove({ id, redirect }: RemoveCall): Promise<ActionReply> {
    const host = this.#open;
    if (host === null) return notOpen;
    // No node has an empty ID; removing nobody succeeds.
    const end =
      id === ""
        ? nothingToDo
        : await this.#change(host, (request) => {
            host.give({ type: "remove", request, id: nodeId(id) });
          });
    if (end.type === "completed") return { type: "done", servedBy: host.servedBy };
    switch (end.reason) {
      case "not leader":
        return refusalReply("no-leader", redirect);
      case "no voter left":
        return { type: "text", status: 500, message: "need at least one voter in configuration: {[]}" };
      case "undecided":
        return { type: "text", status: 500, message: "leadership lost while committing log" };
      default:
        return { type: "text", status: 500, message: end.reason };
    }
  }

  async stepdown({ target, wait, redirect }: StepdownCall): Promise<ActionReply> {
    const host = this.#open;
    if (host === null) return notOpen;
    const done: ActionReply = { type: "done", servedBy: host.servedBy };
    const end = await this.#change(host, (request) => {
      host.give({ type: "transfer", request, target: target === null ? null : nodeId(target) });
    });
    if (end.type === "completed") return done;
    switch (end.reason) {
      case "not leader":
        return refusalReply("no-leader", redirect);
      case "already leader":
        return { type: "text", status: 500, message: "cannot step down to the current Leader" };
      case "unknown target":
        return { type: "text", status: 500, message: "node not found in cluster" };
      case "no other voter":
        return wait ? { type: "text", status: 500, message: "cannot find peer" } : done;
      default:
        // Who does not wait hears nothing of how it went (http-api §14.3).
        return wait ? { type: "text", status: 500, message: end.reason } : done;
    }
  }

  #change(host: NodeHost, give: (request: ClusterTask["id"]) => void): Promise<ClusterEnd> {
    return new Promise((ended) => {
      const task = host.admit((id, cell) => new ClusterTask(host, id, cell, ended));
      if (task === null) ended({ type: "declined", reason: "undecided" });
      else give(task.id);
    });
  }

  /** Nothing is kept behind a checkpoint, so there is nothing to choose in `_trailingLogs`. */
  async snapshot(_trailingLogs: number): Promise<SnapshotReply> {
    const host = this.#open;
    if (host === null) return notOpen;
    host.metrics.store.num_user_snapshots++;
    const result = await new Promise<Parameters<CheckpointTask["checkpointed"]>[0]>((ended) => {
      const task = host.admit((id, cell) => new CheckpointTask(host, id, cell, ended));
      if (task === null) ended({ type: "failed", reason: "too many requests under way" });
      else host.give({ type: "checkpoint", request: task.id });
    });
    if (result.type !== "failed") return result;
    host.metrics.store.num_user_snapshots_failed++;
    return { type: "text", status: 500, message: `failed to start snapshot: ${result.reason}` };
  }

  /** There is one checkpoint, never a pile of them to merge. */
  async reap(): Promise<ReapReply> {
    return this.#open === null ? notOpen : { type: "reaped", snapshots: 0, wals: 0 };
  }

  async nodes({ nonvoters }: NodesCall): Promise<NodesReply> {
    const host = this.#open;
    if (host === null) return notOpen;
    const members = host.standing.configuration.members.filter(({ voter }) => voter || nonvoters);
    return { type: "nodes", nodes: members.map(({ id }) => this.#report(host, id)) };
  }

  async leader(): Promise<LeaderReply> {
    const host = this.#open;
    const leader = host?.standing.leader ?? null;
    if (host === null || leader === null) return { type: "no-leader" };
    return { type: "leader", node: this.#report(host, leader) };
  }

  /** This node answers for itself; it has no way to ask another. */
  #report(host: NodeHost, id: string): NodeReport {
    const startedMs = this.#facts.clock.monotonicMs();
    const member = host.standing.configuration.members.find((one) => one.id === id);
    const about = {
      id,
      addr: member?.address ?? "",
      voter: member?.voter ?? false,
      leader: host.standing.leader === id,
    };
    if (id !== host.standing.id)
      return { ...about, probe: { reachable: false, error: "this version does not speak to other nodes" } };
    host.metrics.cluster.num_get_node_api_req_local++;
    const roundTripNs = BigInt(Math.max(1, Math.round((this.#facts.clock.monotonicMs() - startedMs) * 1e6)));
    return {
      ...about,
      probe: { reachable: true, apiUrl: `http://${host.servedBy}`, version: build.version, roundTripNs },
    };
  }

  async readiness(): Promise<Readiness> {
    const host = this.#open;
    if (host === null || host.standing.leader === null) return { type: "no-leader" };
    host.metrics.cluster.num_get_node_api_req_local++;
    // Its commit index is the leader's, so `sync` has nothing to wait for; and a reader that is up has read.
    return host.pool.isReady ? { type: "ready" } : { type: "store-not-ready" };
  }

  async status(): Promise<StatusReply> {
    const host = this.#host;
    const sizes = host === null || !host.isOpen ? null : await host.sizes.current();
    return { type: "status", report: statusReport(this.#facts, host, sizes, this.#lastBackupMs) };
  }

  processVars(): ProcessVars {
    const { process: system } = this.#facts;
    const { residentBytes, heapUsedBytes, heapTotalBytes } = system.memory();
    const memory = { Sys: residentBytes, HeapAlloc: heapUsedBytes, HeapSys: heapTotalBytes };
    return { commandLine: [system.executable, ...system.commandLine], memory };
  }

  get #open(): NodeHost | null {
    return this.#host?.isOpen === true ? this.#host : null;
  }
}

const nothingToDo: ClusterEnd = { type: "completed" };

/** While the store isn't open a wrong body is still wrong (http-api §16.3). */
function unopened({ format, body }: StatementWork): StatementReply {
  const parsed = parseBody(format, body);
  if (!parsed.ok) return { type: "text", status: 400, message: parsed.error };
  return parsed.value.disallowedPragma ? { type: "error", message: "disallowed pragma" } : notOpen;
}

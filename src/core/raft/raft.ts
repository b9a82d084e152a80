import { assert, type LogIndex, type NodeId, present, type Term, unreachable } from "../base/mod.ts";
import { becomePreCandidate, ownVoteSaved } from "./candidate.ts";
import { type IndexedConfiguration, isLoneVoter, type Member } from "./configuration.ts";
import type { RaftInput } from "./inputs.ts";
import { snapshotFetched, snapshotMissed } from "./install-snapshot.ts";
import { snapshotUnsent } from "./install-snapshot-response.ts";
import { checkInvariants } from "./invariants.ts";
import { requestChange } from "./membership.ts";
import { checkRaftOptions, type RaftOptions } from "./options.ts";
import type { Admission, RaftOutput, RoleName } from "./outputs.ts";
import { appended, bootstrap, compacted, persisted } from "./own-log.ts";
import { requestRead } from "./reads.ts";
import { receive } from "./receive.ts";
import { Server } from "./server.ts";
import { type RaftStatus, statusOf } from "./status.ts";
import { tick } from "./tick.ts";
import { requestTransfer } from "./transfer.ts";

/** What the host was last told; a step that changes it tells the host again. */
interface Announced {
  role: RoleName | null;
  term: Term | null;
  leader: NodeId | null;
  writes: Admission | null;
  latest: IndexedConfiguration | null;
  joining: Member | null;
}

/** One node's part in the consensus: a fold over its inputs, with no clock, no dice and no I/O of its own. */
export class Raft {
  readonly #options: RaftOptions;
  #server: Server | null = null;
  readonly #announced: Announced = {
    role: null,
    term: null,
    leader: null,
    writes: null,
    latest: null,
    joining: null,
  };

  constructor(options: RaftOptions) {
    const checked = checkRaftOptions(options);
    assert(checked.ok, checked.ok ? "" : checked.error);
    this.#options = options;
  }

  /** Takes in what happened; gives what is to be done, in order. Throws only on a broken invariant. */
  step(input: RaftInput): readonly RaftOutput[] {
    if (input.type === "start") {
      assert(this.#server === null, "start comes once");
      const server = new Server(this.#options, input.hardState, input.log, input.commitIndex, input.entropy);
      this.#server = server;
      if (isLoneVoter(server.configuration, server.id)) becomePreCandidate(server);
      return this.#flush(server);
    }
    const server = this.#started;
    this.#take(server, input);
    return this.#flush(server);
  }

  get role(): RoleName {
    return this.#started.role.name;
  }

  get currentTerm(): Term {
    return this.#started.currentTerm;
  }

  get leader(): NodeId | null {
    return this.#started.leader;
  }

  get commitIndex(): LogIndex {
    return this.#started.commitIndex;
  }

  get status(): RaftStatus {
    return statusOf(this.#started);
  }

  get #started(): Server {
    return present(this.#server, "start comes first");
  }

  #take(server: Server, input: Exclude<RaftInput, { type: "start" }>): void {
    switch (input.type) {
      case "tick":
        tick(server);
        break;
      case "receive":
        receive(server, input.message, input.bodies);
        break;
      case "hard-state-saved":
        server.hardStateSaved(input.ticket);
        ownVoteSaved(server);
        break;
      case "appended":
        appended(server, input.epoch, input.entries);
        break;
      case "persisted":
        persisted(server, input.epoch, input.index);
        break;
      case "read":
        requestRead(server, input.request);
        break;
      case "transfer":
        requestTransfer(server, input.request, input.target);
        break;
      case "change":
        requestChange(server, input.request, input.change);
        break;
      case "bootstrap":
        bootstrap(server, input.request, input.configuration);
        break;
      case "compacted":
        compacted(server, input.index);
        break;
      case "snapshot-fetched":
        snapshotFetched(server, input.snapshot);
        break;
      case "snapshot-missed":
        snapshotMissed(server, input.snapshot);
        break;
      case "snapshot-unsent":
        snapshotUnsent(server, input.to);
        break;
      default:
        unreachable(input);
    }
  }

  /** The save first, since the rest of the queue may build on it; then what the node has become; then the rest. */
  #flush(server: Server): readonly RaftOutput[] {
    const outputs: RaftOutput[] = [];
    const { currentTerm: term, votedFor, ticket, outbox } = server;
    if (server.takeUnsaved()) {
      outputs.push({ type: "save-hard-state", ticket, term, votedFor, thenSend: outbox.takeMessages() });
    } else if (!server.saved) outbox.hold(ticket);
    this.#announceRole(server, outputs);
    outputs.push(...outbox.take());
    this.#announceConfiguration(server, outputs);
    this.#announceAdmission(server, outputs);
    checkInvariants(server);
    return outputs;
  }

  #announceRole(server: Server, outputs: RaftOutput[]): void {
    const { currentTerm: term, leader } = server;
    const { name: role } = server.role;
    const told = this.#announced;
    if (told.role === role && told.term === term && told.leader === leader) return;
    told.role = role;
    told.term = term;
    told.leader = leader;
    outputs.push({ type: "became", role, term, leader });
  }

  #announceConfiguration(server: Server, outputs: RaftOutput[]): void {
    const { latest } = server.log;
    const joining = server.role.name === "leader" ? (server.role.joining?.member ?? null) : null;
    const told = this.#announced;
    if (told.latest === latest && told.joining === joining) return;
    told.latest = latest;
    told.joining = joining;
    outputs.push({ type: "configured", latest, joining });
  }

  #announceAdmission(server: Server, outputs: RaftOutput[]): void {
    const writes = admissionOf(server);
    if (this.#announced.writes === writes) return;
    this.#announced.writes = writes;
    outputs.push({ type: "admit", writes });
  }
}

function admissionOf(server: Server): Admission {
  const { role, options } = server;
  if (role.name !== "leader") return "closed";
  if (role.transfer !== null) return "transferring";
  return server.log.bytesAfter(server.commitIndex) >= options.uncommittedBytesMax ? "full" : "open";
}

import { type LogIndex, type Outcome, unreachable } from "../base/mod.ts";
import type { Clock, Files } from "../ports/mod.ts";
import type { Sqlite } from "../sqlite/mod.ts";
import type { EngineData, FromEngine, ToEngine } from "./engine-messages.ts";
import { isImageName, isLeftover } from "./file-names.ts";
import { GroupRunner } from "./group-runner.ts";
import { unpackRequests } from "./packed-requests.ts";
import { noResults } from "./packed-results.ts";
import type { Storage } from "./storage.ts";
import { Writer } from "./writer.ts";

/** What the engine's program needs of its thread. */
export interface EnginePorts {
  readonly files: Files;
  readonly clock: Clock;
  post(message: FromEngine, transfer?: readonly ArrayBuffer[]): void;
}

/** The engine thread's program: the one writer and the log's files, one message after another. */
export class EngineProgram {
  readonly #ports: EnginePorts;
  readonly #data: EngineData;
  readonly #storage: Storage;
  readonly #writer: Writer;
  readonly #runner: GroupRunner;

  /** Tells the world what recovery found. Throws FileError. */
  constructor(sqlite: Sqlite, storage: Storage, ports: EnginePorts, data: EngineData) {
    this.#ports = ports;
    this.#data = data;
    this.#storage = storage;
    this.#writer = new Writer(sqlite, storage.writerStore, { foreignKeys: data.foreignKeys }, ports.clock);
    this.#runner = new GroupRunner(this.#writer, storage, data.cells, ports.clock);
    this.#removeLeftovers();
    ports.post({
      type: "recovered",
      hardState: storage.hardState,
      lastIndex: storage.lastIndex,
      lastTerm: storage.lastTerm,
      checkpointIndex: storage.checkpointIndex,
      readableFrom: storage.readableFrom,
      log: storage.describeLog(),
      base: storage.versions.index.base,
      notes: storage.notes,
      logBytes: storage.logBytes,
      sqliteVersion: sqlite.version,
      compileOptions: sqlite.compileOptions,
      cut: storage.cut,
    });
  }

  receive(message: ToEngine): void {
    const storage = this.#storage;
    switch (message.type) {
      case "run-group":
        this.#runGroup(message);
        break;
      case "append-noop":
        mustAppend(storage.appendNoop(message.term));
        this.#executed({ ticket: null, term: message.term, notes: [], results: noResults });
        break;
      case "append-configuration": {
        const { ticket, term, body } = message;
        mustAppend(storage.appendMembership(term, body));
        this.#executed({ ticket, term, notes: [], results: noResults });
        break;
      }
      case "truncate-from":
        this.#truncate(message.from);
        this.#ports.post({ type: "truncated", ticket: message.ticket, ...this.#end() });
        break;
      case "share-entries":
        storage.shareEntries(message.isOn);
        break;
      case "read-entries":
        this.#readEntries(message);
        break;
      case "append-entries":
        this.#appendEntries(message);
        break;
      case "save-hard-state":
        storage.saveHardState(message.term, message.votedFor);
        this.#ports.post({ type: "hard-state-saved", ticket: message.ticket });
        break;
      case "install":
        this.#install(message);
        break;
      case "describe-snapshot": {
        const { ticket, at } = message;
        this.#ports.post({ type: "snapshot-described", ticket, snapshot: storage.describeSnapshot(at) });
        break;
      }
      case "install-snapshot": {
        this.#writer.close();
        const note = storage.installSnapshot(message.snapshot, message.image);
        this.#ports.post({ type: "snapshot-installed", ticket: message.ticket, note });
        break;
      }
      case "plan-checkpoint":
        this.#ports.post({ type: "checkpoint-plan", order: storage.planCheckpoint(message.upTo) });
        break;
      case "checkpointed":
        storage.checkpointed(message.through);
        this.#ports.post({ type: "checkpoint-noted", base: storage.versions.index.base });
        break;
      case "recycle":
        storage.recycle(message.through);
        break;
      case "spare":
        storage.addSpare(message.path);
        break;
      case "spare-failed":
        storage.spareFailed(message.path);
        break;
      case "stop":
        storage.flush();
        this.#writer.close();
        storage.close();
        this.#ports.post({ type: "stopped" });
        break;
      default:
        unreachable(message);
    }
  }

  #runGroup({ ticket, term, requests }: Extract<ToEngine, { type: "run-group" }>): void {
    const { notes, results } = this.#runner.run(unpackRequests(requests), term);
    this.#executed({ ticket, term, notes, results });
  }

  /** Makes everything durable that was appended, then says so. */
  #executed(what: Pick<Extract<FromEngine, { type: "executed" }>, "ticket" | "term" | "notes" | "results">): void {
    const { ticket, term } = what;
    const entries = this.#storage.takeShared();
    if (entries !== null) this.#ports.post({ type: "logged", ticket, term, entries }, [entries.bytes.buffer]);
    const logBytes = this.#storage.flush();
    const transfer = what.results === noResults ? [] : [what.results.heads.buffer, what.results.bytes.buffer];
    this.#ports.post({ type: "executed", ...what, lastIndex: this.#storage.lastIndex, logBytes }, transfer);
  }

  #end(): Pick<Storage, "lastIndex" | "lastTerm"> {
    const { lastIndex, lastTerm } = this.#storage;
    return { lastIndex, lastTerm };
  }

  #truncate(from: LogIndex): void {
    this.#writer.close();
    this.#storage.truncateFrom(from);
  }

  #readEntries({ ticket, from, through, bytesMax }: Extract<ToEngine, { type: "read-entries" }>): void {
    const read = this.#storage.readEntries(from, through, bytesMax);
    const entries = read === "compacted" ? null : read;
    this.#ports.post({ type: "entries", ticket, entries }, entries === null ? [] : [entries.bytes.buffer]);
  }

  #appendEntries({ ticket, truncateFrom, from, bytes, images }: Extract<ToEngine, { type: "append-entries" }>): void {
    if (truncateFrom !== null) this.#truncate(truncateFrom);
    this.#writer.close();
    const appended = this.#storage.appendEntries(bytes, from, images);
    if (!appended.ok) {
      this.#ports.post({ type: "append-refused", ticket, ...this.#end(), reason: appended.error });
      return;
    }
    const logBytes = this.#storage.flush();
    this.#ports.post({ type: "appended", ticket, ...this.#end(), notes: appended.value, logBytes });
  }

  #install({ ticket, term, image }: Extract<ToEngine, { type: "install" }>): void {
    this.#writer.close();
    const appended = this.#storage.appendImage(term, image);
    if (!appended.ok) {
      this.#ports.files.remove(`${this.#data.folder}/${image.file}`);
      this.#ports.post({ type: "install-refused", ticket, reason: appended.error });
      return;
    }
    this.#executed({ ticket, term, notes: [appended.value], results: noResults });
  }

  /** Files of a process that has ended: half an upload, a copy on its way out, an image whose entry never came. */
  #removeLeftovers(): void {
    const { files } = this.#ports;
    const { folder } = this.#data;
    const used = new Set([this.#storage.versions.index.base.file, ...this.#storage.notes.map(({ image }) => image)]);
    for (const name of files.list(folder)) {
      if (isLeftover(name) || (isImageName(name) && !used.has(name))) files.remove(`${folder}/${name}`);
    }
  }
}

/** For entries that Raft can't do without, whatever the disk says. */
function mustAppend(appended: Outcome<LogIndex>): void {
  if (!appended.ok) throw new Error(`no entry can be written to the log: ${appended.error}`);
}

import { type Hasher, type RequestId, unreachable } from "../base/mod.ts";
import { type Clock, FileError, type Files } from "../ports/mod.ts";
import type { Sqlite } from "../sqlite/mod.ts";
import { beginCell, type Cell } from "./cancel-cells.ts";
import type { CheckpointOrder, ImageShape } from "./engine-messages.ts";
import { failureText, isDiskFull } from "./failure-text.ts";
import { ImageNames, uploadName } from "./file-names.ts";
import { checkImage } from "./image-check.ts";
import { KeeperFetches } from "./keeper-fetches.ts";
import type { FolderSizes, FromKeeper, KeeperData, ToKeeper } from "./keeper-messages.ts";
import { RequestLimit } from "./request-limit.ts";
import { runCheckpoint } from "./storage-checkpoint.ts";
import { databaseFile, logFolder } from "./storage-names.ts";
import { makeSpare } from "./storage-spares.ts";
import { Upload } from "./upload.ts";

/** What the keeper's program needs of its thread. */
export interface KeeperPorts {
  readonly files: Files;
  readonly clock: Clock;
  readonly hasher: Hasher;
  loadSqlite(): Promise<Sqlite>;
  post(message: FromKeeper, transfer?: readonly ArrayBuffer[]): void;
}

/** The keeper thread's program: what takes long and needs no SQL connection of the database itself. */
export class KeeperProgram {
  readonly #ports: KeeperPorts;
  readonly #data: KeeperData;
  readonly #uploads = new Map<RequestId, Upload>();
  readonly #imageNames = new ImageNames();
  readonly #fetches: KeeperFetches;

  constructor(ports: KeeperPorts, data: KeeperData) {
    this.#ports = ports;
    this.#data = data;
    this.#fetches = new KeeperFetches(ports, data.folder, this.#imageNames);
  }

  /** Resolves when it is done with the message; most need no promise. */
  receive(message: ToKeeper): Promise<void> | undefined {
    switch (message.type) {
      case "make-spare":
        this.#makeSpare(message.path, message.sizeBytes);
        break;
      case "checkpoint":
        this.#checkpoint(message.order);
        break;
      case "upload-begin":
        this.#withUpload(message.id, () => {
          this.#uploads.set(message.id, new Upload(this.#ports.files, this.#path(uploadName(message.id))));
        });
        break;
      case "upload-chunk":
        this.#withUpload(message.id, (upload) => {
          upload?.append(message.bytes);
          this.#ports.post({ type: "upload-credit", id: message.id });
        });
        break;
      case "upload-end":
        return this.#check(message.id, message.cell);
      case "upload-drop":
        this.#drop(message.id);
        break;
      case "image-drop":
        this.#ports.files.remove(this.#path(message.file));
        break;
      case "fetch-begin":
        this.#fetches.begin(message.id, message.shape);
        break;
      case "fetch-chunk":
        this.#fetches.take(message.id, message.bytes);
        break;
      case "fetch-repeat":
        this.#fetches.repeat(message.id);
        break;
      case "fetch-drop":
        this.#fetches.drop(message.isNeeded);
        break;
      case "image-ask":
        this.#fetches.answer(message);
        break;
      case "measure":
        this.#ports.post({ type: "measured", ticket: message.ticket, sizes: this.#measure() });
        break;
      default:
        unreachable(message);
    }
    return undefined;
  }

  #makeSpare(path: string, sizeBytes: number): void {
    try {
      makeSpare(this.#ports.files, path, sizeBytes);
      this.#ports.post({ type: "spare-made", path });
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#ports.post({ type: "spare-failed", path, reason: failureText(error) });
    }
  }

  #checkpoint(order: CheckpointOrder): void {
    const { files, hasher } = this.#ports;
    try {
      const baseBytes = runCheckpoint(files, this.#data.folder, hasher, order);
      this.#ports.post({ type: "checkpoint-done", index: order.index, baseBytes });
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#ports.post({ type: "checkpoint-failed", index: order.index, reason: failureText(error) });
    }
  }

  /** Goes on with an upload; a full disk refuses that one only. An upload that was refused already is not known here. */
  #withUpload(id: RequestId, goOn: (upload: Upload | undefined) => void): void {
    try {
      goOn(this.#uploads.get(id));
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.#refuse(id, "no-room", failureText(error));
    }
  }

  async #check(id: RequestId, cell: Cell): Promise<void> {
    // An instance for this one file: idle nodes do without its memory, and a big check gives its own back.
    const sqlite = await this.#ports.loadSqlite();
    this.#withUpload(id, (upload) => {
      if (upload === undefined) return;
      if (!beginCell(this.#data.cells, cell)) {
        this.#refuse(id, "stopped", "stopped");
        return;
      }
      const limit = new RequestLimit(this.#data.cells, cell, this.#ports.clock, 0);
      const checked = checkImage(sqlite, this.#ports.hasher, upload.file, limit);
      if (limit.due() !== null) this.#refuse(id, "stopped", "stopped");
      else if (!checked.ok) this.#refuse(id, "unsound", checked.error);
      else this.#keep(id, upload, checked.value);
    });
  }

  #keep(id: RequestId, upload: Upload, shape: ImageShape): void {
    const { folder } = this.#data;
    const file = this.#imageNames.next(this.#ports.files.list(folder));
    upload.keep(this.#path(file), folder);
    this.#uploads.delete(id);
    this.#ports.post({ type: "upload-checked", id, image: { file, ...shape } });
  }

  #refuse(id: RequestId, kind: "unsound" | "no-room" | "stopped", reason: string): void {
    this.#drop(id);
    this.#ports.post({ type: "upload-refused", id, kind, reason });
  }

  #drop(id: RequestId): void {
    this.#uploads.get(id)?.drop();
    this.#uploads.delete(id);
  }

  #measure(): FolderSizes {
    const { folder } = this.#data;
    const logBytes = this.#sizeOf(logFolder(folder));
    return {
      folderBytes: logBytes + this.#sizeOf(folder) + this.#sizeOf(`${folder}/raft`),
      databaseBytes: this.#sizeOf(folder, databaseFile),
      databaseModifiedMs: this.#ports.files.modifiedMs(this.#path(databaseFile)),
      logBytes,
    };
  }

  /** Bytes of all files of a folder, or of the one of that name. Files may go while we look. */
  #sizeOf(folder: string, only: string | null = null): number {
    const { files } = this.#ports;
    let sizeBytes = 0;
    for (const name of files.list(folder)) {
      if (only !== null && name !== only) continue;
      try {
        const file = files.open(`${folder}/${name}`, "read");
        sizeBytes += file.sizeBytes();
        file.close();
      } catch (error) {
        if (!(error instanceof FileError && error.code === "ENOENT")) throw error;
      }
    }
    return sizeBytes;
  }

  #path(name: string): string {
    return `${this.#data.folder}/${name}`;
  }
}

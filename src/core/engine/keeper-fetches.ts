import type { Hasher } from "../base/mod.ts";
import { encodePageChunk } from "../pages/mod.ts";
import type { Files } from "../ports/mod.ts";
import type { ImageShape } from "./engine-messages.ts";
import { failureText, isDiskFull } from "./failure-text.ts";
import type { ImageNames } from "./file-names.ts";
import { FilePages } from "./file-pages.ts";
import type { FromKeeper, ToKeeper } from "./keeper-messages.ts";
import { SnapshotFetch } from "./snapshot-fetch.ts";
import { fetchFile } from "./storage-names.ts";

type Post = (message: FromKeeper, transfer?: readonly ArrayBuffer[]) => void;

/** What the keeper does for databases that go from node to node: at most one comes here at a time. Throws FileError. */
export class KeeperFetches {
  readonly #files: Files;
  readonly #folder: string;
  readonly #hasher: Hasher;
  readonly #imageNames: ImageNames;
  readonly #post: Post;
  #current: { readonly id: number; readonly fetch: SnapshotFetch } | null = null;

  constructor(ports: { files: Files; hasher: Hasher; post: Post }, folder: string, imageNames: ImageNames) {
    this.#files = ports.files;
    this.#hasher = ports.hasher;
    this.#post = (message, transfer) => ports.post(message, transfer);
    this.#folder = folder;
    this.#imageNames = imageNames;
  }

  begin(id: number, shape: ImageShape): void {
    this.drop(true);
    this.#withRoom(id, () => {
      const fetch = new SnapshotFetch(this.#files, this.#folder, this.#hasher, shape);
      this.#current = { id, fetch };
      this.#goOn(id, fetch);
    });
  }

  take(id: number, bytes: Uint8Array<ArrayBuffer>): void {
    const fetch = this.#fetchOf(id);
    if (fetch === null) return;
    this.#withRoom(id, () => {
      const taken = fetch.take(bytes);
      if (taken.ok) this.#goOn(id, fetch);
      else this.#post({ type: "fetch-failed", id, isOver: false, reason: taken.error });
    });
  }

  repeat(id: number): void {
    for (const ask of this.#fetchOf(id)?.unanswered() ?? []) this.#post({ type: "fetch-ask", id, ask });
  }

  drop(isNeeded: boolean): void {
    this.#current?.fetch.close();
    this.#current = null;
    if (!isNeeded) this.#files.remove(`${this.#folder}/${fetchFile}`);
  }

  /** Answers for an image file of this node. */
  answer({ id, file, pageSize, ask }: Extract<ToKeeper, { type: "image-ask" }>): void {
    const path = `${this.#folder}/${file}`;
    if (!this.#files.exists(path)) {
      this.#post({ type: "image-chunk", id, bytes: null });
      return;
    }
    const handle = this.#files.open(path, "read");
    const bytes = encodePageChunk(new FilePages(handle, pageSize), ask, this.#hasher);
    handle.close();
    this.#post({ type: "image-chunk", id, bytes }, [bytes.buffer]);
  }

  #fetchOf(id: number): SnapshotFetch | null {
    return this.#current?.id === id ? this.#current.fetch : null;
  }

  #goOn(id: number, fetch: SnapshotFetch): void {
    for (const ask of fetch.asks()) this.#post({ type: "fetch-ask", id, ask });
    if (!fetch.isWhole) return;
    this.#current = null;
    const image = fetch.finish(this.#imageNames);
    if (image.ok) this.#post({ type: "fetch-done", id, image: image.value });
    else this.#post({ type: "fetch-failed", id, isOver: true, reason: image.error });
  }

  /** A full disk ends the transfer, and nothing else. */
  #withRoom(id: number, act: () => void): void {
    try {
      act();
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      this.drop(false);
      this.#post({ type: "fetch-failed", id, isOver: true, reason: failureText(error) });
    }
  }
}

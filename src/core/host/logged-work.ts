import { assert, present, type RequestId } from "../base/mod.ts";
import { type PackedResults, packRequests, type StatementRequest, unpackResults } from "../engine/mod.ts";
import type { NodeEffect } from "../node/mod.ts";
import { StatementTask } from "./statement-task.ts";
import type { StorageThreads } from "./storage-threads.ts";
import type { Task } from "./task.ts";
import { UploadTask } from "./upload-task.ts";

/** A group or install that the engine has: who is in it, and its results once they are there. */
interface Logged {
  readonly requests: readonly RequestId[];
  results: PackedResults | null;
}

type Of<Type extends NodeEffect["type"]> = Extract<NodeEffect, { type: Type }>;

/** Groups and installs on their way through the log; their results wait here until the node lets them go. */
export class LoggedWork {
  readonly #tasks: ReadonlyMap<RequestId, Task>;
  readonly #threads: StorageThreads;
  readonly #logged = new Map<number, Logged>();

  constructor(tasks: ReadonlyMap<RequestId, Task>, threads: StorageThreads) {
    this.#tasks = tasks;
    this.#threads = threads;
  }

  runGroup({ type, ticket, term, requests: ids }: Of<"run-group">): void {
    const requests: StatementRequest[] = [];
    for (const id of ids) {
      const task = this.#tasks.get(id);
      assert(task instanceof StatementTask, "a group is made of statement requests");
      const { work, cell } = task;
      requests.push(work.cell === cell ? work : { ...work, cell });
    }
    this.#logged.set(ticket, { requests: ids, results: null });
    const { packed, transfer } = packRequests(requests);
    this.#threads.toEngine({ type, ticket, term, requests: packed }, transfer);
  }

  install({ type, ticket, term, request }: Of<"install">): void {
    const task = this.#tasks.get(request);
    const image = present(task instanceof UploadTask ? task.image : null, "an image that was checked");
    this.#logged.set(ticket, { requests: [request], results: null });
    this.#threads.toEngine({ type, ticket, term, request, image });
  }

  /** It is in the log. */
  executed(ticket: number, results: PackedResults): void {
    present(this.#logged.get(ticket), "a group that was sent").results = results;
  }

  /** It never got into the log. */
  refused(ticket: number): void {
    this.#logged.delete(ticket);
  }

  release({ ticket }: Of<"release">): void {
    const { requests, results } = present(this.#logged.get(ticket), "what is released was sent");
    this.#logged.delete(ticket);
    const executed = present(results, "what is released was executed");
    if (executed.heads.length === 0) for (const id of requests) this.#tasks.get(id)?.installed();
    else for (const result of unpackResults(executed)) this.#tasks.get(result.id)?.result(result);
  }

  lose({ ticket, reason }: Of<"lose">): void {
    const logged = this.#logged.get(ticket);
    this.#logged.delete(ticket);
    for (const id of logged?.requests ?? []) this.#tasks.get(id)?.lost(reason);
  }
}

import type { SwarmOptions } from "../swarm.ts";
import type { Dice } from "../world/dice.ts";
import type { HttpReply, HttpRequest } from "../world/simulated-http.ts";
import type { SimulatedNode } from "../world/simulated-node.ts";
import { Violation, type World } from "../world/world.ts";

/** One statement: its SQL and its parameters. */
export type Statement = readonly [sql: string, ...parameters: (string | number)[]];

/** A statement's result. */
export interface Result {
  readonly error?: string;
  readonly rows_affected?: number;
  readonly columns?: readonly string[];
  readonly values?: readonly (readonly (string | number | null)[])[];
}

/** What became of a request of statements. */
export type Reply =
  /** An answer for each statement that was run. */
  | { readonly outcome: "done"; readonly results: readonly Result[] }
  /** Definitely not carried out, nor will it be. */
  | { readonly outcome: "refused"; readonly reason: string }
  /** Carried out or not, or still to be. */
  | { readonly outcome: "unknown"; readonly reason: string };

/** When something happened, by a counter that every call and every return moves on. Unknown outcomes never return. */
export interface Span {
  readonly calledAt: number;
  readonly returnedAt: number;
}

export const never = Number.POSITIVE_INFINITY;

/** A database that the history began with or that was loaded later: of which one a result tells, by its number. */
export type Epoch = number;

/** What all workloads share. */
export class Lab {
  readonly world: World;
  readonly node: SimulatedNode;
  readonly options: SwarmOptions;
  /** May bring a disaster about soon: called where it would hurt. */
  readonly tempt: () => void;
  #now = 0;
  #lastNumber = 0;
  #lastEpoch = 0;

  constructor(world: World, node: SimulatedNode, options: SwarmOptions, tempt: () => void) {
    this.world = world;
    this.tempt = tempt;
    this.node = node;
    this.options = options;
  }

  /** The next moment of the history. */
  tick(): number {
    return ++this.#now;
  }

  /** A number that no other write has. */
  fresh(): number {
    return ++this.#lastNumber;
  }

  freshEpoch(): Epoch {
    return ++this.#lastEpoch;
  }

  /** For what must hold at once. */
  check(holds: boolean, property: string, message: string): void {
    if (!holds) throw new Violation(property, message);
  }
}

const refusals = [
  "store not open",
  "leader not found",
  "not leader",
  "store not ready",
  "too many requests under way",
  "timed out enqueuing operation",
  "raft is already shutdown",
  "context canceled",
  "too many long answers are under way",
  // At the end, and so not of any of the statements.
  "FOREIGN KEY constraint failed",
  "transaction left open at the end of the request: rolled back",
];
const unknowns = ["leadership lost", "whether this request was carried out is unknown"];

/** One client: it waits for an answer before it asks again. */
export class Client {
  readonly lab: Lab;
  readonly number: number;
  readonly dice: Dice;

  constructor(lab: Lab, number: number) {
    this.lab = lab;
    this.number = number;
    this.dice = lab.world.dice(`client ${number}`);
  }

  get name(): string {
    return `client${this.number}`;
  }

  async send(request: Omit<HttpRequest, "patienceMs"> & { readonly patienceMs?: number }): Promise<HttpReply> {
    const { lab } = this;
    const { world } = lab;
    const reply = await lab.node.request({ patienceMs: lab.options.patienceMs, ...request });
    world.detail(this.name, `${request.target} -> ${describe(reply)}`);
    world.coverage.hit(`reply ${reply.type === "answer" ? reply.status : reply.type}`);
    return reply;
  }

  /** `query`: what stands behind the `?`. */
  async statements(
    endpoint: "execute" | "query" | "request",
    statements: readonly Statement[],
    query = "",
    how: Pick<HttpRequest, "pauseMs"> = {},
  ): Promise<Reply> {
    const reply = await this.send({
      method: "POST",
      target: `/db/${endpoint}${query === "" ? "" : `?${query}`}`,
      headers: { "content-type": "application/json" },
      body: new TextEncoder().encode(JSON.stringify(statements)),
      ...how,
    });
    return this.#judge(reply);
  }

  #judge(reply: HttpReply): Reply {
    if (reply.type === "refused") return { outcome: "refused", reason: "connection refused" };
    if (reply.type === "broken") return { outcome: "unknown", reason: "connection lost" };
    const text = new TextDecoder().decode(reply.body);
    if (reply.status !== 200) return this.#fault(text.trim());
    const body = JSON.parse(text) as { readonly results?: readonly Result[]; readonly error?: string };
    if (body.error !== undefined) return this.#fault(body.error);
    return { outcome: "done", results: body.results ?? [] };
  }

  #fault(reason: string): Reply {
    if (unknowns.some((known) => reason.includes(known))) return { outcome: "unknown", reason };
    const isRefusal = refusals.some((known) => reason.includes(known)) || /^(?:no room for the log|EIO): /.test(reason);
    this.lab.check(isRefusal, "every refusal is one of those that are documented", `a client was told: ${reason}`);
    return { outcome: "refused", reason };
  }
}

function describe(reply: HttpReply): string {
  if (reply.type === "refused") return "refused";
  if (reply.type === "broken") return `broken off (${reply.heard ?? "no status"})`;
  const { status, body } = reply;
  let hash = 0x811c9dc5;
  for (const byte of body) hash = Math.imul(hash ^ byte, 0x01000193);
  const text = body.length <= 200 ? ` ${new TextDecoder().decode(body).trim()}` : "";
  return `${status} ${body.length} bytes ${(hash >>> 0).toString(16)}${text}`;
}

/** The rows of a result, or a violation if it is an error. */
export function rowsOf(result: Result | undefined, what: string): readonly (readonly (string | number | null)[])[] {
  if (result === undefined || result.error !== undefined)
    throw new Violation("statements that can work do", `${what}: ${result?.error ?? "no result"}`);
  return result.values ?? [];
}

export const numberOf = (value: string | number | null | undefined): number => {
  if (typeof value !== "number") throw new Violation("numbers come back as numbers", `got ${JSON.stringify(value)}`);
  return value;
};

export const textOf = (value: string | number | null | undefined): string => {
  if (typeof value !== "string") throw new Violation("texts come back as texts", `got ${JSON.stringify(value)}`);
  return value;
};

/** One thing that a client may do. */
export interface Action {
  readonly name: string;
  readonly weight: number;
  run(client: Client): Promise<unknown>;
}

/** A workload: what it needs in the database, what clients do, and what must have held in the end. */
export interface Workload {
  /** Run once for every database that the history sees. */
  setup(epoch: Epoch): readonly string[];
  readonly actions: readonly Action[];
  /** Queries for a number that is always 0, in any snapshot. */
  readonly audits: readonly string[];
  /** Throws a violation. */
  judge(): void;
}

/** Levels at which reads are asked for; one node by itself keeps the same promise at each. */
export const levelOf = (dice: Dice): string => `level=${dice.pick(["none", "weak", "strong", "linearizable", "auto"])}`;

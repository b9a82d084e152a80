import { assert, type LogIndex, logIndex, present, type RequestId } from "../base/mod.ts";
import type { NodeEffect } from "./node-effect.ts";

type FlightKind = "group" | "install" | "noop";

/** Something that the engine has been given. */
interface Flight {
  readonly kind: FlightKind;
  /** 0 for a no-op. */
  readonly ticket: number;
  /** Of an install its one; of a no-op the strong reads that wait for it. */
  readonly requests: readonly RequestId[];
  /** The log's last index after it; null until the engine has reported it. */
  lastIndex: LogIndex | null;
}

/** What is under way in the log: given to the engine and not reported, or reported and not committed. In its order. */
export class Flights {
  #flights: Flight[] = [];
  #lastTicket = 0;
  #groupsRunning = 0;
  #strongNoops = 0;

  get length(): number {
    return this.#flights.length;
  }

  /** Groups and installs that the engine has not reported. */
  get groupsRunning(): number {
    return this.#groupsRunning;
  }

  /** A no-op that strong reads wait for is on its way into the log. */
  get hasStrongNoop(): boolean {
    return this.#strongNoops > 0;
  }

  /** Gives the ticket. */
  launch(kind: FlightKind, requests: readonly RequestId[]): number {
    const ticket = kind === "noop" ? 0 : ++this.#lastTicket;
    if (kind !== "noop") this.#groupsRunning++;
    else if (requests.length > 0) this.#strongNoops++;
    this.#flights.push({ kind, ticket, requests, lastIndex: null });
    return ticket;
  }

  /** The engine reports what it was given, in that order. */
  executed(ticket: number | null, lastIndex: LogIndex): void {
    const flight = this.#oldest(ticket);
    flight.lastIndex = lastIndex;
    if (flight.kind !== "noop") this.#groupsRunning--;
    else if (flight.requests.length > 0) this.#strongNoops--;
  }

  /** An image could not become the database. */
  refused(ticket: number, reason: string, effects: NodeEffect[]): void {
    const flight = this.#oldest(ticket);
    this.#flights.splice(this.#flights.indexOf(flight), 1);
    this.#groupsRunning--;
    for (const request of flight.requests) effects.push({ type: "refuse-install", request, reason });
  }

  /** Lets go what was judged on top of nothing that isn't committed. */
  release(commitIndex: LogIndex, effects: NodeEffect[]): void {
    let released = 0;
    for (const { kind, ticket, requests, lastIndex } of this.#flights) {
      if (lastIndex === null || lastIndex > commitIndex) break;
      released++;
      if (kind !== "noop") effects.push({ type: "release", ticket });
      else for (const request of requests) effects.push({ type: "run-read", request, strongIndex: lastIndex });
    }
    if (released > 0) this.#flights.splice(0, released);
  }

  /** Leadership is gone: what is in the log may stay there or not, and a read that waits for it happens nowhere. */
  lose(reason: string, effects: NodeEffect[]): void {
    for (const { kind, ticket, requests } of this.#flights) {
      if (kind !== "noop") effects.push({ type: "lose", ticket, reason });
      else for (const request of requests) effects.push({ type: "refuse", request, reason: "no-leader" });
    }
    this.#flights = this.#flights
      .filter(({ lastIndex }) => lastIndex === null)
      .map((flight) => ({ ...flight, requests: [] }));
    this.#strongNoops = 0;
  }

  #oldest(ticket: number | null): Flight {
    const flight = present(
      this.#flights.find(({ lastIndex }) => lastIndex === null),
      "the engine reports only what it was given",
    );
    assert(flight.ticket === (ticket ?? 0), "the engine reports in the order in which it was given work");
    return flight;
  }
}

/** No read went through the log. */
export const noIndex: LogIndex = logIndex(0);

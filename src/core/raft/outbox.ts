import type { Ticket } from "./inputs.ts";
import type { Message } from "./messages.ts";
import type { RaftOutput } from "./outputs.ts";

/** Replies that wait for one save; more are dropped, as a network may drop them. */
const heldMax = 1024;

interface Held {
  readonly ticket: Ticket;
  readonly message: Message;
}

/**
 * Gathers the outputs of one step. No message may tell of a term or a vote that isn't on disk (Figure 2, "Updated on
 * stable storage before responding to RPCs"), so what a step sends while a save is due goes into that save's `thenSend`, and
 * what later steps send before it is reported stays here until it is.
 */
export class Outbox {
  #outputs: RaftOutput[] = [];
  #messages: Message[] = [];
  #held: Held[] = [];

  /** Nothing waits here for a save. */
  get idle(): boolean {
    return this.#held.length === 0;
  }

  push(output: Exclude<RaftOutput, { type: "send" | "save-hard-state" | "became" | "configured" | "admit" }>): void {
    this.#outputs.push(output);
  }

  send(message: Message): void {
    this.#messages.push(message);
  }

  /** Messages that waited for the save of `ticket`, or an earlier one, are free to go. */
  saved(ticket: Ticket): void {
    while (this.#held.length > 0 && (this.#held[0]?.ticket ?? Number.POSITIVE_INFINITY) <= ticket) {
      const held = this.#held.shift();
      if (held !== undefined) this.#outputs.push({ type: "send", message: held.message });
    }
  }

  /** What the step sent, for the `thenSend` of a save. */
  takeMessages(): readonly Message[] {
    const messages = this.#messages;
    this.#messages = [];
    return messages;
  }

  /** Keeps what the step sent until `ticket` is saved. */
  hold(ticket: Ticket): void {
    for (const message of this.takeMessages()) {
      if (this.#held.length < heldMax) this.#held.push({ ticket, message });
    }
  }

  /** The step's outputs; what it sent comes last. */
  take(): readonly RaftOutput[] {
    const outputs = this.#outputs;
    for (const message of this.takeMessages()) outputs.push({ type: "send", message });
    this.#outputs = [];
    return outputs;
  }
}

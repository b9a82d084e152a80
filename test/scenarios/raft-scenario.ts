import {
  assert,
  logIndex,
  type NodeId,
  nodeId,
  Prng,
  present,
  type RequestId,
  requestId,
} from "../../src/core/base/mod.ts";
import {
  type Configuration,
  type ConfigurationChange,
  configuration,
  defaultRaftOptions,
  noConfiguration,
  type RaftOptions,
} from "../../src/core/raft/mod.ts";
import { describeConfiguration, describeMessage, describeOutput } from "../sim/raft/describe.ts";
import { lastOfLog } from "../sim/raft/model-log.ts";
import { Safety } from "../sim/raft/safety.ts";
import { type Letter, SimulatedNode } from "../sim/raft/simulated-node.ts";

/** Small numbers, so that scenarios are short. */
const scenarioOptions: Omit<RaftOptions, "id"> = {
  ...defaultRaftOptions,
  electionTimeoutTicks: 10,
  candidateTimeoutTicks: 10,
  leaderLeaseTicks: 10,
  heartbeatTicks: 3,
  transferTicks: 10,
  snapshotRetryTicks: 5,
  catchUpSilenceTicks: 30,
};

const settleRoundsMax = 100;

/**
 * A cluster moved by hand. Commands:
 *
 * `cluster n1 n2 n3* n4-`  servers: a star has no vote, a dash is known to nobody; `options name=value …` goes before
 * `tick n1 [count]`, `timeout n1`  time passes for one node; until it does something about its leader's silence
 * `disk n1`, `work n1`, `sync n1`  its engine does and reports everything; does one thing; syncs and reports
 * `hold n1`, `release n1`  its disk stands still in `settle`
 * `deliver [n1>n2] [type]`, `drop [n1>n2] [type]`  what is on the way now; `mail` shows it
 * `settle`  disks and letters until nothing happens; `quietly …` shows nothing of what the rest does
 * `write n1 text`, `read n1`, `transfer n1 [n2]`, `put n1 n4|n4*`, `remove n1 n2`
 * `crash n1`, `lose n1` (what isn't synced is gone), `wipe n1` (all is gone), `start n1`, `cut n1 n2`, `isolate n1`, `heal`
 * `compact n1 index`, `fetched n1`, `missed n1`
 * `log [n1 …]`, `status [n1 …]`
 */
export class RaftScenario {
  readonly #nodes = new Map<NodeId, SimulatedNode>();
  readonly #safety = new Safety(this.#nodes);
  readonly #dice = new Prng(1);
  readonly #cuts = new Set<string>();
  readonly #held = new Set<NodeId>();
  #options = scenarioOptions;
  #letters: Letter[] = [];
  #lines: string[] = [];
  #requests = 0;

  run(words: readonly string[]): readonly string[] {
    this.#lines = [];
    const [verb = "", ...rest] = words;
    if (verb === "quietly") {
      this.run(rest);
      return [];
    }
    this.#command(verb, rest);
    return this.#lines;
  }

  #command(verb: string, words: readonly string[]): void {
    const [first = "", second = "", ...more] = words;
    switch (verb) {
      case "options":
        for (const word of words) {
          const [name = "", value = ""] = word.split("=");
          assert(name in this.#options, `no option ${name}`);
          this.#options = { ...this.#options, [name]: Number(value) };
        }
        break;
      case "cluster":
        this.#cluster(words);
        break;
      case "tick":
        for (let count = Number(second === "" ? 1 : second); count > 0; count--)
          this.#node(first).step({ type: "tick" });
        break;
      case "timeout": {
        const deeds = (): number => this.#lines.length + this.#letters.length;
        const before = deeds();
        const node = this.#node(first);
        for (let ticks = 0; ticks < 100 && deeds() === before; ticks++) node.step({ type: "tick" });
        break;
      }
      case "disk":
        this.#disk(this.#node(first));
        break;
      case "work":
        this.#node(first).engine.work();
        while (this.#node(first).report());
        break;
      case "sync":
        this.#node(first).engine.sync();
        while (this.#node(first).report());
        break;
      case "hold":
        this.#held.add(nodeId(first));
        break;
      case "release":
        this.#held.delete(nodeId(first));
        break;
      case "mail":
        for (const { message } of this.#letters) this.#lines.push(describeMessage(message));
        break;
      case "deliver":
        for (const letter of this.#pick(words)) this.#deliver(letter);
        break;
      case "drop":
        for (const { message } of this.#pick(words)) this.#lines.push(`lost ${describeMessage(message)}`);
        break;
      case "settle":
        this.#settle();
        break;
      default:
        this.#demand(verb, first, [second, ...more]);
    }
  }

  #demand(verb: string, first: string, [second = ""]: readonly string[]): void {
    if (verb === "heal") this.#cuts.clear();
    else if (verb === "log" || verb === "status") this.#show(verb, first === "" ? [] : [first]);
    else this.#demandOf(verb, this.#node(first), second);
  }

  #demandOf(verb: string, node: SimulatedNode, second: string): void {
    switch (verb) {
      case "write":
        if (!node.write(second)) this.#lines.push(`${node.id}: no writes now`);
        break;
      case "read": {
        const request = this.#request();
        this.#safety.readBegan(request);
        node.read(request);
        break;
      }
      case "transfer":
        node.transfer(this.#request(), second === "" ? null : nodeId(second));
        break;
      case "put":
        this.#change(node, { type: "put", member: memberFrom(second) });
        break;
      case "remove":
        this.#change(node, { type: "remove", id: nodeId(second) });
        break;
      case "crash":
        node.crash((count) => count - 1);
        break;
      case "lose":
        node.crash(() => 0);
        break;
      case "wipe":
        node.crash(() => 0);
        node.engine.wipe();
        break;
      case "start":
        node.start(this.#dice.word());
        break;
      case "cut":
        this.#cuts.add(`${node.id}>${second}`).add(`${second}>${node.id}`);
        break;
      case "isolate":
        for (const id of this.#nodes.keys()) this.#cuts.add(`${node.id}>${id}`).add(`${id}>${node.id}`);
        break;
      case "compact":
        node.compact(logIndex(Number(second)));
        break;
      case "fetched":
        node.finishFetch(true);
        break;
      case "missed":
        node.finishFetch(false);
        break;
      default:
        assert(false, `no command ${verb}`);
    }
  }

  #cluster(words: readonly string[]): void {
    const known: Configuration = built(words.filter((word) => !word.endsWith("-")).map(memberFrom));
    for (const word of words) {
      const id = nodeId(word.replace(/[*-]$/, ""));
      const node = new SimulatedNode({ ...this.#options, id }, word.endsWith("-") ? noConfiguration : known, {
        chainOf: (index) => this.#safety.chainOf(index),
        post: (letter) => this.#letters.push(letter),
        output: (of, output) => {
          if (output.type !== "send") this.#lines.push(`${of.id}: ${describeOutput(output)}`);
          this.#safety.output(of, output);
        },
        entry: (_of, entry) => this.#safety.entry(entry),
        committed: (of, index, wasLeader) => this.#safety.committed(of, index, wasLeader),
      });
      this.#nodes.set(id, node);
      node.start(this.#dice.word());
    }
    // What every node says of itself at its start is the same everywhere.
    this.#lines = [];
  }

  #change(node: SimulatedNode, change: ConfigurationChange): void {
    node.change(this.#request(), change);
  }

  #disk(node: SimulatedNode): void {
    for (;;) {
      let busy = node.engine.work();
      if (node.engine.queued === 0 && node.engine.dirty) node.engine.sync();
      while (node.report()) busy = true;
      if (!busy && !node.engine.dirty) return;
    }
  }

  #deliver(letter: Letter): void {
    const { from, to } = letter.message;
    const lost = this.#cuts.has(`${from}>${to}`) || this.#nodes.get(to)?.raft === null;
    this.#lines.push(`${lost ? "lost " : ""}${describeMessage(letter.message)}`);
    if (!lost) this.#node(to).receive(letter);
  }

  #settle(): void {
    for (let rounds = 0; rounds < settleRoundsMax; rounds++) {
      for (const node of this.#nodes.values()) if (node.raft !== null && !this.#held.has(node.id)) this.#disk(node);
      const letters = this.#pick([]);
      if (letters.length === 0) return;
      for (const letter of letters) this.#deliver(letter);
    }
    assert(false, "this never settles");
  }

  /** Takes the letters out that are on the way now, on one way and of one type if the words say so. */
  #pick(words: readonly string[]): readonly Letter[] {
    const way = words.find((word) => word.includes(">"));
    const type = words.find((word) => !word.includes(">"));
    const matches = ({ message }: Letter): boolean =>
      (way === undefined || way === `${message.from}>${message.to}`) && (type === undefined || type === message.type);
    const picked = this.#letters.filter(matches);
    this.#letters = this.#letters.filter((letter) => !matches(letter));
    return picked;
  }

  #show(what: "log" | "status", names: readonly string[]): void {
    for (const node of this.#nodes.values()) {
      if (names.length > 0 && !names.includes(node.id)) continue;
      this.#lines.push(`${node.id}: ${what === "log" ? logOf(node) : statusOf(node)}`);
    }
  }

  #node(name: string): SimulatedNode {
    return present(this.#nodes.get(nodeId(name)), `no node ${name}`);
  }

  #request(): RequestId {
    return requestId(++this.#requests);
  }
}

const memberFrom = (word: string) => ({ id: nodeId(word.replace("*", "")), address: "", voter: !word.endsWith("*") });

function built(members: Parameters<typeof configuration>[0]): Configuration {
  const outcome = configuration(members);
  assert(outcome.ok, outcome.ok ? "" : outcome.error);
  return outcome.value;
}

/** `(2/1) 3/1 a 4/2 no-op | 5/2 b`: the base, entries as index/term, and a bar before what isn't synced. */
function logOf({ engine }: SimulatedNode): string {
  const { base, entries } = engine.log;
  const durable = lastOfLog(engine.durable).index;
  const parts = [`(${base.index}/${base.term})`];
  for (const entry of entries) {
    if (entry.index === durable + 1) parts.push("|");
    const body = entry.configuration === null ? entry.body : `[${describeConfiguration(entry.configuration)}]`;
    parts.push(`${entry.index}/${entry.term} ${body}`);
  }
  return parts.join(" ");
}

function statusOf({ raft }: SimulatedNode): string {
  if (raft === null) return "down";
  const { role, hardState, commitIndex, last, durableIndex, peers } = raft.status;
  const each = peers.map(
    ({ id, state, matchIndex, nextIndex, windowMessages }) =>
      `${id} ${state} match ${matchIndex} next ${nextIndex}${windowMessages === 0 ? "" : ` window ${windowMessages}`}`,
  );
  const own = `${role} t${hardState.term} commit ${commitIndex} last ${last.index}/${last.term} disk ${durableIndex}`;
  return [own, ...each].join("; ");
}

import { assert, logIndex, type NodeId, nodeId, Prng, type RequestId, requestId } from "../../../src/core/base/mod.ts";
import {
  type Configuration,
  type ConfigurationChange,
  configuration,
  type Member,
  noConfiguration,
  type RaftOutput,
  votersOf,
} from "../../../src/core/raft/mod.ts";
import { PostOffice } from "./post-office.ts";
import { Safety } from "./safety.ts";
import { type Letter, SimulatedNode } from "./simulated-node.ts";
import { drawOptions, drawWeather, type Weather } from "./weather.ts";

/** What a run was; two runs of one seed are equal in it. */
export interface RunReport {
  readonly seed: number;
  readonly digest: string;
  readonly counts: Safety["counts"];
}

const progressTicks = 600;

/** A cluster of Rafts that lives through what a seed holds. `run` throws at the first broken property. */
export class RandomCluster {
  readonly #seed: number;
  readonly #dice: Prng;
  readonly #weather: Weather;
  readonly #nodes = new Map<NodeId, SimulatedNode>();
  readonly #post: PostOffice;
  readonly #safety: Safety;
  readonly #trace: ((line: string) => void) | null;
  readonly #transfers = new Set<RequestId>();
  /** In a hundred: how often a node's clock misses a tick. */
  readonly #slowness = new Map<NodeId, number>();
  /** Cut off with its clock standing still, so that it doesn't notice. */
  #dazed: NodeId | null = null;
  /** A new leader that is struck at this event. */
  #doomed: { readonly node: SimulatedNode; readonly event: number } | null = null;
  #digest = 0;
  #requests = 0;
  #bodies = 0;
  #events = 0;
  #calm = false;

  /** `trace` gets a line for each thing that happens. */
  constructor(seed: number, trace: ((line: string) => void) | null = null) {
    this.#seed = seed;
    this.#trace = trace;
    this.#dice = new Prng(seed);
    this.#weather = drawWeather(this.#dice);
    this.#post = new PostOffice(this.#dice, 400);
    const { lost, doubled, overtaking } = this.#weather;
    this.#post.faults = { lost, doubled, overtaking };
    this.#safety = new Safety(this.#nodes);
    const first = this.#firstConfiguration();
    for (let number = 1; number <= this.#weather.servers; number++) {
      const id = nodeId(`n${number}`);
      const known = first.members.some((member) => member.id === id);
      const node = new SimulatedNode(
        drawOptions(this.#dice, id, this.#weather.electionTimeoutTicks),
        known ? first : noConfiguration,
        {
          chainOf: (index) => this.#safety.chainOf(index),
          post: (letter) => this.#post.post(letter),
          output: (of, output) => this.#output(of, output),
          entry: (_of, entry) => this.#safety.entry(entry),
          committed: (of, index, wasLeader) => this.#safety.committed(of, index, wasLeader),
        },
      );
      this.#nodes.set(id, node);
      this.#slowness.set(id, this.#weather.skewed ? this.#dice.below(90) : 10);
    }
    for (const node of this.#nodes.values()) node.start(this.#dice.word());
  }

  /** Lives through `ticks` ticks, then through a calm in which everything must come right. */
  run(ticks: number): RunReport {
    for (let tick = 0; tick < ticks; tick++) {
      this.#tick();
      this.#fate();
      for (let event = 0; event < this.#weather.eventsPerTick; event++) this.#happen();
    }
    this.#comeRight();
    return { seed: this.#seed, digest: this.#digest.toString(16), counts: this.#safety.counts };
  }

  /** What befalls the cluster once a tick. */
  #fate(): void {
    const { crash, restart, cut, heal, change, transfer, compact } = this.#weather;
    const strokes: readonly (readonly [number, () => void])[] = [
      [crash, () => this.#crash(this.#victim(), this.#dice.chance(1, 2))],
      [restart, () => this.#start(this.#any())],
      [cut, () => this.#cut(this.#victim())],
      [heal, () => this.#heal()],
      [change, () => this.#change()],
      [transfer, () => this.#transfer()],
      [compact, () => this.#compact()],
    ];
    for (const [chance, happen] of strokes) if (this.#dice.chance(chance, 1000)) happen();
  }

  #happen(): void {
    this.#events++;
    if (this.#doomed?.event === this.#events) this.#strike(this.#doomed.node);
    const draw = this.#dice.below(100);
    if (draw < 3) this.#read();
    else if (draw < 8) this.#write();
    else if (draw < 9) this.#fetch();
    else this.#work();
  }

  /** The plain business of a node or of the network. */
  #work(): void {
    const what = this.#dice.below(10);
    const node = this.#any();
    if (what < 5) this.#deliver();
    else if (what >= 8) node.report();
    else if (what < 7) {
      if (!this.#dice.chance(this.#weather.workDelay, 100)) node.engine.work();
    } else if (node.engine.dirty && !this.#dice.chance(this.#weather.syncDelay, 100)) node.engine.sync();
  }

  #deliver(): void {
    const letter = this.#post.take();
    if (letter === null) return;
    this.#note(letter);
    const node = this.#nodes.get(letter.message.to);
    if (node === undefined || node.raft === null) return;
    node.receive(letter);
    const chances = letter.message.type === "request-vote" ? 100 : 2000;
    if (!this.#calm && this.#dice.chance(this.#weather.amnesia, chances)) this.#crash(node, true);
  }

  #tick(): void {
    for (const node of this.#nodes.values()) {
      // Clocks that go at different rates.
      if (node.id === this.#dazed) continue;
      if (this.#calm || !this.#dice.chance(this.#slowness.get(node.id) ?? 0, 100)) node.step({ type: "tick" });
    }
  }

  #start(node: SimulatedNode): void {
    if (node.raft !== null) return;
    this.#say(`${node.id} starts`);
    node.start(this.#dice.word());
  }

  #crash(node: SimulatedNode, restart: boolean): void {
    if (node.raft === null) return;
    this.#say(`${node.id} crashes`);
    node.crash((count) => this.#dice.below(count));
    if (this.#dice.chance(1, 2)) this.#post.dropFor(node.id);
    if (restart) this.#start(node);
  }

  #strike(node: SimulatedNode): void {
    if (this.#dice.chance(1, 2)) this.#crash(node, this.#dice.chance(1, 2));
    else this.#cut(node);
  }

  #heal(): void {
    this.#post.heal();
    this.#dazed = null;
  }

  /** Two sides, `node` on the first; what one side sends doesn't reach the other, or neither does. */
  #cut(node: SimulatedNode): void {
    // Mostly one cut at a time: with several nobody can do anything.
    if (this.#dice.chance(3, 4)) this.#heal();
    if (this.#dice.chance(1, 2)) this.#dazed = node.id;
    const kind = this.#dice.below(4);
    const friends = this.#dice.below(3);
    const inside = new Set([node.id]);
    for (const id of this.#nodes.keys()) if (this.#dice.chance(friends, 4)) inside.add(id);
    this.#say(`cut ${[...inside].join(" ")} (${["from", "to", "off", "off"][kind]})`);
    for (const from of inside) {
      for (const to of this.#nodes.keys()) {
        if (inside.has(to)) continue;
        if (kind !== 1) this.#post.cut(from, to);
        if (kind !== 0) this.#post.cut(to, from);
      }
    }
  }

  #write(): void {
    const node = this.#believer() ?? this.#any();
    node.write(`w${++this.#bodies}${"x".repeat(this.#dice.below(30))}`);
  }

  #read(): void {
    const node = this.#dice.chance(1, 4) ? this.#any() : (this.#believer() ?? this.#any());
    const request = this.#request();
    this.#safety.readBegan(request);
    node.read(request);
  }

  #transfer(): void {
    const node = this.#leader();
    const target = this.#dice.chance(1, 2) ? null : this.#any().id;
    const request = this.#request();
    this.#transfers.add(request);
    node?.transfer(request, target);
  }

  #change(): void {
    const node = this.#leader();
    const id = this.#any().id;
    const member: Member = { id, address: "", voter: this.#dice.chance(2, 3) };
    const change: ConfigurationChange = this.#dice.chance(1, 3) ? { type: "remove", id } : { type: "put", member };
    node?.change(this.#request(), change);
  }

  #compact(): void {
    const node = this.#any();
    const status = node.raft?.status;
    if (status !== undefined) node.compact(logIndex(Math.max(0, status.commitIndex - this.#dice.below(20))));
  }

  #fetch(): void {
    const node = this.#any();
    if (this.#dice.chance(1, 2)) node.finishFetch(this.#dice.chance(3, 4));
    else if (this.#dice.chance(1, 10)) node.step({ type: "snapshot-unsent", to: this.#any().id });
  }

  /**
   * No faults any more: within a bounded time there is one leader, whom everybody in its configuration follows; a new
   * write is on all their disks, and reads are answered.
   */
  #comeRight(): void {
    this.#calm = true;
    this.#say("calm");
    this.#heal();
    this.#post.faults = { lost: 0, doubled: 0, overtaking: 0 };
    for (const node of this.#nodes.values()) if (node.raft === null) node.start(this.#dice.word());
    let body: string | null = null;
    for (let ticks = 0; ticks < progressTicks; ticks++) {
      this.#tick();
      this.#settle();
      const leader = this.#leader();
      if (leader === null) continue;
      const before = this.#safety.counts.reads;
      const request = this.#request();
      this.#safety.readBegan(request);
      leader.read(request);
      if (body === null && leader.write("last")) body = "last";
      this.#settle();
      const members = leader.raft?.status.latest.configuration.members ?? [];
      const nodes = members.flatMap(({ id }) => this.#nodes.get(id) ?? []);
      const written = leader.engine.durable.entries.some((entry) => entry.body === "last");
      if (leader.raft?.role !== "leader" || !written) {
        if (ticks % 50 === 49) body = null;
        continue;
      }
      if (this.#safety.equal(nodes) && this.#safety.counts.reads > before) return;
    }
    const states = [...this.#nodes.values()].map(({ raft }) => JSON.stringify(raft?.status));
    assert(false, `no progress in ${progressTicks} ticks of calm:\n${states.join("\n")}`);
  }

  #settle(): void {
    for (let rounds = 0; rounds < 200; rounds++) {
      let busy = false;
      for (const node of this.#nodes.values()) {
        while (node.engine.work()) busy = true;
        if (node.engine.dirty) node.engine.sync();
        while (node.report()) busy = true;
        node.finishFetch(true);
      }
      for (let letters = this.#post.waiting; letters > 0; letters--) {
        busy = true;
        this.#deliver();
      }
      if (!busy) return;
    }
  }

  #output(node: SimulatedNode, output: RaftOutput): void {
    if (output.type === "became") {
      this.#say(`${node.id} became ${output.role} of ${output.term}`);
      const struck = output.role === "leader" && this.#dice.chance(this.#weather.unrest, 100);
      if (struck) this.#doomed = { node, event: this.#events + 1 + this.#dice.below(80) };
    }
    if (output.type === "completed")
      this.#safety.counts[this.#transfers.has(output.request) ? "transfers" : "changes"]++;
    if (this.#trace !== null && output.type !== "send") this.#trace(`  ${node.id} ${JSON.stringify(output)}`);
    this.#mix(output.type);
    this.#safety.output(node, output);
  }

  #note(letter: Letter): void {
    const { type, from, to, term } = letter.message;
    this.#mix(`${type}${from}${to}${term}`);
    if (this.#trace !== null) this.#trace(`${this.#events} deliver ${JSON.stringify(letter.message)}`);
  }

  #say(line: string): void {
    this.#mix(line);
    if (this.#trace !== null) this.#trace(`${this.#events} ${line}`);
  }

  #mix(text: string): void {
    for (let at = 0; at < text.length; at++)
      this.#digest = Math.imul(this.#digest ^ text.charCodeAt(at), 0x01000193) >>> 0;
  }

  /** The node that leads the newest term; null when nobody thinks that it leads. */
  #leader(): SimulatedNode | null {
    let found: SimulatedNode | null = null;
    for (const node of this.#nodes.values()) {
      if (node.raft?.role !== "leader") continue;
      if (found === null || node.raft.currentTerm > (found.raft?.currentTerm ?? 0)) found = node;
    }
    return found;
  }

  /** Any node that thinks that it leads. */
  #believer(): SimulatedNode | null {
    const believers = [...this.#nodes.values()].filter((node) => node.raft?.role === "leader");
    return believers[this.#dice.below(Math.max(1, believers.length))] ?? null;
  }

  /** Faults hurt leaders most. */
  #victim(): SimulatedNode {
    return (this.#dice.chance(1, 2) ? this.#leader() : null) ?? this.#any();
  }

  #any(): SimulatedNode {
    const all = [...this.#nodes.values()];
    const node = all[this.#dice.below(all.length)];
    assert(node !== undefined, "there are nodes");
    return node;
  }

  #request(): RequestId {
    return requestId(++this.#requests);
  }

  #firstConfiguration(): Configuration {
    const members: Member[] = [];
    for (let number = 1; number <= this.#weather.servers; number++) {
      const voter = number <= this.#weather.voters;
      // Some servers are known to nobody at first.
      if (voter || this.#dice.chance(1, 2)) members.push({ id: nodeId(`n${number}`), address: "", voter });
    }
    const built = configuration(members);
    assert(built.ok && votersOf(built.value).length > 0, "a first configuration has voters");
    return built.value;
  }
}

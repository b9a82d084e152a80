import type { EpochHistory } from "../checks/epoch-history.ts";
import type { Inspector } from "../checks/inspector.ts";
import {
  type Action,
  type Client,
  type Epoch,
  type Lab,
  levelOf,
  never,
  rowsOf,
  type Span,
  type Workload,
} from "./lab.ts";

/** What a set of workloads is, as far as databases that are loaded must fit all of them. */
export interface ImageSource {
  /** SQL that makes a database of this number. */
  setup(epoch: Epoch): readonly string[];
  readonly audits: readonly string[];
  loaded(epoch: Epoch, span: Span, by: string): void;
}

const uploadChunkBytes = 60_000;

/** Databases as files and as text: out by backups, in by /db/load and /boot; checkpoints; audits of all invariants. */
export class Images implements Workload {
  readonly #lab: Lab;
  readonly #inspector: Inspector;
  readonly #epochs: EpochHistory;
  readonly #source: ImageSource;
  readonly audits = [];

  constructor(lab: Lab, inspector: Inspector, epochs: EpochHistory, source: ImageSource) {
    this.#lab = lab;
    this.#inspector = inspector;
    this.#epochs = epochs;
    this.#source = source;
  }

  setup(): readonly string[] {
    return [];
  }

  readonly actions: readonly Action[] = [
    { name: "backup", weight: 1.5, run: (client) => this.#backup(client) },
    { name: "load", weight: 0.7, run: (client) => this.#load(client) },
    { name: "bad load", weight: 0.3, run: (client) => this.#badLoad(client) },
    { name: "snapshot", weight: 2, run: (client) => this.#snapshot(client) },
    { name: "audit", weight: 2, run: (client) => this.audit(client) },
    { name: "integrity", weight: 1, run: (client) => this.integrity(client) },
  ];

  judge(): void {
    this.#epochs.judge();
  }

  /** Every audit in one read; false if it was not answered. */
  async audit(client: Client): Promise<boolean> {
    const { audits } = this.#source;
    const reply = await client.statements(
      "query",
      audits.map((sql) => [sql]),
      levelOf(client.dice),
    );
    if (reply.outcome !== "done") return false;
    for (const [at, audit] of audits.entries()) {
      const value = rowsOf(reply.results[at], audit)[0]?.[0];
      this.#lab.check(value === 0, "every snapshot is consistent", `${audit} gives ${value}`);
    }
    return true;
  }

  async integrity(client: Client): Promise<boolean> {
    const reply = await client.statements("query", [["SELECT * FROM pragma_integrity_check"]], levelOf(client.dice));
    if (reply.outcome !== "done") return false;
    const said = rowsOf(reply.results[0], "an integrity check")[0]?.[0];
    this.#lab.check(said === "ok", "databases are sound", String(said));
    return true;
  }

  async #backup(client: Client): Promise<void> {
    const { dice, lab } = client;
    const how = dice.pick(["", "fmt=delete", "vacuum", "fmt=sql"]);
    const target = `/db/backup${how === "" ? "" : `?${how}`}`;
    const reply = await client.send({ method: "GET", target, pauseMs: dice.pick([0, 0, 50]), patienceMs: 20_000 });
    if (reply.type !== "answer" || reply.status !== 200) return;
    const { audits } = this.#source;
    if (how === "fmt=sql") this.#inspector.checkText(new TextDecoder().decode(reply.body), audits, target);
    else this.#inspector.checkFile(reply.body, audits, target);
    lab.world.coverage.hit(`backup ${how === "" ? "binary" : how}`);
  }

  async #load(client: Client): Promise<void> {
    const { dice, lab } = client;
    const epoch = lab.freshEpoch();
    const pageSize = dice.pick([512, 1024, 4096, 4096, 8192, 65_536]);
    const image = this.#inspector.make(pageSize, this.#source.setup(epoch));
    if (dice.chance(0.3)) {
      // A file in WAL mode.
      image[18] = 2;
      image[19] = 2;
    }
    const isBoot = dice.chance(0.3);
    lab.world.line(client.name, `${isBoot ? "boots" : "loads"} database ${epoch} with pages of ${pageSize} bytes`);
    const calledAt = lab.tick();
    lab.tempt();
    const reply = await client.send({
      method: "POST",
      target: isBoot ? "/boot" : "/db/load",
      headers: { "content-type": "application/octet-stream" },
      body: chunksOf(image),
      patienceMs: dice.pick([100, 20_000, 20_000, 20_000]),
    });
    const text = reply.type === "answer" ? new TextDecoder().decode(reply.body) : "";
    const isDone = reply.type === "answer" && reply.status === 200 && !text.includes("error");
    if (reply.type === "refused" || (reply.type === "answer" && !isDone && isRefusal(text))) return;
    const span = { calledAt, returnedAt: isDone ? lab.tick() : never };
    this.#epochs.loaded(epoch, span);
    this.#source.loaded(epoch, span, client.name);
    lab.world.coverage.hit(isDone ? `load of ${pageSize}-byte pages` : "load of unknown outcome");
  }

  /** No database, or one that broke on its way: it must not get in. */
  async #badLoad(client: Client): Promise<void> {
    const { dice, lab } = client;
    const image = this.#inspector.make(4096, this.#source.setup(0));
    const isCut = dice.chance(0.5);
    if (isCut) image.fill(0xff, 4096, 6000);
    const body = isCut ? image : image.subarray(0, image.length - 5_000);
    const reply = await client.send({ method: "POST", target: "/db/load", body: chunksOf(body), patienceMs: 20_000 });
    if (reply.type !== "answer") return;
    const text = new TextDecoder().decode(reply.body);
    lab.check(reply.status !== 200, "a broken database is refused", `${reply.status} ${text}`);
    lab.world.coverage.hit("broken image refused");
  }

  async #snapshot(client: Client): Promise<void> {
    client.lab.tempt();
    const reply = await client.send({ method: "POST", target: "/snapshot", patienceMs: 20_000 });
    if (reply.type === "answer" && reply.status === 200) client.lab.world.coverage.hit("snapshot taken");
  }
}

/** Texts that say that nothing was done. */
const isRefusal = (text: string): boolean =>
  !text.includes("unknown") && !text.includes("leadership lost") && !text.includes("thread ended");

function chunksOf(bytes: Uint8Array<ArrayBuffer>): readonly Uint8Array<ArrayBuffer>[] {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  for (let from = 0; from < bytes.length; from += uploadChunkBytes)
    chunks.push(bytes.slice(from, from + uploadChunkBytes));
  return chunks;
}

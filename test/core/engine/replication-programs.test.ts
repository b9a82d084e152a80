import { expect, test } from "vitest";
import { type LogIndex, logIndex, term } from "../../../src/core/base/mod.ts";
import type { EntryBatch, FromEngine, ToEngine } from "../../../src/core/engine/mod.ts";
import { type Ask, resultText, sqlite } from "./group-fixture.ts";
import { makeImage } from "./image-fixture.ts";
import { SmallNode } from "./small-node.ts";

const passing = ["want-spare", "logged"];

/** Sends a message to the engine and waits for its answer. */
async function tell<Type extends FromEngine["type"]>(
  node: SmallNode,
  message: ToEngine,
  type: Type,
): Promise<Extract<FromEngine, { type: Type }>> {
  node.engine.post(message);
  return node.engine.next(type, ...passing);
}

/** An engine that has nothing in its log yet. */
async function emptyNode(): Promise<SmallNode> {
  const node = await SmallNode.startInMemory();
  await tell(node, { type: "truncate-from", ticket: 0, from: logIndex(1) }, "truncated");
  node.committed = logIndex(0);
  return node;
}

async function append(
  node: SmallNode,
  { first, bytes }: EntryBatch,
  truncateFrom: LogIndex | null = null,
): Promise<void> {
  const message = { type: "append-entries", ticket: 5, truncateFrom, from: first, bytes, images: [] } as const;
  const appended = await tell(node, message, "appended");
  if (truncateFrom !== null) node.notes = node.notes.filter(({ index }) => index < truncateFrom);
  node.notes.push(...appended.notes);
  node.committed = appended.lastIndex;
}

const query = (sql: string): Ask => ({ endpoint: "query", sql: [sql] });

async function ask(node: SmallNode, sql: string): Promise<string> {
  const [result] = await node.read(await node.reader(), [node.request(query(sql))]);
  return result === undefined ? "" : resultText(result);
}

async function entriesFrom(node: SmallNode, from: number): Promise<EntryBatch | null> {
  const message = {
    type: "read-entries",
    ticket: 1,
    from: logIndex(from),
    through: node.committed,
    bytesMax: 1e7,
  } as const;
  return (await tell(node, message, "entries")).entries;
}

test("entries go from engine to engine, before they are synced or read back; the follower takes over", async () => {
  const leader = await SmallNode.startInMemory();
  const follower = await emptyNode();
  await leader.execute({ sql: ["CREATE TABLE t(x)"] });
  leader.engine.post({ type: "share-entries", isOn: true });
  leader.engine.post({ type: "append-configuration", ticket: 7, term: term(1), body: Uint8Array.of(1, 2) });
  const logged = await leader.engine.next("logged", "want-spare");
  const executed = await leader.engine.next("executed");
  expect([logged.ticket, logged.entries.first, executed.ticket, executed.lastIndex]).toEqual([7, 3, 7, 3]);
  leader.engine.post({ type: "share-entries", isOn: false });
  const old = await entriesFrom(leader, 1);
  if (old === null) throw new Error("compacted");
  await append(follower, old);
  await append(follower, logged.entries);
  await leader.execute({ sql: ["INSERT INTO t VALUES(1)"] });
  const more = await entriesFrom(leader, 4);
  if (more === null) throw new Error("compacted");
  await append(follower, more);
  expect(await ask(follower, "SELECT x FROM t")).toContain("[[1]]");

  // The old leader goes on alone; the follower leads, and what the old one has more is cut off.
  await leader.execute({ sql: ["INSERT INTO t VALUES(2)"] });
  await follower.execute({ sql: ["INSERT INTO t VALUES(3)"] });
  const newer = await entriesFrom(follower, 5);
  if (newer === null) throw new Error("compacted");
  await append(leader, newer, logIndex(5));
  expect(await ask(leader, "SELECT x FROM t")).toContain("[[1],[3]]");
  const [answer] = await leader.execute({ sql: ["INSERT INTO t VALUES(4)"] });
  expect(answer && resultText(answer)).toContain('"last_insert_id":3');
  const recovered = await follower.restart();
  expect(recovered.log.memberships).toEqual([{ index: 3, term: 1, body: Uint8Array.of(1, 2) }]);
  expect([...recovered.log.entryBytes].length).toBe(5);
});

test("what can't be appended is refused, and the log stays", async () => {
  const leader = await SmallNode.startInMemory();
  const follower = await emptyNode();
  await leader.execute({ sql: ["CREATE TABLE t(x)"] });
  const batch = await entriesFrom(leader, 2);
  if (batch === null) throw new Error("compacted");
  const message = {
    type: "append-entries",
    ticket: 3,
    truncateFrom: null,
    from: logIndex(2),
    bytes: batch.bytes,
    images: [],
  } as const;
  const refused = await tell(follower, message, "append-refused");
  expect([refused.lastIndex, refused.reason]).toEqual([0, "entry 2 does not follow entry 0"]);
});

test.each([false, true])(
  "a snapshot takes the place of the log; the follower has an older one: %s",
  async (hasOlder) => {
    const leader = await SmallNode.startInMemory();
    const follower = await emptyNode();
    await leader.execute({ sql: ["CREATE TABLE t(id INTEGER PRIMARY KEY, x BLOB)"] });
    await leader.execute({
      sql: [
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900) INSERT INTO t(x) SELECT randomblob(3000) FROM n",
      ],
    });
    if (hasOlder) {
      const batch = await entriesFrom(leader, 1);
      if (batch === null) throw new Error("compacted");
      await append(follower, batch);
      await follower.checkpoint([]);
    }
    await leader.execute({ sql: ["UPDATE t SET x = randomblob(3000) WHERE id = 5"] });
    const reader = await leader.reader();
    await leader.checkpoint([reader]);
    await leader.execute({ sql: ["INSERT INTO t(x) VALUES('last')"] });
    expect(await entriesFrom(leader, 3)).toBe(null);
    const at = leader.committed;
    const { snapshot } = await tell(leader, { type: "describe-snapshot", ticket: 1, at }, "snapshot-described");
    if (snapshot === null) throw new Error("no snapshot");
    let bytes = 0;
    follower.keeper.post({ type: "fetch-begin", id: 9, shape: snapshot });
    for (let image = null; image === null; ) {
      const message = await follower.keeper.receive();
      if (message.type === "fetch-done") image = message.image;
      else if (message.type !== "fetch-ask") throw new Error(JSON.stringify(message.type));
      if (message.type === "fetch-ask") {
        const notes = leader.notes.filter((note) => note.index > leader.base.index);
        const known = bytes === 0 ? notes : [];
        reader.post({ type: "snapshot-ask", notes: known, at, id: 4, ask: message.ask });
        const chunk = await reader.next("snapshot-chunk");
        bytes += chunk.bytes.length;
        follower.keeper.post({ type: "fetch-chunk", id: 9, bytes: chunk.bytes });
      } else if (image !== null) {
        const installed = await tell(
          follower,
          { type: "install-snapshot", ticket: 2, snapshot, image },
          "snapshot-installed",
        );
        follower.notes.push(installed.note);
        follower.committed = installed.note.index;
      }
    }
    if (hasOlder) expect(bytes).toBeLessThan(100_000);
    else expect(bytes).toBeGreaterThan(3_000_000);
    const sum = "SELECT count(*), max(id), sum(length(x)), hex(max(x)) FROM t";
    expect(await ask(follower, sum)).toBe(await ask(leader, sum));
    await follower.execute({ sql: ["INSERT INTO t(x) VALUES('more')"] });
    expect(await ask(follower, "SELECT count(*) FROM t")).toContain("[[902]]");
    await follower.checkpoint([await follower.reader()]);
    await follower.restart();
    expect(await ask(follower, "PRAGMA integrity_check")).toContain("ok");
    expect(await ask(follower, "SELECT count(*) FROM t")).toContain("[[902]]");
  },
);

test("an image entry's file goes ahead of it", async () => {
  const leader = await SmallNode.startInMemory();
  const follower = await emptyNode();
  expect(await leader.load(makeImage(await sqlite(), 1024))).toBe(null);
  const batch = await entriesFrom(leader, 1);
  const shape = batch?.images[0];
  if (batch === null || shape === undefined) throw new Error("no image");
  follower.keeper.post({ type: "fetch-begin", id: 1, shape });
  let done = await follower.keeper.receive();
  while (done.type === "fetch-ask") {
    leader.keeper.post({ type: "image-ask", id: 2, file: shape.file, pageSize: shape.pageSize, ask: done.ask });
    const { bytes } = await leader.keeper.next("image-chunk");
    if (bytes === null) throw new Error("no file");
    follower.keeper.post({ type: "fetch-chunk", id: 1, bytes });
    done = await follower.keeper.receive();
  }
  if (done.type !== "fetch-done") throw new Error(done.type);
  const message = {
    type: "append-entries",
    ticket: 3,
    truncateFrom: null,
    from: logIndex(1),
    bytes: batch.bytes,
    images: [done.image],
  } as const;
  const appended = await tell(follower, message, "appended");
  follower.notes.push(...appended.notes);
  follower.committed = appended.lastIndex;
  expect(await ask(follower, "SELECT count(*) FROM t")).toBe(await ask(leader, "SELECT count(*) FROM t"));
  leader.keeper.post({
    type: "image-ask",
    id: 2,
    file: "image-99.sqlite",
    pageSize: 1024,
    ask: { first: 1, hashes: new BigUint64Array(0) },
  });
  expect((await leader.keeper.next("image-chunk")).bytes).toBe(null);
});

test("a transfer that breaks off goes on: open asks come again, damaged chunks are refused, a wrong sum ends it", async () => {
  const node = await SmallNode.startInMemory();
  const { keeper } = node;
  keeper.post({ type: "fetch-begin", id: 1, shape: { pageSize: 512, pageCount: 1, checksum: 1n } });
  const first = await keeper.next("fetch-ask");
  keeper.post({ type: "fetch-repeat", id: 1 });
  expect(await keeper.next("fetch-ask")).toEqual(first);
  keeper.post({ type: "fetch-chunk", id: 1, bytes: new Uint8Array(50) });
  expect(await keeper.next("fetch-failed")).toMatchObject({ isOver: false });
  keeper.post({ type: "image-ask", id: 2, file: "hard-state", pageSize: 512, ask: first.ask });
  const { bytes } = await keeper.next("image-chunk");
  keeper.post({ type: "fetch-chunk", id: 1, bytes: bytes?.slice() ?? new Uint8Array(0) });
  expect(await keeper.next("fetch-failed")).toMatchObject({ isOver: false, reason: "pages of another database" });
  keeper.post({ type: "fetch-drop", isNeeded: true });
  expect(node.files.exists("data/fetch.tmp")).toBe(true);
  keeper.post({ type: "fetch-drop", isNeeded: false });
  expect(node.files.exists("data/fetch.tmp")).toBe(false);
  keeper.post({ type: "fetch-begin", id: 3, shape: { pageSize: 512, pageCount: 0, checksum: 1n } });
  expect(await keeper.next("fetch-failed")).toMatchObject({ id: 3, isOver: true });
});

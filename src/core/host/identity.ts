import { done, failed, type NodeId, nodeId, type Outcome } from "../base/mod.ts";
import type { Config } from "../config/mod.ts";
import type { Files } from "../ports/mod.ts";
import { type Configuration, configuration, type Member } from "../raft/mod.ts";
import { memberObjects, parseMembers } from "./member-list.ts";

/** Who this node is, and who is in its cluster as far as its folder knows. */
export interface Identity {
  readonly id: NodeId;
  readonly configuration: Configuration;
  /** What was worth telling, for the log. */
  readonly notices: readonly string[];
}

const formatVersion = 1;

/**
 * Reads a folder's identity from `raft/node.json`, takes in `raft/peers.json` (operations §2.9), and writes down what
 * is new. Makes the folder if it is missing. Error: the end of `failed to open store: …`. Throws FileError.
 */
export function openIdentity(files: Files, config: Config): Outcome<Identity> {
  const folder = `${config.dataFolder}/raft`;
  files.makeFolder(folder);
  const stored = readStored(files, `${folder}/node.json`);
  if (!stored.ok) return stored;
  const own = chooseId(config, stored.value?.id ?? null);
  if (!own.ok) return own;
  const { id, notices } = own.value;
  const self: Member = { id, address: config.raftAdvertised.text, voter: true };
  const peers = readPeers(files, `${folder}/peers.json`);
  if (!peers.ok) return peers;
  const members = withOwnAddress(peers.value ?? stored.value?.members ?? [self], self);
  const fault = loneFault(members, id);
  if (fault !== null) return failed(`failed to recover node: ${fault}`);
  const checked = configuration(members);
  if (!checked.ok) return checked;
  const text = identityText(id, checked.value);
  if (text !== stored.value?.text) writeWhole(files, folder, "node.json", text);
  if (peers.value !== null) {
    files.rename(`${folder}/peers.json`, `${folder}/peers.info`);
    files.syncFolder(folder);
    notices.push(`cluster configuration set from ${folder}/peers.json`);
  }
  return done({ id, configuration: checked.value, notices });
}

interface Stored {
  readonly id: NodeId;
  readonly members: readonly Member[];
  readonly text: string;
}

function readStored(files: Files, path: string): Outcome<Stored | null> {
  const text = readText(files, path);
  if (text === null) return done(null);
  const value = parseJson(text);
  if (typeof value !== "object" || value === null || !("version" in value) || !("id" in value))
    return failed(`${path} is damaged: put raft/peers.json in its place, or remove it`);
  if (value.version !== formatVersion) return failed(`${path} is of a newer format (${String(value.version)})`);
  const members = parseMembers("members" in value ? value.members : null);
  if (!members.ok) return failed(`${path}: ${members.error}`);
  return done({ id: nodeId(String(value.id)), members: members.value, text });
}

/** A node's ID never changes for a folder; one that was only its address then stays what it was. */
function chooseId(config: Config, stored: NodeId | null): Outcome<{ id: NodeId; notices: string[] }> {
  if (stored === null || stored === config.nodeId) return done({ id: config.nodeId, notices: [] });
  if (config.nodeId !== config.raftAdvertised.text)
    return failed(
      `node ID is ${config.nodeId}, but this data folder belongs to node ${stored}: use -node-id ${stored}`,
    );
  return done({ id: stored, notices: [`this data folder belongs to node ${stored}, which keeps that ID`] });
}

function readPeers(files: Files, path: string): Outcome<readonly Member[] | null> {
  const text = readText(files, path);
  if (text === null) return done(null);
  const members = parseMembers(parseJson(text));
  if (!members.ok) return failed(`failed to read peers file: ${members.error}`);
  const wrong = members.value.find(({ address }) => address.includes("://"));
  if (wrong !== undefined) return failed(`failed to recover node: protocol specified in address: ${wrong.address}`);
  const lost = members.value.find(({ address }) => !/^(?:\[[^\]]*\]|[^:]*):[^:]*$/.test(address));
  if (lost !== undefined) return failed(`failed to recover node: address ${lost.address}: missing port in address`);
  return members;
}

function withOwnAddress(members: readonly Member[], self: Member): readonly Member[] {
  return members.map((member) => (member.id === self.id ? { ...member, address: self.address } : member));
}

/** A node that is not in the configuration never leads and talks to nobody; that is fine. */
function loneFault(members: readonly Member[], id: NodeId): string | null {
  const own = members.find((member) => member.id === id);
  if (own === undefined || (members.length === 1 && own.voter)) return null;
  return "peers.json names other nodes, and this version runs one node by itself";
}

const identityText = (id: NodeId, { members }: Configuration): string =>
  `${JSON.stringify({ version: formatVersion, id, members: memberObjects(members) }, null, 2)}\n`;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Null if the file is missing. */
function readText(files: Files, path: string): string | null {
  if (!files.exists(path)) return null;
  const file = files.open(path, "read");
  const bytes = new Uint8Array(file.sizeBytes());
  file.readAt(bytes, 0);
  file.close();
  return new TextDecoder().decode(bytes);
}

/** All or nothing, and on the disk on return. */
function writeWhole(files: Files, folder: string, name: string, text: string): void {
  const scratch = `${folder}/${name}.new`;
  files.remove(scratch);
  const file = files.open(scratch, "create");
  file.writeAt(new TextEncoder().encode(text), 0);
  file.dataSync();
  file.close();
  files.rename(scratch, `${folder}/${name}`);
  files.syncFolder(folder);
}

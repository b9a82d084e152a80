import { type SegmentId, segmentId } from "../base/mod.ts";

/** The checkpoint: the database as of the last recorded index. */
export const databaseFile = "db.sqlite";
export const checkpointFile = "checkpoint";
export const hardStateFile = "hard-state";
/** A cut of the log's end that is under way. */
export const truncationFile = "truncation";
/** An image that has taken the place of all before it, until the checkpoint's record says so. */
export const snapshotFile = "snapshot";
/** Another node's database on its way here. */
export const fetchFile = "fetch.tmp";
/** What a transaction too big for memory has changed so far; worthless at a start. */
export const pendingFile = "pending.tmp";

export const logFolder = (folder: string): string => `${folder}/log`;

export const segmentPath = (folder: string, id: SegmentId): string =>
  `${logFolder(folder)}/${String(id).padStart(16, "0")}.log`;

/** Ids of the segments among a folder's names, ascending. */
export const segmentIdsOf = (names: readonly string[]): SegmentId[] =>
  names.filter((name) => /^\d{16}\.log$/.test(name)).map((name) => segmentId(Number(name.slice(0, 16))));

export const sparePath = (folder: string, number: number): string => `${logFolder(folder)}/spare-${number}`;

/** Numbers of the spares among a folder's names. */
export const spareNumbersOf = (names: readonly string[]): number[] =>
  names.filter((name) => /^spare-\d+$/.test(name)).map((name) => Number(name.slice("spare-".length)));

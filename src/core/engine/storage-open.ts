import { assert, done, failed, type Hasher, type Outcome, type Term, term as termOf } from "../base/mod.ts";
import {
  type CheckpointRecord,
  decodeHardState,
  type HardState,
  type RecoveredLog,
  SlotKind,
  segmentBytesMax,
} from "../log/mod.ts";
import type { Clock, Entropy, Files } from "../ports/mod.ts";
import { databaseFile, hardStateFile, logFolder } from "./storage-names.ts";
import { adoptSnapshot, RecordFile, settleBase } from "./storage-record.ts";
import { recoverCutLog } from "./storage-recovery.ts";
import { SlotFile } from "./storage-slots.ts";

export interface StorageOptions {
  readonly files: Files;
  /** The data folder; made if missing. */
  readonly folder: string;
  readonly hasher: Hasher;
  /** Stamps entries with the leader's time. */
  readonly clock: Clock;
  /** Salts segments. */
  readonly entropy: Entropy;
  /** Size of a log segment; 16 MiB unless tests want less. */
  readonly segmentBytes: number;
  /** Asks for a zero-filled file (`makeSpare`), to be handed over by `addSpare`. May be called from any method. */
  readonly wantSpare: (path: string, sizeBytes: number) => void;
}

/** What `openFolder` has found and made. */
export interface OpenedFolder {
  readonly record: CheckpointRecord;
  readonly log: RecoveredLog;
  readonly hardStateSlots: SlotFile;
  readonly hardState: HardState;
}

/** Opens or makes the data folder and recovers its log. The error says why the node must not start, and the way out. */
export function openFolder(options: StorageOptions): Outcome<OpenedFolder> {
  const { files, folder, hasher, segmentBytes } = options;
  assert(segmentBytes <= segmentBytesMax, "a segment's positions fit into 32 bits");
  for (const path of [folder, logFolder(folder), `${folder}/raft`]) files.makeFolder(path);
  const recordFile = RecordFile.open(files, folder, hasher);
  if (!recordFile.ok) return failed(`${folder}: ${recordFile.error}`);
  const slots = SlotFile.open(files, folder, hardStateFile, SlotKind.hardState, hasher);
  if (!slots.ok) return failed(`${folder}: ${slots.error}`);
  const adopted = adoptSnapshot(files, folder, hasher, recordFile.value);
  if (!adopted.ok) return failed(`${folder}: ${adopted.error}`);
  settleBase(files, folder, recordFile.value);
  const { record } = recordFile.value;
  recordFile.value.close();
  const log = recoverCutLog(files, folder, hasher, record);
  if (!log.ok) return failed(`${folder}: ${log.error}`);
  const hardState = hardStateOf(slots.value, log.value.entries.last.term);
  if (!hardState.ok) return failed(`${folder}: ${hardState.error}`);
  if (!files.exists(`${folder}/${databaseFile}`)) files.open(`${folder}/${databaseFile}`, "create").close();
  files.syncFolder(folder);
  return done({ record, log: log.value, hardStateSlots: slots.value, hardState: hardState.value });
}

/** Error: the hard state is missing, damaged or of another time than the log. */
function hardStateOf(slots: SlotFile, lastTerm: Term): Outcome<HardState> {
  const { payload } = slots;
  const state: Outcome<HardState> =
    payload === null ? done({ term: termOf(0), votedFor: null }) : decodeHardState(payload);
  if (!state.ok) return failed(`the file ${hardStateFile} ${state.error}`);
  if (state.value.term < lastTerm)
    return failed(`the file ${hardStateFile} is older than the log: its term is below ${lastTerm}`);
  return state;
}

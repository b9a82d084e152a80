/**
 * What SQL may do with each PRAGMA of the build. Connections are shared by requests, and the files, the journal and the
 * caches are the node's own.
 */
export type PragmaRule =
  /** Allowed in every form: it reads, or does its work and leaves nothing on the connection. */
  | { readonly kind: "plain" }
  /** Setting it changes the database itself, under the transaction like any write. */
  | { readonly kind: "database" }
  /** Setting it changes the connection, until `resetState` puts `initial` back; not inside somebody's transaction. */
  | { readonly kind: "setting"; readonly initial: string }
  /** Reading is allowed, setting is refused because of `why`. */
  | { readonly kind: "reading"; readonly why: string }
  /** Refused in every form because of `why`. */
  | { readonly kind: "refused"; readonly why: string };

const plain: PragmaRule = { kind: "plain" };
const database: PragmaRule = { kind: "database" };
const setting = (initial: string): PragmaRule => ({ kind: "setting", initial });
const reading = (why: string): PragmaRule => ({ kind: "reading", why });

const ownJournal = "the Raft log is this database's journal";
const ownFiles = "the node keeps the database's files itself";
const ownMemory = "the node sizes its memory itself";
const ownSchema = "the schema is changed by statements only";

/** Put back to `ConnectionOptions.foreignKeys`, which the table can't know. */
export const foreignKeysPragma = "foreign_keys";
/** Put back to what the database file says. */
export const autoVacuumPragma = "auto_vacuum";

/** Every PRAGMA that `PRAGMA pragma_list` names, by its lower-case name. Names not here do nothing in SQLite. */
export const pragmaRules: Readonly<Record<string, PragmaRule>> = {
  analysis_limit: setting("0"),
  application_id: database,
  auto_vacuum: setting("NONE"),
  automatic_index: setting("1"),
  busy_timeout: setting("0"),
  cache_size: reading(ownMemory),
  cache_spill: reading(ownMemory),
  case_sensitive_like: setting("0"),
  cell_size_check: setting("0"),
  checkpoint_fullfsync: setting("0"),
  collation_list: plain,
  compile_options: plain,
  count_changes: setting("0"),
  data_version: plain,
  database_list: plain,
  defer_foreign_keys: setting("0"),
  empty_result_callbacks: setting("0"),
  foreign_key_check: plain,
  foreign_key_list: plain,
  foreign_keys: setting("0"),
  freelist_count: plain,
  full_column_names: setting("0"),
  fullfsync: setting("0"),
  function_list: plain,
  hard_heap_limit: reading(ownMemory),
  ignore_check_constraints: setting("0"),
  incremental_vacuum: database,
  index_info: plain,
  index_list: plain,
  index_xinfo: plain,
  integrity_check: plain,
  journal_mode: reading(ownJournal),
  journal_size_limit: reading(ownJournal),
  legacy_alter_table: setting("0"),
  locking_mode: reading(ownFiles),
  max_page_count: reading(ownFiles),
  mmap_size: reading(ownMemory),
  module_list: plain,
  optimize: plain,
  page_count: plain,
  page_size: reading(ownFiles),
  pragma_list: plain,
  query_only: reading("whether a request may write is decided by where it is sent"),
  quick_check: plain,
  read_uncommitted: setting("0"),
  recursive_triggers: setting("0"),
  reverse_unordered_selects: setting("0"),
  schema_version: reading(ownSchema),
  secure_delete: setting("0"),
  short_column_names: setting("1"),
  shrink_memory: plain,
  soft_heap_limit: reading(ownMemory),
  synchronous: reading(ownJournal),
  table_info: plain,
  table_list: plain,
  table_xinfo: plain,
  temp_store: reading(ownMemory),
  temp_store_directory: reading(ownFiles),
  threads: setting("0"),
  trusted_schema: setting("1"),
  user_version: database,
  wal_autocheckpoint: reading(ownJournal),
  wal_checkpoint: { kind: "refused", why: ownJournal },
  writable_schema: reading(ownSchema),
};

/** SQLite's result codes that this room itself gives or looks for (sqlite.org/rescode.html). */
export const ResultCode = {
  ok: 0,
  error: 1,
  noMemory: 7,
  ioError: 10,
  notFound: 12,
  full: 13,
  cantOpen: 14,
  tooBig: 18,
  auth: 23,
  row: 100,
  done: 101,
  ioErrorRead: 10 | (1 << 8),
  ioErrorShortRead: 10 | (2 << 8),
  ioErrorWrite: 10 | (3 << 8),
  ioErrorTruncate: 10 | (6 << 8),
  ioErrorFileSize: 10 | (7 << 8),
  ioErrorUnlock: 10 | (8 << 8),
  ioErrorLock: 10 | (15 << 8),
  ioErrorClose: 10 | (16 << 8),
} as const;

/** `SQLITE_OPEN_*`. */
export const OpenFlag = {
  readOnly: 0x1,
  readWrite: 0x2,
  create: 0x4,
  mainDatabase: 0x100,
  temporaryDatabase: 0x200,
  transientDatabase: 0x400,
  temporaryJournal: 0x1000,
  subJournal: 0x2000,
} as const;

/** `SQLITE_DBCONFIG_*`. */
export const DatabaseConfig = { foreignKeys: 1002, defensive: 1010, dqsInDml: 1013, dqsInDdl: 1014 } as const;

/** `SQLITE_LIMIT_*`. */
export const LimitId = { length: 0, attached: 7, likePatternLength: 8 } as const;

/** `SQLITE_DBSTATUS_DEFERRED_FKS`. */
export const statusDeferredForeignKeys = 10;

/** `SQLITE_PREPARE_PERSISTENT`: the statement will be kept. */
export const preparePersistent = 1;

/** `SQLITE_TRANSIENT`: SQLite copies what is bound before the call returns. */
export const transientDestructor = -1;

/** What the authorizer is asked about (sqlite.org/c3ref/c_alter_table.html); only what it cares for. */
export const Action = { insert: 18, pragma: 19, attach: 24, detach: 25 } as const;

/**
 * The functions of the WASM build that this room calls, by their C names. Pointers and ints are numbers, `i64` is a
 * `bigint`, `double` a number.
 */
export interface WasmExports {
  /** Moves the top of C's stack. */
  _emscripten_stack_restore(pointer: number): void;
  emscripten_stack_get_current(): number;
  sqlite3_bind_blob(statement: number, index: number, bytes: number, length: number, destructor: number): number;
  sqlite3_bind_double(statement: number, index: number, value: number): number;
  sqlite3_bind_int(statement: number, index: number, value: number): number;
  sqlite3_bind_int64(statement: number, index: number, value: bigint): number;
  sqlite3_bind_null(statement: number, index: number): number;
  sqlite3_bind_parameter_count(statement: number): number;
  sqlite3_bind_parameter_name(statement: number, index: number): number;
  sqlite3_bind_text(statement: number, index: number, text: number, length: number, destructor: number): number;
  sqlite3_changes(database: number): number;
  sqlite3_clear_bindings(statement: number): number;
  sqlite3_close_v2(database: number): number;
  sqlite3_column_blob(statement: number, column: number): number;
  sqlite3_column_bytes(statement: number, column: number): number;
  sqlite3_column_count(statement: number): number;
  sqlite3_column_decltype(statement: number, column: number): number;
  sqlite3_column_double(statement: number, column: number): number;
  sqlite3_column_int64(statement: number, column: number): bigint;
  sqlite3_column_name(statement: number, column: number): number;
  sqlite3_column_table_name(statement: number, column: number): number;
  sqlite3_column_type(statement: number, column: number): number;
  sqlite3_compileoption_get(index: number): number;
  sqlite3_create_function_v2(
    database: number,
    name: number,
    parameters: number,
    flags: number,
    argument: number,
    call: number,
    step: number,
    final: number,
    destroy: number,
  ): number;
  sqlite3_db_status(database: number, what: number, current: number, highest: number, reset: number): number;
  sqlite3_drop_modules(database: number, keep: number): number;
  sqlite3_errmsg(database: number): number;
  sqlite3_errstr(code: number): number;
  sqlite3_extended_errcode(database: number): number;
  sqlite3_extended_result_codes(database: number, on: number): number;
  sqlite3_finalize(statement: number): number;
  sqlite3_free(pointer: number): void;
  sqlite3_get_autocommit(database: number): number;
  sqlite3_last_insert_rowid(database: number): bigint;
  sqlite3_libversion(): number;
  sqlite3_limit(database: number, id: number, value: number): number;
  sqlite3_malloc(bytes: number): number;
  sqlite3_next_stmt(database: number, statement: number): number;
  sqlite3_open_v2(name: number, database: number, flags: number, vfs: number): number;
  sqlite3_prepare_v3(
    database: number,
    text: number,
    length: number,
    flags: number,
    statement: number,
    tail: number,
  ): number;
  sqlite3_progress_handler(database: number, steps: number, handler: number, argument: number): void;
  sqlite3_reset(statement: number): number;
  sqlite3_result_int(context: number, value: number): void;
  sqlite3_set_authorizer(database: number, callback: number, argument: number): number;
  sqlite3_set_last_insert_rowid(database: number, rowid: bigint): void;
  sqlite3_step(statement: number): number;
  sqlite3_stmt_isexplain(statement: number): number;
  sqlite3_stmt_readonly(statement: number): number;
  sqlite3_user_data(context: number): number;
  sqlite3_vfs_register(vfs: number, makeDefault: number): number;
  /** `sqlite3_db_config` for the options that take an int and give one. */
  sqlite3__wasm_db_config_ip(database: number, option: number, value: number, result: number): number;
}

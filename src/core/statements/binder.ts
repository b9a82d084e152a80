import { type SqlStatement, StorageClass } from "../sqlite/mod.ts";
import type { Parameter } from "./parsed-body.ts";

/** The statement error of a list that is too short. */
export const notEnough = (wanted: number, got: number): string =>
  `not enough args to execute query: want ${wanted} got ${got}`;

/**
 * Binds the statement's slice of the list, which begins at `start`, by position, and by name the named entries in and
 * outside it; those outside win (http-api §4.4). What nothing is bound to is NULL.
 */
export function bindParameters(statement: SqlStatement, list: readonly Parameter[], start: number): void {
  const count = statement.parameterCount;
  if (count === 0) return;
  const end = Math.min(start + count, list.length);
  if (end - start === count && !list.some(isNamed)) {
    for (let i = start; i < end; i++) bindOne(statement, i - start + 1, list[i]);
    return;
  }
  statement.clearBindings();
  const indexes = namedIndexes(statement);
  for (let i = start; i < end; i++) {
    const parameter = list[i];
    if (parameter?.name === null) bindOne(statement, i - start + 1, parameter);
    else bindNamed(statement, indexes, parameter);
  }
  for (const [i, parameter] of list.entries()) {
    if ((i < start || i >= end) && isNamed(parameter)) bindNamed(statement, indexes, parameter);
  }
}

const isNamed = ({ name }: Parameter): boolean => name !== null;

/** Where each name stands, whatever its prefix. */
function namedIndexes(statement: SqlStatement): ReadonlyMap<string, readonly number[]> {
  const indexes = new Map<string, number[]>();
  for (let index = 1; index <= statement.parameterCount; index++) {
    const prefixed = statement.parameterName(index);
    if (prefixed === null || prefixed.startsWith("?")) continue;
    const name = prefixed.slice(1);
    const known = indexes.get(name);
    if (known === undefined) indexes.set(name, [index]);
    else known.push(index);
  }
  return indexes;
}

function bindNamed(
  statement: SqlStatement,
  indexes: ReadonlyMap<string, readonly number[]>,
  parameter: Parameter | undefined,
): void {
  for (const index of indexes.get(parameter?.name ?? "") ?? []) bindOne(statement, index, parameter);
}

function bindOne(statement: SqlStatement, index: number, parameter: Parameter | undefined): void {
  switch (parameter?.class) {
    case StorageClass.integer:
      statement.bindInteger(index, parameter.value);
      break;
    case StorageClass.real:
      statement.bindReal(index, parameter.value);
      break;
    case StorageClass.text:
      statement.bindText(index, parameter.value);
      break;
    case StorageClass.blob:
      statement.bindBlob(index, parameter.value);
      break;
    default:
      statement.bindNull(index);
  }
}

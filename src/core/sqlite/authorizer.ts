import { Action } from "./codes.ts";
import { pragmaRules } from "./pragma-rules.ts";

/** What the authorizer is told about the connection that asks. */
export interface Asker {
  /** The writer: what it makes in `temp` would be there for the next request. A reader can make nothing anyway. */
  readonly refusesTemporary: boolean;
  /** A VACUUM is running: it attaches a nameless database of its own. */
  readonly vacuuming: boolean;
}

export type Verdict =
  | { readonly type: "allowed" }
  | { readonly type: "refused"; readonly why: string }
  /** Allowed; `resetState` has to put `pragma` back. */
  | { readonly type: "sets"; readonly pragma: string };

const allowed: Verdict = { type: "allowed" };
const refused = (why: string): Verdict => ({ type: "refused", why });
const temporaryRefused = refused(
  "temporary objects are not supported: all writes share one connection, and it keeps nothing between requests",
);

/** True for the actions that `judge` wants to see; the others (a read of each column, …) are allowed at once. */
export function isJudged(action: number): boolean {
  return action === Action.insert || action === Action.pragma || action === Action.attach || action === Action.detach;
}

/**
 * Decides about one action of a statement that SQL asks for (sqlite.org/c3ref/set_authorizer.html says what the two
 * arguments are for each action; `database` is "main", "temp" or null).
 */
export function judge(
  asker: Asker,
  action: number,
  first: string | null,
  second: string | null,
  database: string | null,
): Verdict {
  switch (action) {
    case Action.attach:
      if (asker.vacuuming) {
        return first === null || first === ""
          ? allowed
          : refused("VACUUM INTO is not supported: SQL can't write files; a backup is what /db/backup gives");
      }
      return refused("ATTACH is not supported: a node has one database");
    case Action.detach:
      return refused("DETACH is not supported: a node has one database");
    case Action.insert:
      // Whatever is made in `temp` is inserted into its schema table, by whichever syntax it was asked for.
      return asker.refusesTemporary && database === "temp" ? temporaryRefused : allowed;
    case Action.pragma:
      return judgePragma((first ?? "").toLowerCase(), second);
    default:
      return allowed;
  }
}

function judgePragma(name: string, argument: string | null): Verdict {
  const rule = pragmaRules[name];
  switch (rule?.kind) {
    case "setting":
      return argument === null ? allowed : { type: "sets", pragma: name };
    case "reading":
      return argument === null ? allowed : refused(`PRAGMA ${name} can't be set: ${rule.why}`);
    case "refused":
      return refused(`PRAGMA ${name} is not supported: ${rule.why}`);
    default:
      return allowed;
  }
}

/** The server under the name that rqlite's users call it by: a script of that name. */
import "../../src/runtime/node/main.ts";
